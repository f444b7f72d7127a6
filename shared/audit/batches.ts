import { attributesOf } from './attributes.ts';
import { isBadMessage, whyRefused } from './refused.ts';

/** What became of one event; `why` is a sentence where it was not accepted. */
export interface PublishResult {
  readonly id: string;
  readonly accepted: boolean;
  readonly messageId?: string;
  readonly why?: string;
}

/** What has to be known of an event to send it; all of it goes out. */
interface Sendable {
  readonly id: string;
  readonly type: string;
  readonly severity: string;
  readonly data: unknown;
}

/** An event as a message, with its place in the call. */
export interface Message {
  readonly at: number;
  readonly data: Buffer;
  readonly attributes: Record<string, string>;
}

/** Sends messages in one request and answers with their ids, in order. */
type Send = (messages: readonly Message[]) => Promise<readonly string[]>;

// Pub/Sub takes 1000 messages and 10 MB in one request (quotas page of its documentation).
const maxMessages = 500;
const maxBytes = 9_000_000;

/**
 * Sends all events in as few requests as possible, one after the other, and answers with one result per event. A
 * request that was refused for its content is split until the event at fault is alone; any other failure ends the call.
 */
export async function publishAll(
  events: readonly Sendable[],
  topic: string,
  send: Send,
): Promise<readonly PublishResult[]> {
  const results = new Map<number, Omit<PublishResult, 'id'>>();
  const messages: Message[] = [];
  for (const [at, event] of events.entries()) {
    const message = messageOf(event, at);
    if (typeof message === 'string') results.set(at, { accepted: false, why: message });
    else messages.push(message);
  }
  let why = '';
  try {
    for (const batch of batchesOf(messages)) await sendBatch(batch, topic, { send, results });
  } catch (error) {
    why = whyRefused(error, topic);
  }
  return events.map(({ id }, at) => ({ id, ...(results.get(at) ?? { accepted: false, why }) }));
}

interface Sending {
  readonly send: Send;
  readonly results: Map<number, Omit<PublishResult, 'id'>>;
}

async function sendBatch(batch: readonly Message[], topic: string, { send, results }: Sending): Promise<void> {
  try {
    const messageIds = await send(batch);
    for (const [nth, { at }] of batch.entries()) results.set(at, receipt(messageIds[nth], topic));
  } catch (error) {
    if (!isBadMessage(error)) throw error;
    if (batch.length === 1) {
      for (const { at } of batch) results.set(at, { accepted: false, why: whyRefused(error, topic) });
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await sendBatch(batch.slice(0, half), topic, { send, results });
    await sendBatch(batch.slice(half), topic, { send, results });
  }
}

function receipt(messageId: string | undefined, topic: string): Omit<PublishResult, 'id'> {
  return messageId === undefined || messageId === ''
    ? { accepted: false, why: `[pubsub] ${topic} gave no message id for this event.` }
    : { accepted: true, messageId };
}

function messageOf(event: Sendable, at: number): Message | string {
  try {
    const data = Buffer.from(JSON.stringify(event));
    if (data.length > maxBytes)
      return `[pubsub] The event has ${data.length} bytes; at most ${maxBytes} can be published.`;
    return { at, data, attributes: attributesOf(event) };
  } catch (error) {
    return `[pubsub] The event is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function batchesOf(messages: readonly Message[]): readonly (readonly Message[])[] {
  const batches: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const last = batches.at(-1);
    bytes += message.data.length;
    if (last !== undefined && last.length < maxMessages && bytes <= maxBytes) {
      last.push(message);
    } else {
      batches.push([message]);
      bytes = message.data.length;
    }
  }
  return batches;
}
