import { once } from 'node:events';
import { connect } from 'node:net';
import { PubSub } from '@google-cloud/pubsub';
import { describe, expect, it, vi } from 'vitest';
import { startPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import { arrived, createScene, project, send, until } from './scene.ts';

describe('starting and closing the stand-in', () => {
  it('says that a port is taken', async () => {
    const first = await startPubSub();
    await expect(startPubSub({ port: first.port })).rejects.toThrow(
      `[pubsub] The stand-in Pub/Sub cannot listen on port ${first.port}`,
    );
    await first.close();
    const second = await startPubSub({ port: first.port });
    expect(second.host).toBe(`127.0.0.1:${first.port}`);
    await second.close();
  });

  it('breaks off open pushes and pulls, and does not wait for its clients', async () => {
    const server = await startPubSub();
    const scene = createScene(server.host);
    const pushing = await scene.pushing(() => 'never', { ackDeadlineSeconds: 600 });
    await send(pushing.topic, 'open');
    await arrived(pushing.endpoint, 'open', 1);
    const [{ name: subscription }] = await pushing.topic.createSubscription(scene.newId());
    const pulling = scene.subscriber
      .pull({ subscription, maxMessages: 1 }, { retry: null, timeout: 5_000 })
      .catch(() => []);
    const silent = connect(server.port, '127.0.0.1');
    await once(silent, 'connect');
    await server.close();
    silent.destroy();
    await until(() => expect(pushing.endpoint.openConnections()).toBe(0));
    await pulling;
    await pushing.endpoint.close();
    await scene.close();
  });

  it('is where the official client goes by itself when PUBSUB_EMULATOR_HOST says so', async () => {
    const server = await startPubSub();
    vi.stubEnv('PUBSUB_EMULATOR_HOST', server.host);
    const client = new PubSub({ projectId: project });
    await client.createTopic('by-environment');
    expect(server.topics()).toEqual([`projects/${project}/topics/by-environment`]);
    vi.unstubAllEnvs();
    await client.close();
    await server.close();
  });
});
