import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../local/pubsub/present.ts';
import { describePulling, describeResources } from '../local/pubsub/resources.ts';
import { arrived, clockOr, clockStruck, createScene, project, send, until } from '../local/pubsub/scene.ts';
import type { Scene } from '../local/pubsub/scene.ts';

/** A Pub/Sub under test; `pace` is how long its seconds last (1, the default, is real time). */
export interface PubSubUnderTest {
  readonly host: string;
  readonly pace?: number;
  readonly close: () => Promise<void>;
}

/**
 * Where the official emulator does not do what production does. Each is asserted: once the emulator behaves like
 * production, its test fails and says which line to remove. Not tested, since it blocks for ever: with ordering and a
 * dead-letter policy together the emulator neither drops nor dead-letters a message that keeps failing.
 */
export const emulatorDifferences = {
  filter: 'ignores the filter of a push subscription',
  deliveryAttempt: 'leaves deliveryAttempt out of the push body',
  orderingKey: 'leaves orderingKey out of the push body',
  accepted: 'takes 202 for a failure and delivers again',
  maximumBackoff: 'waits longer than the maximum back-off',
} as const;

type Differences = Partial<Record<keyof typeof emulatorDifferences, string>>;

/** What any Pub/Sub of the local cloud must do, through the official client. All messages are made up. */
export function describePubSub(
  name: string,
  start: () => Promise<PubSubUnderTest>,
  differences: Differences = {},
): void {
  describe.concurrent(`${name}, as any Pub/Sub`, { timeout: 30_000 }, () => {
    let server: PubSubUnderTest;
    let scene: Scene;
    const seconds = (ms = 0): number => ms / 1000 / (server.pace ?? 1);
    /** Whether the server did what production does, except where it is known not to. */
    const production = (difference: keyof Differences, didAsProduction: boolean): string => {
      const known = differences[difference];
      if (didAsProduction === (known === undefined)) return 'as known';
      return known === undefined ? `not as production: ${difference}` : `no longer ${known}: remove "${difference}"`;
    };

    beforeAll(async () => {
      server = await start();
      scene = createScene(server.host);
    });
    afterAll(async () => {
      await scene?.close();
      await server?.close();
    });

    it('pushes the wrapped message to the very URL it was given', async () => {
      const attributes = { kind: 'notice', owner: 'Zoë Łukasiewicz', größe: '大 💥 "quoted"' };
      const path = '/projects/p/topics/audit?to=a%20b&x=';
      await using pushing = await scene.pushing(() => 204, {}, path);
      const id = await send(pushing.topic, 'one', attributes);
      await arrived(pushing.endpoint, 'one', 1);
      const [push] = pushing.endpoint.pushes;
      expect(push).toMatchObject({ method: 'POST', path });
      expect(push?.headers['content-type']).toMatch(/^application\/json/);
      expect(push?.body.subscription).toBe(pushing.subscription);
      const message = push?.body.message;
      expect(message).toMatchObject({ messageId: id, message_id: id, attributes: { name: 'one', ...attributes } });
      expect(Buffer.from(message?.data ?? '', 'base64').toString()).toBe('data of one');
      expect(Date.parse(message?.publishTime ?? '')).not.toBeNaN();
      expect(message?.publish_time).toBe(message?.publishTime);
    });

    it('pushes a message without data', async () => {
      await using pushing = await scene.pushing(() => 204);
      await pushing.topic.publishMessage({ data: Buffer.alloc(0), attributes: { name: 'empty' } });
      await arrived(pushing.endpoint, 'empty', 1);
      expect(pushing.endpoint.pushes[0]?.body.message.data).toBe('');
    });

    it('takes 200, 201 and 204 for an acknowledgement', async () => {
      const acknowledging = ['200', '201', '204'];
      await using pushing = await scene.pushing(clockOr((push) => Number(push.name)));
      await Promise.all(acknowledging.map((name) => send(pushing.topic, name)));
      await clockStruck(pushing);
      const counts = acknowledging.map((name) => pushing.endpoint.named(name).length);
      expect(counts).toEqual([1, 1, 1]);
    });

    it('takes 202 for an acknowledgement', async () => {
      await using pushing = await scene.pushing(clockOr(() => 202));
      await send(pushing.topic, 'accepted');
      await clockStruck(pushing);
      expect(production('accepted', pushing.endpoint.named('accepted').length === 1)).toBe('as known');
    });

    it('delivers again what was answered with an error or a redirect', async () => {
      await using pushing = await scene.pushing((push) => (push.nth === 1 ? Number(push.name) : 204));
      const statuses = ['302', '400', '403', '404', '429', '500', '503'];
      await Promise.all(statuses.map((name) => send(pushing.topic, name)));
      await Promise.all(statuses.map((name) => arrived(pushing.endpoint, name, 2)));
      expect(pushing.endpoint.pushes).toHaveLength(2 * statuses.length);
    });

    it('waits at least the minimum back-off, then longer, and never longer than the maximum', async () => {
      const retryPolicy = { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 2 } };
      await using pushing = await scene.pushing(() => 503, { retryPolicy });
      await send(pushing.topic, 'refused');
      await arrived(pushing.endpoint, 'refused', 5);
      const at = pushing.endpoint.named('refused').map((push) => seconds(push.atMs));
      const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
      expect(gaps[0]).toBeGreaterThan(0.9);
      expect(gaps[1]).toBeGreaterThan(1.8);
      expect(production('maximumBackoff', Math.min(...gaps.slice(2)) < 2.75)).toBe('as known');
    });

    it('delivers again when the endpoint is slower than the ack deadline', async () => {
      const slowOnce = { ackDeadlineSeconds: 10 };
      await using pushing = await scene.pushing((push) => (push.nth === 1 ? 'never' : 204), slowOnce);
      await send(pushing.topic, 'slow');
      await arrived(pushing.endpoint, 'slow', 2);
      const [first, second] = pushing.endpoint.named('slow');
      expect(seconds(second?.atMs) - seconds(first?.atMs)).toBeGreaterThan(9);
    });

    it('sends a message to the dead-letter topic after its last attempt, with where it came from', async () => {
      const deadLetterTopic = await scene.newTopic();
      const [deadLetters] = await deadLetterTopic.createSubscription(scene.newId());
      const deadLetterPolicy = { deadLetterTopic: deadLetterTopic.name, maxDeliveryAttempts: 5 };
      await using pushing = await scene.pushing(() => 503, { deadLetterPolicy });
      await send(pushing.topic, 'poison', { kind: 'notice' });
      const dead = await until(async () => {
        const [pulled] = await scene.pull(deadLetters.name);
        return present(pulled?.message);
      });
      expect(String(dead.data)).toBe('data of poison');
      const { CloudPubSubDeadLetterSourceTopicPublishTime: time, ...attributes } = dead.attributes ?? {};
      expect(attributes).toEqual({
        name: 'poison',
        kind: 'notice',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
        CloudPubSubDeadLetterSourceSubscription: pushing.subscription.split('/').at(-1),
        CloudPubSubDeadLetterSourceSubscriptionProject: project,
      });
      expect(Date.parse(time ?? '')).not.toBeNaN();
      const attempts = pushing.endpoint.named('poison').map((push) => push.body.deliveryAttempt);
      expect(attempts).toHaveLength(5);
      expect(production('deliveryAttempt', attempts.join(' ') === '1 2 3 4 5')).toBe('as known');
    });

    it('pushes only what passes the filter', async () => {
      await using pushing = await scene.pushing(
        clockOr(() => 204),
        { filter: 'attributes.kind = "notice"' },
      );
      await send(pushing.topic, 'event', { kind: 'event' });
      await send(pushing.topic, 'notice', { kind: 'notice' });
      await clockStruck(pushing);
      expect(pushing.endpoint.named('notice')).toHaveLength(1);
      expect(production('filter', pushing.endpoint.named('event').length === 0)).toBe('as known');
    });

    it('holds back the later messages of an ordering key until the earlier one is acknowledged', async () => {
      const answer = (push: { readonly name: string; readonly nth: number }): number =>
        push.name === 'first' && push.nth < 3 ? 503 : 204;
      await using pushing = await scene.pushing(answer, { enableMessageOrdering: true });
      const topic = scene.client.topic(pushing.topic.name, { messageOrdering: true });
      const publish = (name: string, orderingKey: string): Promise<string> =>
        topic.publishMessage({ data: Buffer.from(name), attributes: { name }, orderingKey });
      await Promise.all([publish('first', 'case-1'), publish('second', 'case-1'), publish('other', 'case-2')]);
      await arrived(pushing.endpoint, 'second', 1);
      await arrived(pushing.endpoint, 'other', 1);
      const names = pushing.endpoint.pushes.map((push) => push.name).filter((name) => name !== 'other');
      expect(names).toEqual(['first', 'first', 'first', 'second']);
      expect(production('orderingKey', pushing.endpoint.named('other')[0]?.body.message.orderingKey === 'case-2')).toBe(
        'as known',
      );
    });

    it('carries a message of 5 MB', async () => {
      await using pushing = await scene.pushing(() => 204);
      const data = Buffer.alloc(5_000_000, 'jobwarden');
      await pushing.topic.publishMessage({ data, attributes: { name: 'large' } });
      await arrived(pushing.endpoint, 'large', 1);
      const received = Buffer.from(pushing.endpoint.pushes[0]?.body.message.data ?? '', 'base64');
      expect(received.equals(data)).toBe(true);
    });

    it('delivers each of 200 messages', async () => {
      await using pushing = await scene.pushing(() => 204);
      const names = Array.from({ length: 200 }, (_, index) => `m${index}`);
      await Promise.all(names.map((name) => send(pushing.topic, name)));
      await until(() => expect(new Set(pushing.endpoint.pushes.map((push) => push.name))).toEqual(new Set(names)));
    });

    describePulling(() => scene);
    describeResources(() => ({ ...scene, host: server.host }));
  });
}
