import { bytesOf } from './message.ts';
import type { Message } from './message.ts';
import { afterFailure } from './retry.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import type { After } from './timers.ts';

/** One delivery of one message; the id acknowledges this delivery only. */
export interface Lease {
  readonly ackId: string;
  readonly message: Message;
  /** 1 for the first delivery. */
  readonly attempt: number;
}

/** The unacknowledged messages of one subscription. */
export interface Queue {
  /** Whether one more message fits; a queue is bounded in messages and bytes. */
  readonly hasRoomFor: (message: { readonly count: number; readonly bytes: number }) => boolean;
  readonly add: (message: Message) => void;
  /** Hands out up to `max` messages that are due, oldest first; each is out until it is acknowledged or overdue. */
  readonly lease: (max: number) => readonly Lease[];
  /** These three ignore an id that is unknown or no longer valid, as Pub/Sub does. */
  readonly ack: (ackId: string) => void;
  readonly nack: (ackId: string) => void;
  readonly extend: (ackId: string, ms: number) => void;
  readonly size: () => number;
  readonly close: () => void;
}

/** What a queue needs from around it. */
export interface QueuePorts {
  readonly after: After;
  /** Called whenever a message has become due. */
  readonly wake: () => void;
  /** Takes a message to the dead-letter topic; false leaves it in the queue, to be delivered again. */
  readonly deadLetter: (message: Message, attempts: number) => boolean;
}

type Held = {
  readonly message: Message;
  attempts: number;
  state: 'due' | 'out' | 'waiting';
  stopTimer: () => void;
};

type State = {
  readonly held: Map<string, Held>;
  readonly config: SubscriptionConfig;
  readonly ports: QueuePorts;
  bytes: number;
};

const limit = { messages: 10_000, bytes: 256_000_000 } as const;
const noTimer = () => {};

/** An empty queue that delivers, retries and dead-letters as the subscription says. */
export function createQueue(config: SubscriptionConfig, ports: QueuePorts): Queue {
  const state: State = { held: new Map(), config, ports, bytes: 0 };
  const { held } = state;
  return {
    hasRoomFor: (more) => held.size + more.count <= limit.messages && state.bytes + more.bytes <= limit.bytes,
    add: (message) => add(state, message),
    lease: (max) => dueIn(held.values(), { max, ordered: config.ordered }).map((entry) => startDelivery(state, entry)),
    ack: (ackId) => ifOut(state, ackId, (entry) => drop(state, entry)),
    nack: (ackId) => ifOut(state, ackId, (entry) => fail(state, entry)),
    extend: (ackId, ms) => ifOut(state, ackId, (entry) => startDeadline(state, entry, ms)),
    size: () => held.size,
    close() {
      for (const entry of held.values()) entry.stopTimer();
      held.clear();
    },
  };
}

function add(state: State, message: Message): void {
  state.held.set(message.id, { message, attempts: 0, state: 'due', stopTimer: noTimer });
  state.bytes += bytesOf(message);
  state.ports.wake();
}

function startDelivery(state: State, entry: Held): Lease {
  entry.state = 'out';
  entry.attempts += 1;
  startDeadline(state, entry, state.config.ackDeadlineMs);
  return { ackId: ackIdOf(entry), message: entry.message, attempt: entry.attempts };
}

function startDeadline(state: State, entry: Held, ms: number): void {
  entry.stopTimer();
  entry.stopTimer = state.ports.after(ms, () => fail(state, entry));
}

function fail(state: State, entry: Held): void {
  entry.stopTimer();
  const after = afterFailure(entry.attempts, state.config);
  if (after.next === 'dead letter' && state.ports.deadLetter(entry.message, entry.attempts)) {
    drop(state, entry);
    return;
  }
  entry.state = 'waiting';
  const waitMs = after.next === 'again' ? after.waitMs : state.config.ackDeadlineMs;
  entry.stopTimer = state.ports.after(waitMs, () => {
    entry.state = 'due';
    state.ports.wake();
  });
}

/** Forgets a message, which may be what a later one of its ordering key waits for. */
function drop(state: State, entry: Held): void {
  entry.stopTimer();
  state.held.delete(entry.message.id);
  state.bytes -= bytesOf(entry.message);
  state.ports.wake();
}

function ifOut(state: State, ackId: string, act: (entry: Held) => void): void {
  const entry = state.held.get(ackId.slice(0, ackId.lastIndexOf(':')));
  if (entry?.state === 'out' && ackIdOf(entry) === ackId) act(entry);
}

function ackIdOf(entry: Held): string {
  return `${entry.message.id}:${entry.attempts}`;
}

/** With ordering, a message waits for every earlier one of its key, wherever that one is. */
function dueIn(entries: Iterable<Held>, want: { readonly max: number; readonly ordered: boolean }): readonly Held[] {
  const due: Held[] = [];
  const earlierKeys = new Set<string>();
  for (const entry of entries) {
    if (due.length >= want.max) break;
    const key = want.ordered ? entry.message.orderingKey : '';
    const blocked = key !== '' && earlierKeys.has(key);
    if (key !== '') earlierKeys.add(key);
    if (entry.state === 'due' && !blocked) due.push(entry);
  }
  return due;
}
