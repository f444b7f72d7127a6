import type { Message } from './message.ts';
import type { Address, Notice } from './notice.ts';

/**
 * What goes along with a message. `noticeId` makes a repetition recognisable where the channel has room for it; `notice`
 * is for machines, `under` an earlier message of this channel to the same reader, and `signal` ends the call.
 */
export interface SendOptions {
  readonly noticeId: string;
  readonly notice?: Notice;
  readonly under?: Pick<Sent, 'room' | 'id'>;
  readonly signal?: AbortSignal;
}

/** Where a message stands, in the channel's own terms: what an answer in its thread, or an update of it, needs. */
export interface Sent {
  readonly room: string;
  readonly id: string;
  /** What had to be given up to deliver it, in words. */
  readonly reduced?: string;
}

/** A way to reach people. `send` makes one attempt, says so by returning, and throws a `ChannelError` for anything else. */
export interface Channel {
  readonly name: string;
  send(message: Message, to: Address, options: SendOptions): Promise<Sent>;
}

/**
 * `transient`: the same message may get through later. `target`: this address can never be reached, another one can.
 * `credential`: nothing can be sent until somebody repairs the channel's own access.
 */
export type ChannelFailure = 'transient' | 'target' | 'credential';

/** A message was not delivered, as far as is known. The text begins with `[channel]` and never holds a message or a token. */
export class ChannelError extends Error {
  readonly kind: ChannelFailure;
  readonly retryAfterMs: number | undefined;
  /** The same for people who never heard of the channel's error codes. */
  readonly reason: string;

  constructor(says: string, about: { kind: ChannelFailure; reason?: string; retryAfterMs?: number; cause?: unknown }) {
    super(says, { cause: about.cause });
    this.name = 'ChannelError';
    this.kind = about.kind;
    this.retryAfterMs = about.retryAfterMs;
    this.reason = about.reason ?? says;
  }
}
