import { describe, expect, it, onTestFinished } from 'vitest';
import { recordedPermissions } from '../../../infra/local/permissions.ts';
import { provision } from '../../../infra/local/pubsub/provision.ts';
import { startPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import { pubSubTrail, type TrailEvent } from '../../../shared/audit/trail.ts';

// Synthetic: no such project or topic exists.
const topic = 'projects/p/topics/events';
const other = 'projects/p/topics/dead-letters';
const event: TrailEvent = {
  specversion: '1.0',
  id: 'e1',
  source: '//jobwarden/test',
  type: 'dev.jobwarden.job.recorded.v1',
  subject: 's',
  time: '2026-11-30T00:00:00.000Z',
  datacontenttype: 'application/json',
  correlationid: 'sweep',
  severity: 'INFO',
  data: {},
};

async function publishTo(name: string) {
  const watch = recordedPermissions([{ role: 'publisher', permissions: ['pubsub.topics.publish'], on: [topic] }]);
  const pubsub = await startPubSub({ callers: new Map([['watch', watch]]) });
  onTestFinished(() => pubsub.close());
  const ids = { project: 'p', topic: 'events', deadLetterTopic: 'dead-letters', subscription: 'notices' };
  await provision(pubsub.host, { ...ids, pushEndpoint: 'http://127.0.0.1:9/' });
  const trail = pubSubTrail({ topic: name, endpoint: pubsub.hostFor('watch') });
  onTestFinished(() => trail.close());
  const [result] = await trail.publish([event]);
  return { result, needed: watch.needed(), published: pubsub.publishedTo(name).length, pubsub };
}

describe('a caller with limited permissions', () => {
  it('publishes where it may, and that is remembered', async () => {
    const { result, needed, published, pubsub } = await publishTo(topic);
    expect([result?.accepted, published]).toEqual([true, 1]);
    expect(needed).toEqual([{ permission: 'pubsub.topics.publish', resource: topic, granted: 'publisher' }]);
    expect(() => pubsub.hostFor('nobody')).toThrow('[pubsub] There is no caller nobody.');
  });

  it('is refused elsewhere, and that is remembered as well', async () => {
    const { result, needed, published } = await publishTo(other);
    expect(published).toBe(0);
    expect(result).toMatchObject({ accepted: false, why: expect.stringMatching(/permission|authorized|allowed/i) });
    expect(needed).toEqual([{ permission: 'pubsub.topics.publish', resource: other, granted: undefined }]);
  });
});
