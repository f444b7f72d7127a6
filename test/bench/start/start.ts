import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFunctions } from '../../../infra/build/bundle.ts';
import { startBigQuery } from '../../../infra/local/bigquery/server.ts';
import { startBundled } from '../../../infra/local/bundled.ts';
import { provision } from '../../../infra/local/pubsub/provision.ts';
import { startPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import { startSlack } from '../../../infra/local/slack/slack.ts';
import { noticeEvent } from '../../../shared/notices/event.ts';
import { aNotice } from '../../notices/make.ts';
import type { Bench, BenchOptions, Measure } from '../bench.ts';
import { ratio } from '../rounds.ts';

// From the start of the process to the end of its first request, of the bundles as they are deployed, against a function
// that does nothing. What they talk to runs on this machine, in this process.

const root = fileURLToPath(new URL('../../..', import.meta.url));
const project = 'jobwarden-local';
const topic = `projects/${project}/topics/jobwarden`;
const rounds: Readonly<Record<BenchOptions['scale'], number>> = { tiny: 1, short: 7, full: 25 };

/** Something that is started once for each round. */
interface Starter {
  readonly name: 'empty' | 'watch' | 'notify';
  readonly folder: string;
  readonly settings: () => Promise<Readonly<Record<string, string>>>;
  readonly request: RequestInit;
}

/** Milliseconds from the start of the process to the last byte of its first answer. */
async function firstRequestMs({ name, folder, settings, request }: Starter): Promise<number> {
  const env = await settings();
  const log: string[] = [];
  const beganMs = performance.now();
  const running = await startBundled({ name, folder }, env, (line) => log.push(line));
  try {
    const response = await fetch(running.url, { method: 'POST', ...request });
    await response.text();
    const tookMs = performance.now() - beganMs;
    if (response.ok) return tookMs;
    throw new Error(`${name} answered ${response.status}: ${log.join('\n')}`);
  } finally {
    await running.close();
  }
}

/** A function that does nothing, beside the same framework. */
async function emptyFunction(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', main: 'index.js' }));
  const code = `import { http } from '@google-cloud/functions-framework';\nhttp('empty', (_, response) => response.end());\n`;
  await writeFile(join(folder, 'index.js'), code);
  return folder;
}

/** A raw push of a notice, as Pub/Sub sends it. */
function push(): RequestInit {
  const data = Buffer.from(JSON.stringify(noticeEvent(aNotice(), '//jobwarden/bench'))).toString('base64');
  const message = { data, attributes: { kind: 'notice' }, messageId: '1', publishTime: '2026-03-11T10:00:00Z' };
  return { body: JSON.stringify({ message, subscription: 's' }), headers: { 'content-type': 'application/json' } };
}

/** Everything that is started, and what it talks to; `close` ends and removes it. */
async function world(folder: string) {
  const bigquery = await startBigQuery();
  const pubsub = await startPubSub();
  const slack = await startSlack();
  const names = { project, topic: 'jobwarden', deadLetterTopic: 'dead-letters', subscription: 'nobody' };
  await provision(pubsub.host, { ...names, pushEndpoint: 'http://127.0.0.1:1/' });
  const shared = { JOBWARDEN_TOPIC: topic, PUBSUB_EMULATOR_HOST: pubsub.host };
  const policy = join(root, 'infra/local/policies/demo.yaml');
  const watch = { ...shared, JOBWARDEN_POLICY: policy, BIGQUERY_EMULATOR_HOST: bigquery.url };
  const notify = { ...shared, SLACK_BOT_TOKEN: 'xoxb-local-stand-in', SLACK_API_URL: `${slack.url}/api/` };
  const starters: readonly Starter[] = [
    { name: 'empty', folder: await emptyFunction(join(folder, 'empty')), settings: async () => ({}), request: {} },
    {
      name: 'watch',
      folder: join(folder, 'watch'),
      settings: async () => ({ ...watch, JOBWARDEN_STATE: join(folder, 'state') }),
      request: {},
    },
    {
      name: 'notify',
      folder: join(folder, 'notify'),
      settings: async () => ({ ...notify, JOBWARDEN_STATE: await mkdtemp(join(folder, 'claims-')) }),
      request: push(),
    },
  ];
  const close = async () => {
    for (const part of [slack, pubsub, bigquery]) await part.close();
  };
  return { starters, close };
}

async function timesIn(folder: string, count: number): Promise<ReadonlyMap<string, number[]>> {
  const { starters, close } = await world(folder);
  try {
    return await timesOf(starters, count);
  } finally {
    await close();
  }
}

async function timesOf(starters: readonly Starter[], count: number): Promise<ReadonlyMap<string, number[]>> {
  const times = new Map<string, number[]>(starters.map(({ name }) => [name, []]));
  // The first sweep ever has a heartbeat to publish, and every file is read from the disk once.
  for (const starter of starters) await firstRequestMs(starter);
  for (let round = 0; round < count; round += 1) {
    for (const starter of starters) times.get(starter.name)?.push(await firstRequestMs(starter));
  }
  return times;
}

async function* measure({ scale, progress }: BenchOptions): AsyncGenerator<Measure> {
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
  const folder = await mkdtemp(join(tmpdir(), 'jobwarden-bench-start-'));
  try {
    progress('building');
    const built = await buildFunctions(folder);
    for (const { name, zipBytes } of built) {
      yield { id: `zip-${name}`, what: `size of what is deployed for ${name}`, value: zipBytes / 1000, unit: 'kB' };
    }
    for (const part of ['empty', 'watch', 'notify']) {
      await mkdir(join(folder, part), { recursive: true });
      await symlink(join(root, 'node_modules'), join(folder, part, 'node_modules'));
    }
    progress('starting functions');
    const times = await timesIn(folder, rounds[scale]);
    const against = 'from the start to the end of the first request, against an empty function';
    const goal = { atMost: 2.5 };
    const watch = ratio(times, 'watch', 'empty');
    yield { id: 'start-watch', what: `watch with nothing to publish, ${against}`, value: watch, unit: '×', goal };
    const notify = ratio(times, 'notify', 'empty');
    yield { id: 'start-notify', what: `notify with one message to send, ${against}`, value: notify, unit: '×' };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** How soon a deployed function has answered its first request, and how large it is. */
export const start: Bench = { name: 'start', measure };
