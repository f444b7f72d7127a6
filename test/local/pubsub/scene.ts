import { PubSub, v1 } from '@google-cloud/pubsub';
import type { CreateSubscriptionOptions, protos, Topic } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { expect, vi } from 'vitest';
import { startEndpoint } from './endpoint.ts';
import type { Answer, Endpoint } from './endpoint.ts';

/** The project of every made-up topic and subscription. */
export const project = 'jobwarden-test';

/** A topic, a push subscription on it and the endpoint it pushes to; disposing deletes the latter two. */
export interface Pushing extends AsyncDisposable {
  readonly topic: Topic;
  readonly endpoint: Endpoint;
  /** Full name. */
  readonly subscription: string;
}

type Pulled = readonly protos.google.pubsub.v1.IReceivedMessage[];

/** The official clients of one Pub/Sub, and what the tests do with them. */
export interface Scene {
  readonly client: PubSub;
  readonly subscriber: v1.SubscriberClient;
  readonly newId: () => string;
  readonly newTopic: () => Promise<Topic>;
  readonly pushing: (answer: Answer, options?: CreateSubscriptionOptions, path?: string) => Promise<Pushing>;
  /** What is there now, up to ten messages. */
  readonly pull: (subscription: string) => Promise<Pulled>;
  readonly close: () => Promise<void>;
}

let lastId = 0;

export function createScene(host: string): Scene {
  const client = new PubSub({ apiEndpoint: host, projectId: project });
  const [servicePath = '', port] = host.split(':');
  const subscriber = new v1.SubscriberClient({
    servicePath,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  });
  const newId = (): string => `made-up-${(lastId += 1)}`;
  const newTopic = async (): Promise<Topic> => (await client.createTopic(newId()))[0];
  return {
    client,
    subscriber,
    newId,
    newTopic,
    async pushing(answer, options = {}, path = '/projects/p/topics/t') {
      const [topic, endpoint] = await Promise.all([newTopic(), startEndpoint(answer)]);
      const pushConfig = { pushEndpoint: endpoint.url(path) };
      const [subscription] = await topic.createSubscription(newId(), { ...options, pushConfig });
      const dispose = async (): Promise<void> => {
        await subscription.delete();
        await endpoint.close();
      };
      return { topic, endpoint, subscription: subscription.name, [Symbol.asyncDispose]: dispose };
    },
    async pull(subscription) {
      const [answer] = await subscriber.pull({ subscription, maxMessages: 10, returnImmediately: true });
      return answer.receivedMessages ?? [];
    },
    async close() {
      await subscriber.close();
      await client.close();
    },
  };
}

/** Publishes a message that goes by a name, and answers its id. */
export function send(topic: Topic, name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
  return topic.publishMessage({ data: Buffer.from(`data of ${name}`), attributes: { name, ...attributes } });
}

/** Waits until the message of that name has arrived so many times. */
export function arrived(endpoint: Endpoint, name: string, times: number): Promise<void> {
  return until(() => expect(endpoint.named(name).length, `deliveries of ${name}`).toBeGreaterThanOrEqual(times));
}

/** Waits, within a bound, until the assertion holds, and answers what it answers. */
export function until<T>(holds: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(holds, { timeout: 15_000, interval: 10 });
}

/** An answer that fails the message `clock` twice, and leaves the others to the answer given. */
export function clockOr(answer: Answer): Answer {
  return (push) => {
    if (push.name !== 'clock') return answer(push);
    return push.nth < 3 ? 503 : 204;
  };
}

/** Waits as long as two redeliveries take: what has not come again by then was acknowledged. Needs `clockOr`. */
export async function clockStruck({ topic, endpoint }: Pushing): Promise<void> {
  await send(topic, 'clock', { kind: 'notice' });
  await arrived(endpoint, 'clock', 3);
}
