import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { provision } from '../../../infra/local/pubsub/provision.ts';
import { present } from './present.ts';
import { project, send, until } from './scene.ts';
import type { Scene } from './scene.ts';

/** The part of the contract about pull subscriptions. */
export function describePulling(scene: () => Scene): void {
  it('hands a pulled message out again after a negative acknowledgement, and not after an acknowledgement', async () => {
    const topic = await scene().newTopic();
    const [{ name: subscription }] = await topic.createSubscription(scene().newId());
    const next = (): Promise<{ readonly ackId: string; readonly name: string | undefined }> =>
      until(async () => {
        const [pulled] = await scene().pull(subscription);
        return { ackId: present(pulled?.ackId), name: pulled?.message?.attributes?.['name'] };
      });
    await send(topic, 'pulled');
    const first = await next();
    expect(await scene().pull(subscription)).toEqual([]);
    await scene().subscriber.modifyAckDeadline({ subscription, ackIds: [first.ackId], ackDeadlineSeconds: 0 });
    const second = await next();
    expect(second.name).toBe('pulled');
    await scene().subscriber.modifyAckDeadline({ subscription, ackIds: [second.ackId], ackDeadlineSeconds: 60 });
    await scene().subscriber.acknowledge({ subscription, ackIds: [second.ackId] });
    await send(topic, 'last');
    expect((await next()).name).toBe('last');
  });

  it('waits for a message in a pull that may wait', async () => {
    const topic = await scene().newTopic();
    const [{ name: subscription }] = await topic.createSubscription(scene().newId());
    const pulled = scene().subscriber.pull({ subscription, maxMessages: 1 });
    await send(topic, 'late');
    const [answer] = await pulled;
    expect(answer.receivedMessages?.[0]?.message?.attributes).toEqual({ name: 'late' });
  });
}

/** The part of the contract about topics and subscriptions themselves. */
export function describeResources(scene: () => Scene & { readonly host: string }): void {
  it('says NOT_FOUND for a topic or subscription that is not there', async () => {
    const { client, newId, pull } = scene();
    const missing = { code: status.NOT_FOUND };
    await expect(send(client.topic('no-such-topic'), 'lost')).rejects.toMatchObject(missing);
    await expect(client.createSubscription('no-such-topic', newId())).rejects.toMatchObject(missing);
    await expect(pull(`projects/${project}/subscriptions/no-such-one`)).rejects.toMatchObject(missing);
    await expect(client.topic('no-such-topic').delete()).rejects.toMatchObject(missing);
    await expect(client.subscription('no-such-one').getMetadata()).rejects.toMatchObject(missing);
  });

  it('says ALREADY_EXISTS for a topic or subscription that is there', async () => {
    const topic = await scene().newTopic();
    const [subscription] = await topic.createSubscription(scene().newId());
    const exists = { code: status.ALREADY_EXISTS };
    await expect(scene().client.createTopic(topic.name)).rejects.toMatchObject(exists);
    await expect(topic.createSubscription(subscription.name)).rejects.toMatchObject(exists);
  });

  it('says INVALID_ARGUMENT for an empty message and for a name that is too short', async () => {
    const wrong = { code: status.INVALID_ARGUMENT };
    const topic = await scene().newTopic();
    await expect(topic.publishMessage({ data: Buffer.alloc(0) })).rejects.toMatchObject(wrong);
    await expect(scene().client.createTopic('ab')).rejects.toMatchObject(wrong);
  });

  it('lists and describes what was created, and forgets what was deleted', async () => {
    const { client, newId, newTopic } = scene();
    const topic = await newTopic();
    const pushConfig = { pushEndpoint: 'http://127.0.0.1:9/projects/p/topics/t' };
    const retryPolicy = { minimumBackoff: { seconds: 3 }, maximumBackoff: { seconds: 30 } };
    const asked = { pushConfig, retryPolicy, ackDeadlineSeconds: 60, expirationPolicy: {} };
    const [subscription] = await topic.createSubscription(newId(), asked);
    const names = async (): Promise<readonly string[]> =>
      [...(await client.getTopics())[0], ...(await client.getSubscriptions())[0]].map((one) => one.name);
    const [found] = await subscription.getMetadata();
    expect(found).toMatchObject({ name: subscription.name, topic: topic.name, ackDeadlineSeconds: 60, pushConfig });
    expect(found.retryPolicy).toMatchObject({ minimumBackoff: { seconds: '3' }, maximumBackoff: { seconds: '30' } });
    expect((await topic.getSubscriptions())[0].map((one) => one.name)).toEqual([subscription.name]);
    expect(await names()).toEqual(expect.arrayContaining([topic.name, subscription.name]));
    await topic.delete();
    expect((await subscription.getMetadata())[0].topic).toBe('_deleted-topic_');
    await subscription.delete();
    expect(await names()).not.toContain(topic.name);
    expect(await names()).not.toContain(subscription.name);
  });

  it('accepts what production has, twice', async () => {
    const [topic, deadLetterTopic, subscription] = [scene().newId(), scene().newId(), scene().newId()];
    const pushEndpoint = 'http://127.0.0.1:9/projects/p/topics/audit';
    const wanted = { project, topic, deadLetterTopic, subscription, pushEndpoint };
    const names = await provision(scene().host, wanted);
    expect(await provision(scene().host, wanted)).toEqual(names);
    const [created] = await scene().client.subscription(names.subscription).getMetadata();
    expect(created).toMatchObject({
      topic: names.topic,
      pushConfig: { pushEndpoint },
      ackDeadlineSeconds: 60,
      deadLetterPolicy: { deadLetterTopic: names.deadLetterTopic, maxDeliveryAttempts: 50 },
    });
    const [deadLetters] = await scene().client.subscription(names.deadLetterSubscription).getMetadata();
    expect(deadLetters).toMatchObject({ topic: names.deadLetterTopic, expirationPolicy: { ttl: null } });
  });
}
