import { setTimeout as sleep } from 'node:timers/promises';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Permissions } from '../permissions.ts';
import { createBroker, found } from './broker.ts';
import type { Broker } from './broker.ts';
import { guarded } from './guard.ts';
import { publisherMethods, subscriberMethods } from './methods.ts';
import { freePort } from './port.ts';
import { pubSubServices } from './protos.ts';
import type { Oidc } from './subscription-config.ts';
import { realTimers } from './timers.ts';
import type { After } from './timers.ts';

/** Settings of the stand-in; all have defaults. */
export interface PubSubOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Epoch milliseconds for publish times; the real clock unless told otherwise. */
  readonly now?: () => number;
  /** How long back-off and ack deadlines last compared with what is configured: 1 is real time, 0.1 ten times as fast. */
  readonly pace?: number;
  /** Other timers than the machine's, for a test with a clock of its own; `pace` is then left to them. */
  readonly after?: After;
  /** How many messages of each topic `publishedTo` remembers; 1000 unless told otherwise. */
  readonly rememberedMessages?: number;
  /** Makes the bearer token for push subscriptions with an OIDC token; without it no authorization is sent. */
  readonly bearer?: (oidc: Oidc) => string;
  /** Callers by name who may not do everything; each has an address of its own, `hostFor` their name. */
  readonly callers?: ReadonlyMap<string, Permissions>;
}

/** A message as it was published. */
interface PublishedMessage {
  readonly messageId: string;
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty when the message has none. */
  readonly orderingKey: string;
  /** RFC 3339 */
  readonly publishTime: string;
}

/** A Pub/Sub that runs inside this process. Names are full names: `projects/P/topics/T`, `projects/P/subscriptions/S`. */
export interface StandInPubSub {
  /** `127.0.0.1:PORT`, the value for PUBSUB_EMULATOR_HOST. */
  readonly host: string;
  readonly port: number;
  /** The address for one of the callers; throws for a name that is none of theirs. */
  readonly hostFor: (caller: string) => string;
  readonly topics: () => readonly string[];
  readonly subscriptions: () => readonly string[];
  /** The newest messages of a topic, oldest first; throws when there is no such topic. */
  readonly publishedTo: (topic: string) => readonly PublishedMessage[];
  /** How many messages of a subscription are not acknowledged; throws when there is no such subscription. */
  readonly backlog: (subscription: string) => number;
  /** Stops deliveries, breaks off open requests and frees the port. */
  readonly close: () => Promise<void>;
}

// A publish request may have 10 MB of messages, and a little around them.
const maxRequestBytes = 12_000_000;
const patienceMs = 500;

/** Starts a Pub/Sub on 127.0.0.1 that the official client uses through PUBSUB_EMULATOR_HOST; throws when the port is taken. */
export async function startPubSub(options: PubSubOptions = {}): Promise<StandInPubSub> {
  const broker = createBroker({
    now: options.now ?? Date.now,
    after: options.after ?? realTimers(options.pace ?? 1),
    bearer: options.bearer,
    rememberedMessages: options.rememberedMessages ?? 1000,
  });
  const server = new Server({ 'grpc.max_receive_message_length': maxRequestBytes });
  const services = pubSubServices();
  const doors = new Map<string, string>();
  const permissionsAt = (host: string) => options.callers?.get(doors.get(host) ?? '');
  server.addService(services.publisher, guarded(publisherMethods(broker), permissionsAt));
  server.addService(services.subscriber, guarded(subscriberMethods(broker), permissionsAt));
  const port = await bind(server, options.port ?? 0);
  for (const name of options.callers?.keys() ?? []) doors.set(`127.0.0.1:${await bind(server, 0)}`, name);
  return {
    host: `127.0.0.1:${port}`,
    port,
    hostFor: (caller) => hostFor(doors, caller),
    topics: () => [...broker.topics.keys()],
    subscriptions: () => [...broker.subscriptions.keys()],
    publishedTo: (topic) => publishedTo(broker, topic),
    backlog: (subscription) => found(broker.subscriptions, subscription).queue.size(),
    close: () => close(server, broker),
  };
}

function hostFor(doors: ReadonlyMap<string, string>, caller: string): string {
  const [host] = [...doors].find(([, name]) => name === caller) ?? [];
  if (host === undefined) throw new Error(`[pubsub] There is no caller ${caller}.`);
  return host;
}

async function bind(server: Server, port: number): Promise<number> {
  try {
    // gRPC would print about a port that is taken before it says so.
    if (port !== 0) await freePort(port);
    return await new Promise((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  } catch (cause) {
    throw new Error(`[pubsub] The stand-in Pub/Sub cannot listen on port ${port}.`, { cause });
  }
}

async function close(server: Server, broker: Broker): Promise<void> {
  for (const subscription of broker.subscriptions.values()) subscription.close();
  const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  // A client that stays connected must not keep the stand-in from closing.
  await Promise.race([closed, sleep(patienceMs, undefined, { ref: false })]);
  server.forceShutdown();
}

function publishedTo(broker: Broker, topic: string): readonly PublishedMessage[] {
  return found(broker.topics, topic)
    .history.all()
    .map(({ id, data, attributes, orderingKey, publishedAtMs }) => ({
      messageId: id,
      data,
      attributes,
      orderingKey,
      publishTime: new Date(publishedAtMs).toISOString(),
    }));
}
