import { createHistory } from './history.ts';
import type { History } from './history.ts';
import type { PushPorts } from './pusher.ts';
import { notFound } from './refusal.ts';
import type { Subscription } from './subscription.ts';
import type { TopicResource } from './wire.ts';

/** A topic and the newest messages that were published to it. */
interface Topic {
  readonly resource: TopicResource;
  readonly history: History;
}

/** What the broker needs from around it. */
export interface BrokerPorts extends PushPorts {
  /** Epoch milliseconds; dates messages, and nothing else. */
  readonly now: () => number;
  /** How many messages of each topic are remembered. */
  readonly rememberedMessages: number;
}

/** All topics and subscriptions of one stand-in, by full name. */
export interface Broker {
  readonly topics: Map<string, Topic>;
  readonly subscriptions: Map<string, Subscription>;
  readonly ports: BrokerPorts;
  readonly nextMessageId: () => string;
}

const rememberedBytes = 64_000_000;

/** A broker without topics. */
export function createBroker(ports: BrokerPorts): Broker {
  // Ids start at the time of day, so that two stand-ins, one after the other, never use the same id twice.
  let lastId = BigInt(Math.trunc(ports.now())) * 10_000n;
  const nextMessageId = (): string => {
    lastId += 1n;
    return String(lastId);
  };
  return { topics: new Map(), subscriptions: new Map(), ports, nextMessageId };
}

/** The topic or subscription of that name, or the refusal NOT_FOUND. */
export function found<T>(all: ReadonlyMap<string, T>, name: string): T {
  const entry = all.get(name);
  if (entry === undefined) throw notFound(name);
  return entry;
}

/** An empty history as long as the broker allows. */
export function emptyHistory(broker: Broker): History {
  return createHistory({ messages: broker.ports.rememberedMessages, bytes: rememberedBytes });
}
