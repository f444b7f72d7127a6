import { Readable } from 'node:stream';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PubSub } from '@google-cloud/pubsub';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { outsideOf } from '../../functions/cli/outside.ts';
import { run } from '../../functions/cli/run.ts';
import { startBigQuery } from '../../infra/local/bigquery/server.ts';
import { startFunction } from '../../infra/local/functions.ts';
import { startPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { eventually } from './local-process.ts';

// The real function in a process of its own, with its policy and its state in the stand-in for Cloud Storage, and the real
// command line. Everything in it is made up.
const project = 'acceptance';
const topic = `projects/${project}/topics/jobwarden`;
const [place, state] = ['gs://policies/prod/policy.yaml', 'gs://state/watch'];

const policy = (mode: string, limit = '1s') =>
  [
    'version: 1',
    'mode: enforce',
    'operators: { slack: "#data-cost" }',
    `targets: [{ engine: bigquery, projects: [${project}] }]`,
    'rules:',
    '  - name: sandbox-is-short',
    '    match: { labels: { env: sandbox } }',
    `    limit: { runTime: ${limit} }`,
    '    grace: none',
    '    action: cancel',
    `    mode: ${mode}`,
    'owners: { domains: [example.com], fallback: { slack: "#data-cost" } }',
    '',
  ].join('\n');

const summary = z.object({
  status: z.string(),
  mode: z.string(),
  policy: z.object({
    standing: z.string(),
    problems: z.array(z.object({ line: z.number().optional(), file: z.string().optional() })),
  }),
  outcomes: z.record(z.string(), z.number()),
  heldBack: z.record(z.string(), z.number()),
  troubles: z.array(z.string()),
});

interface Closable {
  close(): Promise<void>;
}

async function theCloud() {
  const keep = <Part extends Closable>(part: Part): Part => {
    onTestFinished(() => part.close());
    return part;
  };
  const storage = keep(await startStorage());
  storage.createBucket('policies', { versioning: true });
  storage.createBucket('state');
  const bigquery = keep(await startBigQuery());
  const pubsub = keep(await startPubSub());
  const client = new PubSub({ apiEndpoint: pubsub.host, projectId: project });
  await client.createTopic(topic);
  await client.close();
  return { keep, storage, bigquery, pubsub };
}

type Cloud = Awaited<ReturnType<typeof theCloud>>;

/** `watch` in a process of its own. */
async function anInstance({ keep, storage, bigquery, pubsub }: Cloud) {
  const settings = {
    JOBWARDEN_MODE: 'enforce',
    JOBWARDEN_POLICY: place,
    JOBWARDEN_STATE: state,
    JOBWARDEN_TOPIC: topic,
    BIGQUERY_EMULATOR_HOST: bigquery.url,
    PUBSUB_EMULATOR_HOST: pubsub.host,
    STORAGE_EMULATOR_HOST: storage.url,
  };
  const { url, close } = keep(await startFunction('watch', settings, () => undefined));
  return { close, sweep: async () => summary.parse(await (await fetch(url, { method: 'POST' })).json()) };
}

/** The command line, with a file of its own for a policy. */
async function aCommandLine({ storage }: Cloud) {
  const folder = await mkdtemp(join(tmpdir(), 'jobwarden-push-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'policy.yaml');
  const env = { STORAGE_EMULATOR_HOST: storage.url, USER: 'ana', JOBWARDEN_POLICY: place, JOBWARDEN_STATE: state };
  const outside = outsideOf(env, { input: Readable.from([]), status: undefined });
  const jobwarden = (...words: readonly string[]) => run(words, outside, { outColors: false, errColors: false });
  return {
    jobwarden,
    push: async (text: string) => {
      await writeFile(file, text);
      const { code, out, err } = await jobwarden('push', file, place, '--yes');
      if (code !== 0) throw new Error(`it was not pushed: ${out}${err}`);
      return out;
    },
  };
}

const events = ({ pubsub }: Cloud) => pubsub.publishedTo(topic).map(({ attributes }) => attributes['event'] ?? '');
const dataOf = ({ pubsub }: Cloud, event: string) => {
  const found = pubsub.publishedTo(topic).findLast(({ attributes }) => attributes['event'] === event);
  const read: unknown = JSON.parse(found?.data.toString() ?? '{}');
  return z.object({ data: z.looseObject({}) }).parse(read).data;
};
const notices = ({ pubsub }: Cloud) =>
  pubsub
    .publishedTo(topic)
    .filter(({ attributes }) => attributes['kind'] === 'notice')
    .map(({ data }) => data.toString())
    .join('\n');
/** Puts an edit into the bucket that push would have refused. */
async function upload({ storage }: Cloud, text: string): Promise<void> {
  const url = `${storage.url}/upload/storage/v1/b/policies/o?uploadType=media&name=prod%2Fpolicy.yaml`;
  const send = () => fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/yaml' } });
  await eventually(send, ({ ok }) => ok);
}

it('keeps policy, stop switch and state in Cloud Storage, end to end', { timeout: 120_000 }, async () => {
  const cloud = await theCloud();
  const add = (id: string) =>
    cloud.bigquery.addJob({
      project,
      id,
      labels: { env: 'sandbox' },
      query: 'SELECT 1',
      onCancel: { how: 'stops', afterMs: 0 },
    });
  const stateOf = (id: string) => cloud.bigquery.job(project, id)?.status.state;
  const { jobwarden, push } = await aCommandLine(cloud);
  add('one');

  // A first policy, pushed; it only observes.
  await push(policy('observe'));
  const uploaded = cloud.storage.object({ bucket: 'policies', name: 'prod/policy.yaml' });
  expect(uploaded?.resource).toMatchObject({ contentType: 'application/yaml' });
  const first = await anInstance(cloud);
  await eventually(first.sweep, ({ outcomes }) => outcomes['would-have-been-cancelled'] === 1);
  expect(stateOf('one')).toBe('RUNNING');
  expect(cloud.storage.object({ bucket: 'state', name: 'watch/ledger.json' })).toBeDefined();

  // An edit takes effect at the next sweep, and is recorded with what became harsher.
  expect(await push(policy('enforce'))).toContain('is written: generation');
  expect(await first.sweep()).toMatchObject({ mode: 'enforce', outcomes: { cancelled: 1 }, troubles: [] });
  expect(stateOf('one')).toBe('DONE');
  expect(dataOf(cloud, 'policy.changed')).toMatchObject({
    difference: { known: true, harsher: true, changes: [{ where: 'rules[0].mode', effect: 'harsher' }] },
  });

  // A bad edit is rejected as a whole: the last good one stays, and only observes. The operators hear which line.
  add('two');
  await upload(cloud, policy('enforce', '1 second'));
  const rejected = await eventually(first.sweep, ({ outcomes }) => outcomes['would-have-been-cancelled'] === 1);
  expect(rejected).toMatchObject({
    mode: 'observe',
    policy: { standing: 'last-good', problems: [{ line: 8, file: place }] },
  });
  expect(stateOf('two')).toBe('RUNNING');
  expect(notices(cloud)).toMatch(/gs:\/\/policies\/prod\/policy\.yaml, line 8: /);

  // A new instance without memory finds the last good one among the earlier generations, and repeats nothing.
  await first.close();
  const before = events(cloud).length;
  const second = await anInstance(cloud);
  expect(await second.sweep()).toMatchObject({
    mode: 'observe',
    policy: { standing: 'last-good' },
    outcomes: { 'would-have-been-cancelled': 1 },
  });
  expect(events(cloud).slice(before)).toEqual([]);

  // Mended, but stopped by hand: nothing is cancelled, and that is recorded.
  await eventually(
    async () => jobwarden('stop', '--for', '1h', '--reason', 'a test'),
    ({ code }) => code === 0,
  );
  expect(cloud.storage.object({ bucket: 'policies', name: 'prod/STOP' })).toBeDefined();
  await push(policy('enforce', '2s'));
  expect(await second.sweep()).toMatchObject({ policy: { standing: 'current' }, heldBack: { stop: 1 } });
  expect(stateOf('two')).toBe('RUNNING');
  expect(dataOf(cloud, 'stop.set')).toMatchObject({ reason: 'a test', by: 'ana' });
  expect(dataOf(cloud, 'policy.changed')).toMatchObject({ difference: { known: true, harsher: false } });

  // Resumed, it is cancelled.
  expect((await jobwarden('resume')).code).toBe(0);
  expect(await second.sweep()).toMatchObject({ outcomes: { cancelled: 1 }, heldBack: {} });
  expect(stateOf('two')).toBe('DONE');
  expect(events(cloud).filter((name) => name.startsWith('stop.'))).toEqual(['stop.set', 'stop.cleared']);
  expect(await jobwarden('breaker', 'status')).toMatchObject({ code: 0, out: 'The breaker is not open.\n' });
});
