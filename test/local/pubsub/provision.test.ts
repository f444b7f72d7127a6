import { expect, it } from 'vitest';
import { provision } from '../../../infra/local/pubsub/provision.ts';
import { startPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import { startEndpoint } from './endpoint.ts';
import { arrived, createScene, project, send, until } from './scene.ts';

// Made-up messages, and the subscriptions as production has them but for the short back-off.

it('brings notices, and nothing else, to the endpoint, and what keeps failing to the dead letters', async () => {
  const server = await startPubSub();
  const scene = createScene(server.host);
  const endpoint = await startEndpoint((push) => (push.name === 'poison' ? 503 : 204));
  const names = await provision(server.host, {
    project,
    topic: 'audit',
    deadLetterTopic: 'audit-dead-letters',
    subscription: 'notify',
    pushEndpoint: endpoint.url('/projects/p/topics/audit'),
    maxDeliveryAttempts: 5,
    retry: { minimumSeconds: 0.01, maximumSeconds: 0.02 },
  });
  expect(names).toEqual({
    topic: `projects/${project}/topics/audit`,
    deadLetterTopic: `projects/${project}/topics/audit-dead-letters`,
    subscription: `projects/${project}/subscriptions/notify`,
    deadLetterSubscription: `projects/${project}/subscriptions/audit-dead-letters`,
  });
  const topic = scene.client.topic('audit');
  await send(topic, 'event', { kind: 'event' });
  await send(topic, 'notice', { kind: 'notice' });
  await send(topic, 'poison', { kind: 'notice' });
  await arrived(endpoint, 'poison', 5);
  await until(() => expect(server.backlog(names.deadLetterSubscription)).toBe(1));
  expect(server.backlog(names.subscription)).toBe(0);
  expect(endpoint.named('event')).toEqual([]);
  expect(endpoint.named('notice')).toMatchObject([{ path: '/projects/p/topics/audit', body: { deliveryAttempt: 1 } }]);
  expect(endpoint.named('poison')).toHaveLength(5);
  const [notify] = await scene.client.subscription(names.subscription).getMetadata();
  const [deadLetters] = await scene.client.subscription(names.deadLetterSubscription).getMetadata();
  expect(notify).toMatchObject({
    filter: 'attributes.kind = "notice"',
    ackDeadlineSeconds: 60,
    expirationPolicy: { ttl: null },
    retryPolicy: { minimumBackoff: { seconds: '0', nanos: 10_000_000 }, maximumBackoff: { nanos: 20_000_000 } },
  });
  expect(deadLetters).toMatchObject({ pushConfig: null, deadLetterPolicy: null, expirationPolicy: { ttl: null } });
  await endpoint.close();
  await scene.close();
  await server.close();
});

it('says where it failed when what it asks for is refused', async () => {
  const server = await startPubSub();
  const wanted = { project, topic: 'audit', deadLetterTopic: 'dead', subscription: 'notify', pushEndpoint: 'nowhere' };
  await expect(provision(server.host, wanted)).rejects.toThrow(
    `[pubsub] ${server.host} did not accept the topics and subscriptions of ${project}.`,
  );
  await server.close();
});
