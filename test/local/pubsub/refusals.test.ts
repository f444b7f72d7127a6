import type { CreateSubscriptionOptions } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import type { StandInPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import { createScene } from './scene.ts';
import type { Scene } from './scene.ts';

describe('the stand-in Pub/Sub', () => {
  let server: StandInPubSub;
  let scene: Scene;

  beforeAll(async () => {
    server = await startPubSub({ rememberedMessages: 3 });
    scene = createScene(server.host);
  });
  afterAll(async () => {
    await scene.close();
    await server.close();
  });

  const refused: readonly (readonly [string, CreateSubscriptionOptions, status, RegExp])[] = [
    ['an ack deadline under 10 s', { ackDeadlineSeconds: 9 }, status.INVALID_ARGUMENT, /between 10 and 600, and is 9/],
    ['an ack deadline over 10 min', { ackDeadlineSeconds: 601 }, status.INVALID_ARGUMENT, /between 10 and 600/],
    [
      'a back-off over 10 min',
      { retryPolicy: { maximumBackoff: { seconds: 601 } } },
      status.INVALID_ARGUMENT,
      /maximumBackoff/,
    ],
    [
      'a maximum back-off under the minimum of 10 s',
      { retryPolicy: { maximumBackoff: { seconds: 9 } } },
      status.INVALID_ARGUMENT,
      /larger/,
    ],
    ['a filter it does not know', { filter: 'attributes.a != "b"' }, status.INVALID_ARGUMENT, /Write NOT/],
    ['an endpoint that is no URL', { pushConfig: { pushEndpoint: 'notify' } }, status.INVALID_ARGUMENT, /"notify"/],
    [
      'an endpoint that is no web address',
      { pushConfig: { pushEndpoint: 'ftp://x/' } },
      status.INVALID_ARGUMENT,
      /ftp/,
    ],
    [
      'a topic for dead letters that is not there',
      { deadLetterPolicy: { deadLetterTopic: 'projects/p/topics/none' } },
      status.NOT_FOUND,
      /none/,
    ],
    [
      'too few attempts',
      { deadLetterPolicy: { deadLetterTopic: 'projects/p/topics/none', maxDeliveryAttempts: 4 } },
      status.INVALID_ARGUMENT,
      /between 5 and 100/,
    ],
    ['a BigQuery subscription', { bigqueryConfig: { table: 'p.d.t' } }, status.UNIMPLEMENTED, /BigQuery/],
    ['a Cloud Storage subscription', { cloudStorageConfig: { bucket: 'b' } }, status.UNIMPLEMENTED, /Cloud Storage/],
    ['a Bigtable subscription', { bigtableConfig: { table: 't' } }, status.UNIMPLEMENTED, /Bigtable/],
    ['unwrapped push', { pushConfig: { pushEndpoint: 'http://x/', noWrapper: {} } }, status.UNIMPLEMENTED, /unwrapped/],
    ['exactly-once delivery', { enableExactlyOnceDelivery: true }, status.UNIMPLEMENTED, /exactly-once/],
    ['transforms', { messageTransforms: [{}] }, status.UNIMPLEMENTED, /transforms/],
  ];
  it.each(refused)('refuses %s', async (_, options, code, details) => {
    const topic = await scene.newTopic();
    await expect(topic.createSubscription(scene.newId(), options)).rejects.toMatchObject({
      code,
      details: expect.stringMatching(details),
    });
  });

  it('refuses to pull from a push subscription', async () => {
    await using pushing = await scene.pushing(() => 204);
    await expect(scene.pull(pushing.subscription)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
  });

  it('refuses a streaming pull, which it does not offer', async () => {
    const topic = await scene.newTopic();
    const [subscription] = await topic.createSubscription(scene.newId());
    const error = await new Promise((resolve) => {
      subscription.on('error', resolve);
      subscription.on('message', resolve);
    });
    expect(error).toMatchObject({ code: status.UNIMPLEMENTED });
    await subscription.close();
  });

  it('refuses to publish into a backlog that is full, at once and in words', async () => {
    const topic = await scene.newTopic();
    const [{ name }] = await topic.createSubscription(scene.newId());
    const attributes = { a: 'b' };
    const publishMany = async (count: number): Promise<void> => {
      topic.setPublishOptions({ batching: { maxMessages: 1000, maxMilliseconds: 10 } });
      await Promise.all(
        Array.from({ length: count }, () => topic.publishMessage({ data: Buffer.alloc(0), attributes })),
      );
    };
    await publishMany(10_000);
    expect(server.backlog(name)).toBe(10_000);
    await expect(publishMany(1)).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining(`${name} is full: 10000 messages`),
    });
    expect(server.publishedTo(topic.name)).toHaveLength(3);
  });
});
