import type { NotifyPorts } from '../../functions/notify/attempt.ts';
import type { Channels } from '../../functions/notify/channels.ts';
import type { LogEntry } from '../../functions/log.ts';
import { memoryClaims } from '../../shared/ledger/claims.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { ChannelError, type Channel, type ChannelFailure } from '../../shared/notices/channel.ts';
import type { Receiver } from '../../shared/notices/notice.ts';
import { plainMessage } from '../../shared/notices/render.ts';
import { nowMs } from '../make.ts';
import { logInto } from '../secrets/listen.ts';

// Synthetic: nothing is sent anywhere.

export interface ScriptedSend {
  readonly to: string;
  readonly text: string;
}

/** What the channel does with a call: nothing special, a failure, or anything else that a test makes up. */
export type Script = (to: string) => ChannelFailure | 'crash' | undefined | Promise<void>;

/** A channel in memory that fails as its script says. */
export function scriptedChannel(
  script: Script = () => undefined,
  name = 'slack',
): Channel & { readonly sent: ScriptedSend[] } {
  const sent: ScriptedSend[] = [];
  return {
    name,
    sent,
    send: async (message, address) => {
      const to = 'email' in address ? address.email : address.channel;
      const failure = await script(to);
      if (failure === 'crash') throw new TypeError('a defect');
      if (failure !== undefined) {
        const later = failure === 'transient' ? { retryAfterMs: 30_000 } : {};
        throw new ChannelError(`[${name}] ${failure}`, {
          kind: failure,
          reason: `it is ${failure}`,
          ...later,
        });
      }
      sent.push({ to, text: plainMessage(message) });
      return { room: `room of ${to}`, id: String(sent.length) };
    },
  };
}

/** These channels and no others, with whom to tell when a credential is refused. */
export function channelsOf(all: readonly Channel[], lastResorts: readonly Receiver[] = []): Channels {
  return {
    get: async (name) => all.find((channel) => channel.name === name),
    lastResorts: async () => lastResorts,
  };
}

/** What `notify` works with, in memory, with the log at hand. */
export function ports({
  channel = scriptedChannel(),
  ...fields
}: Partial<NotifyPorts> & { readonly channel?: Channel } = {}): NotifyPorts & { readonly logged: LogEntry[] } {
  const logged: LogEntry[] = [];
  return {
    channels: channelsOf([channel]),
    claims: memoryClaims({ now: () => nowMs }),
    receipts: memoryReceipts(),
    log: logInto(logged),
    now: () => nowMs,
    logged,
    ...fields,
  };
}
