import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import type { StandInPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import { startEndpoint } from './endpoint.ts';
import { arrived, createScene, send, until } from './scene.ts';
import type { Scene } from './scene.ts';

// What the stand-in does beyond the contract that it shares with the official emulator. All messages are made up.

const nowMs = Date.UTC(2026, 10, 22, 12, 0, 0, 250);
const oidc = { serviceAccountEmail: 'pusher@example.iam.gserviceaccount.com', audience: 'https://notify.example' };

describe('the stand-in Pub/Sub', () => {
  let server: StandInPubSub;
  let scene: Scene;

  beforeAll(async () => {
    server = await startPubSub({
      pace: 0.1,
      now: () => nowMs,
      rememberedMessages: 3,
      bearer: ({ serviceAccountEmail, audience }) => `made-up-token-of-${serviceAccountEmail}-for-${audience}`,
    });
    scene = createScene(server.host);
  });
  afterAll(async () => {
    await scene.close();
    await server.close();
  });

  it('remembers the newest messages of a topic, with the time it was told', async () => {
    const topic = await scene.newTopic();
    for (const name of ['a', 'b', 'c']) await send(topic, name);
    const id = await send(topic, 'd', { kind: 'event' });
    const published = server.publishedTo(topic.name);
    expect(published.map(({ attributes }) => attributes['name'])).toEqual(['b', 'c', 'd']);
    expect(published.at(-1)).toEqual({
      messageId: id,
      data: Buffer.from('data of d'),
      attributes: { name: 'd', kind: 'event' },
      orderingKey: '',
      publishTime: '2026-11-22T12:00:00.250Z',
    });
  });

  it('dates what it pushes and what is pulled alike', async () => {
    const topic = await scene.newTopic();
    const [{ name: subscription }] = await topic.createSubscription(scene.newId());
    await send(topic, 'dated');
    const [pulled] = await scene.pull(subscription);
    expect(pulled?.message?.publishTime).toMatchObject({
      seconds: String(Math.floor(nowMs / 1000)),
      nanos: 250_000_000,
    });
    await using pushing = await scene.pushing(() => 204);
    await send(pushing.topic, 'dated');
    await arrived(pushing.endpoint, 'dated', 1);
    expect(pushing.endpoint.pushes[0]?.body.message.publishTime).toBe('2026-11-22T12:00:00.250Z');
  });

  it('never uses a message id twice, not even in the next stand-in', async () => {
    const firstIdAt = async (now: number): Promise<string> => {
      const another = await startPubSub({ now: () => now });
      const anotherScene = createScene(another.host);
      const id = await send(await anotherScene.newTopic(), 'first');
      await anotherScene.close();
      await another.close();
      return id;
    };
    const [earlier, later] = await Promise.all([nowMs, nowMs + 1].map(firstIdAt));
    expect(Number(later)).toBeGreaterThan(Number(earlier));
  });

  it('counts what is not acknowledged, and names what it has', async () => {
    const topic = await scene.newTopic();
    const [{ name: subscription }] = await topic.createSubscription(scene.newId(), { filter: 'attributes:wanted' });
    expect(server.backlog(subscription)).toBe(0);
    await Promise.all([send(topic, 'a', { wanted: 'yes' }), send(topic, 'b'), send(topic, 'c', { wanted: '' })]);
    expect(server.backlog(subscription)).toBe(2);
    const pulled = await scene.pull(subscription);
    expect(server.backlog(subscription)).toBe(2);
    await scene.subscriber.acknowledge({ subscription, ackIds: pulled.map(({ ackId }) => ackId ?? '') });
    expect(server.backlog(subscription)).toBe(0);
    expect(server.topics()).toContain(topic.name);
    expect(server.subscriptions()).toContain(subscription);
    expect(() => server.publishedTo('projects/p/topics/none')).toThrow(/resource=projects\/p\/topics\/none/);
    expect(() => server.backlog('projects/p/subscriptions/none')).toThrow(/resource=projects\/p\/subscriptions\/none/);
  });

  it('shows the bearer token of a push subscription that has an identity, and of no other', async () => {
    await using pushing = await scene.pushing(() => 204);
    const pushConfig = { pushEndpoint: pushing.endpoint.url('/with-identity'), oidcToken: oidc };
    const [subscription] = await pushing.topic.createSubscription(scene.newId(), { pushConfig });
    await send(pushing.topic, 'secret');
    await arrived(pushing.endpoint, 'secret', 2);
    const sent = pushing.endpoint.pushes.map(({ path, headers }) => [path, headers.authorization]);
    expect(Object.fromEntries(sent)).toEqual({
      '/projects/p/topics/t': undefined,
      '/with-identity': `Bearer made-up-token-of-${oidc.serviceAccountEmail}-for-${oidc.audience}`,
    });
    await subscription.delete();
  });

  it('takes 102 for an acknowledgement, and does not wait for more', async () => {
    await using pushing = await scene.pushing(() => 102, { ackDeadlineSeconds: 600 });
    await send(pushing.topic, 'processing');
    await arrived(pushing.endpoint, 'processing', 1);
    await until(() => expect(server.backlog(pushing.subscription)).toBe(0));
    await until(() => expect(pushing.endpoint.openConnections()).toBe(0));
  });

  it('does not take 203 for an acknowledgement', async () => {
    await using pushing = await scene.pushing((push) => (push.nth === 1 ? 203 : 204));
    await send(pushing.topic, 'changed on the way');
    await arrived(pushing.endpoint, 'changed on the way', 2);
    expect(pushing.endpoint.pushes.map(({ nth }) => nth)).toEqual([1, 2]);
  });

  it('breaks off a request that is slower than the ack deadline', async () => {
    await using pushing = await scene.pushing((push) => (push.nth === 1 ? 'never' : 204));
    await send(pushing.topic, 'slow');
    await arrived(pushing.endpoint, 'slow', 2);
    await until(() => expect(pushing.endpoint.openConnections()).toBe(0));
  });

  it('delivers again until somebody listens at the endpoint', async () => {
    const early = await startEndpoint(() => 204);
    const pushEndpoint = early.url('/');
    await early.close();
    const topic = await scene.newTopic();
    const [{ name: subscription }] = await topic.createSubscription(scene.newId(), { pushConfig: { pushEndpoint } });
    await send(topic, 'early');
    expect(server.backlog(subscription)).toBe(1);
    const late = await startEndpoint(() => 204, Number(new URL(pushEndpoint).port));
    await arrived(late, 'early', 1);
    await until(() => expect(server.backlog(subscription)).toBe(0));
    await late.close();
  });

  it('counts attempts in the dead letters of a pull subscription too', async () => {
    const dead = await scene.newTopic();
    const deadLetterPolicy = { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 };
    const topic = await scene.newTopic();
    const [{ name: subscription }] = await topic.createSubscription(scene.newId(), { deadLetterPolicy });
    await send(topic, 'poison');
    const attempts: unknown[] = [];
    while (server.backlog(subscription) > 0) {
      const ackIds = (await scene.pull(subscription)).map(({ ackId, deliveryAttempt }) => {
        attempts.push(deliveryAttempt);
        return ackId ?? '';
      });
      if (ackIds.length > 0) await scene.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 0 });
    }
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    expect(server.publishedTo(dead.name).map(({ attributes }) => attributes['name'])).toEqual(['poison']);
  });

  it('dead-letters an ordered message, and then delivers the next of its key', async () => {
    const dead = await scene.newTopic();
    const options = {
      enableMessageOrdering: true,
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
    };
    await using pushing = await scene.pushing((push) => (push.name === 'poison' ? 500 : 204), options);
    const topic = scene.client.topic(pushing.topic.name, { messageOrdering: true });
    for (const name of ['poison', 'next']) {
      await topic.publishMessage({ data: Buffer.from(name), attributes: { name }, orderingKey: 'case-1' });
    }
    await arrived(pushing.endpoint, 'next', 1);
    expect(pushing.endpoint.named('poison').map(({ body }) => body.deliveryAttempt)).toEqual([1, 2, 3, 4, 5]);
    expect(server.publishedTo(dead.name)).toMatchObject([{ orderingKey: 'case-1', attributes: { name: 'poison' } }]);
  });

  it('keeps delivering when the dead-letter topic is gone', async () => {
    const dead = await scene.newTopic();
    const deadLetterPolicy = { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 };
    await using pushing = await scene.pushing((push) => (push.nth <= 5 ? 500 : 204), { deadLetterPolicy });
    await dead.delete();
    await send(pushing.topic, 'undead');
    await arrived(pushing.endpoint, 'undead', 6);
    await until(() => expect(server.backlog(pushing.subscription)).toBe(0));
  });

  it('breaks off what is on its way when its subscription is deleted', async () => {
    const pushing = await scene.pushing(() => 'never', { ackDeadlineSeconds: 600 });
    await send(pushing.topic, 'on its way');
    await arrived(pushing.endpoint, 'on its way', 1);
    await scene.client.subscription(pushing.subscription).delete();
    await until(() => expect(pushing.endpoint.openConnections()).toBe(0));
    expect(pushing.endpoint.pushes).toHaveLength(1);
    await pushing.endpoint.close();
  });
});
