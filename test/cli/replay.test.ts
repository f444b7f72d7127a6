import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { provision } from '../../infra/local/pubsub/provision.ts';
import { startPubSub, type StandInPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { pubSubTrail, type TrailEvent } from '../../shared/audit/trail.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { aNotice } from '../notices/make.ts';
import { jobwarden, nowMs } from './a-shell.ts';

// Synthetic: no such project, person or job exists.
const project = 'jobwarden-test';
const topic = `projects/${project}/topics/jobwarden`;
const deadLetterTopic = `${topic}-dead`;
const subscription = `projects/${project}/subscriptions/jobwarden-dead`;
const notice = aNotice();
const event = noticeEvent(notice, '//jobwarden/test');

let pubsub: StandInPubSub;
let env: Readonly<Record<string, string>> = {};
const objects = memoryObjects({ now: () => nowMs });
const opened: string[] = [];

beforeEach(async () => {
  pubsub = await startPubSub();
  await provision(pubsub.host, {
    project,
    topic: 'jobwarden',
    deadLetterTopic: 'jobwarden-dead',
    subscription: 'notify',
    pushEndpoint: 'http://127.0.0.1:9/',
  });
  env = {
    JOBWARDEN_TOPIC: topic,
    JOBWARDEN_STATE: 'gs://ops-state/prod',
    JOBWARDEN_DEAD_LETTER_TOPIC: deadLetterTopic,
    PUBSUB_EMULATOR_HOST: pubsub.host,
  };
});
afterEach(() => pubsub.close());

async function publish(...events: readonly (TrailEvent & { readonly reason?: string })[]) {
  const trail = pubSubTrail({ topic: deadLetterTopic, endpoint: pubsub.host });
  await trail.publish(events);
  await trail.close();
}

const outside = {
  objects: (place: string) => {
    opened.push(place);
    return objects;
  },
};
const replay = (words: readonly string[] = [], more: Readonly<Record<string, string>> = {}) =>
  jobwarden(['replay', ...words], { env: { ...env, ...more }, outside });

describe('jobwarden replay', () => {
  test('delivers dead letters again, and lists them', async () => {
    const receipts = objectReceipts(objects, { now: () => nowMs });
    await receipts.put({ noticeId: notice.id, how: 'undeliverable', atMs: nowMs, cases: [], notReached: [] });
    await publish({ ...event, reason: 'slack direct message: no Slack user has this address' });
    const ran = await replay();
    expect(ran).toEqual({
      code: 0,
      err: '',
      out: [
        `1 dead letter was replayed to ${topic}.`,
        '',
        `notice                                           about      for              why it was a dead letter`,
        `${notice.id}  cancelled  sam@example.com  slack direct message: no Slack user has this address`,
        '',
      ].join('\n'),
    });
    expect(pubsub.publishedTo(topic).map(({ data }): unknown => JSON.parse(String(data)))).toEqual([event]);
    expect(pubsub.publishedTo(topic)[0]?.attributes).toMatchObject({ kind: 'notice' });
    expect(pubsub.backlog(subscription)).toBe(0);
    expect(await receipts.get(notice.id)).toBeUndefined();
    expect(opened.at(-1)).toBe('gs://ops-state/prod');
  });

  test('only says what it would do in a dry run', async () => {
    await publish(event);
    const ran = await replay(['--dry-run']);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain(`1 dead letter would be replayed to ${topic}.`);
    expect(ran.out).toContain('not known here: Pub/Sub gave up delivering it');
    expect(pubsub.publishedTo(topic)).toEqual([]);
    expect(pubsub.backlog(subscription)).toBe(1);
    expect((await replay()).out).toContain('1 dead letter was replayed');
  });

  test('says when there is none', { timeout: 30_000 }, async () => {
    const ran = await replay(['--subscription', subscription], { JOBWARDEN_DEAD_LETTER_TOPIC: '' });
    expect(ran).toEqual({ code: 0, err: '', out: `There is nothing to replay in ${subscription}.\n` });
  });

  test('finds what it leaves where it is, and says so in JSON too', async () => {
    await publish(event, { ...event, type: 'dev.jobwarden.job.warned.v1' });
    const ran = await replay(['--format', 'json']);
    expect(ran.code).toBe(1);
    const report = z
      .looseObject({ replayed: z.array(z.unknown()), left: z.array(z.unknown()) })
      .parse(JSON.parse(ran.out));
    expect(report).toMatchObject({
      status: 'findings',
      subscription,
      topic,
      dryRun: false,
      replayed: [{ notice: notice.id, phase: 'cancelled' }],
      left: [{ why: 'it is no notice that this version knows (dev.jobwarden.job.warned.v1)' }],
      problems: [{ code: 'dead-letter-left', where: subscription }],
    });
    expect(pubsub.backlog(subscription)).toBe(1);
  });

  test('keeps to --max', async () => {
    await publish(event, { ...event, id: 'other', data: { ...notice, id: 'notice-0123456789' } });
    expect((await replay(['--max', '1'])).out).toContain('1 dead letter was');
    expect(pubsub.backlog(subscription)).toBe(1);
  });

  test('leaves the letters where they are when the topic does not take them', async () => {
    await publish(event);
    const ran = await replay([], { JOBWARDEN_TOPIC: `projects/${project}/topics/nowhere` });
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/nowhere does not exist.*replay-failed/s);
    expect(pubsub.backlog(subscription)).toBe(1);
    expect((await replay()).code).toBe(0);
  });

  test('leaves the letters where they are when the state cannot be read', async () => {
    await publish(event);
    const ran = await jobwarden(['replay'], { env });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('[objects] no bucket is there in a test');
    expect(pubsub.publishedTo(topic)).toEqual([]);
    expect(pubsub.backlog(subscription)).toBe(1);
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['a topic', [], { JOBWARDEN_TOPIC: '' }, /JOBWARDEN_TOPIC is not set.*setting-missing/s],
    ['a topic that is one', [], { JOBWARDEN_TOPIC: 'x' }, /JOBWARDEN_TOPIC is "x", which cannot be used/],
    ['the state, which is not guessed', [], { JOBWARDEN_STATE: '' }, /JOBWARDEN_STATE is not set/],
    ['a subscription', [], { JOBWARDEN_DEAD_LETTER_TOPIC: '' }, /Or name the subscription with --subscription/],
    ['a subscription that is one', ['--subscription', 'dead'], {}, /"dead" is no subscription.*bad-subscription/s],
    ['a number of letters', ['--max', 'all'], {}, /"all" is no number of letters.*from 1 to 10000/s],
    ['a number above none', ['--max', '0'], {}, /"0" is no number of letters/],
    ['no file', ['letters.json'], {}, /replay takes no file/],
  ])('needs %s', async (_title, words, more, says) => {
    const ran = await replay(words, more);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(says);
  });

  test('says everything that is missing at once', async () => {
    const { err } = await jobwarden(['replay', '--max', 'x']);
    for (const word of ['JOBWARDEN_TOPIC', 'JOBWARDEN_STATE', 'JOBWARDEN_DEAD_LETTER_TOPIC', '"x"'])
      expect(err).toContain(word);
  });

  test.each([
    ['there is no such subscription', `projects/${project}/subscriptions/nowhere`, /nowhere does not exist/],
    ['it is a push subscription', `projects/${project}/subscriptions/notify`, /notify is not a pull subscription/],
  ])('says when %s', async (_title, name, says) => {
    const ran = await replay(['--subscription', name]);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(says);
  });
});
