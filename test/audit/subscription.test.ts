import { createServer } from 'node:net';
import { PubSub } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { officialEmulatorInstalled, startOfficialEmulator } from '../../infra/local/pubsub/official.ts';
import { freePort } from '../../infra/local/pubsub/port.ts';
import { startPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { pubSubSubscription, type Subscription } from '../../shared/audit/subscription.ts';

// Synthetic: no such project exists.
const project = 'jobwarden-test';
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function subscriptionAt(host: string, id: string, waitMs?: number): Subscription {
  const name = `projects/${project}/subscriptions/${id}`;
  const opened = pubSubSubscription({
    subscription: name,
    endpoint: host,
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  closers.push(() => opened.close());
  return opened;
}

const textOf = (data: Uint8Array) => Buffer.from(data).toString();

/** What a subscription must do at any Pub/Sub, with the official client on both sides. */
function describeSubscription(name: string, start: () => Promise<{ readonly host: string; close(): Promise<void> }>) {
  describe(`a subscription at ${name}`, () => {
    let pubsub: { readonly host: string; close(): Promise<void> };
    let client: PubSub;
    let ids = 0;
    beforeAll(async () => {
      pubsub = await start();
      client = new PubSub({ apiEndpoint: pubsub.host, projectId: project });
    });
    afterAll(async () => {
      await client.close();
      await pubsub.close();
    });

    async function withMessages(...texts: readonly string[]) {
      ids += 1;
      const [topic] = await client.createTopic(`topic-${ids}`);
      await topic.createSubscription(`subscription-${ids}`);
      for (const text of texts) await topic.publishMessage({ data: Buffer.from(text) });
      return subscriptionAt(pubsub.host, `subscription-${ids}`, 2000);
    }
    async function pulled(from: Subscription, count: number) {
      const found = [];
      for (let tries = 0; found.length < count && tries < 20; tries += 1) found.push(...(await from.pull(10)));
      return found;
    }

    test('gives what is there, and not again what was acknowledged', async () => {
      const from = await withMessages('one', 'two');
      const found = await pulled(from, 2);
      expect(found.map(({ data }) => textOf(data)).toSorted()).toEqual(['one', 'two']);
      expect(new Set(found.map(({ messageId }) => messageId)).size).toBe(2);
      await from.acknowledge(found.map(({ ackId }) => ackId));
      expect(await from.pull(10)).toEqual([]);
    });

    test('gives again at once what was released', async () => {
      const from = await withMessages('one');
      const [first] = await pulled(from, 1);
      await from.release([first?.ackId ?? '']);
      const [second] = await pulled(from, 1);
      expect(second?.messageId).toBe(first?.messageId);
      expect(second?.ackId).not.toBe(first?.ackId);
    });

    test('gives no more than it is asked for, and nothing after a while when there is nothing', async () => {
      const from = await withMessages('one', 'two');
      expect(await from.pull(1)).toHaveLength(1);
      expect(await (await withMessages()).pull(1)).toEqual([]);
    });

    test('asks for nothing when there is nothing to acknowledge or to release', async () => {
      const from = subscriptionAt(pubsub.host, 'no-such-one');
      await from.acknowledge([]);
      await from.release([]);
    });

    test('says that there is no such subscription', async () => {
      const from = subscriptionAt(pubsub.host, 'no-such-one', 2000);
      await expect(from.pull(1)).rejects.toThrow(
        `[pubsub] Subscription projects/${project}/subscriptions/no-such-one does not`,
      );
      await expect(from.pull(1)).rejects.toMatchObject({ cause: { code: status.NOT_FOUND } });
    });
  });
}

describeSubscription('the stand-in', () => startPubSub());

const installed = officialEmulatorInstalled();
if (!installed)
  console.info('Skipped: a subscription at the official emulator; google-cloud-cli does not have it here.');
describe.skipIf(!installed)('where google-cloud-cli has its emulator', () => {
  describeSubscription('the official emulator', () => startOfficialEmulator());
});

describe('a subscription that cannot be reached', () => {
  test('is an error and not an empty one, when nobody listens', async () => {
    const port = await freePort();
    const from = subscriptionAt(`127.0.0.1:${port}`, 'letters', 1000);
    await expect(from.pull(1)).rejects.toThrow(
      /^\[pubsub\] projects\/jobwarden-test\/subscriptions\/letters could not be reached/,
    );
  });

  test('is an error and not an empty one, when nobody answers', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    closers.push(async () => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const from = subscriptionAt(`127.0.0.1:${port}`, 'letters', 1000);
    await expect(from.pull(1)).rejects.toThrow(/could not be reached/);
  });
});
