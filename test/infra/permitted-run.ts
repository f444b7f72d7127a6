import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { startBigQuery } from '../../infra/local/bigquery/server.ts';
import { startFunction } from '../../infra/local/functions.ts';
import { recordedPermissions, type Grant, type Needed } from '../../infra/local/permissions.ts';
import { provision } from '../../infra/local/pubsub/provision.ts';
import { startPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { startSlack } from '../../infra/local/slack/slack.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { openState } from '../../shared/ledger/state.ts';
import type { Identity, Mode, Places } from './roles.ts';
import { withToken } from './with-token.ts';

// Synthetic: no such project, person, job or channel exists.
const topic = 'projects/jobwarden-local/topics/jobwarden';
const deadLetterTopic = `${topic}-dead-letters`;

/** Where everything is, by the names that Terraform has for it. */
export const places: Places = {
  projects: ['permitted'],
  buckets: { policy: 'permitted-policy', state: 'permitted-state' },
  topics: { events: topic, dead_letters: deadLetterTopic },
};

const policy = `version: 1
mode: enforce
operators: { slack: "#data-cost" }
targets:
  - engine: bigquery
    projects: [permitted]
rules:
  - name: sandbox-is-short
    match: { labels: { env: sandbox } }
    limit: { runTime: 1s }
    grace: none
    action: cancel
    mode: enforce
  - name: told-of-it
    match: { labels: { env: dev } }
    limit: { runTime: 1s }
    action: warn
    mode: enforce
observe: { tell: operators }
owners:
  domains: [example.com]
  fallback: { slack: "#data-cost" }
`;

const summary = z.object({
  status: z.string(),
  outcomes: z.record(z.string(), z.number()),
  targets: z.array(z.object({ jobs: z.number(), redacted: z.number() })),
  events: z.object({ waiting: z.number() }),
  troubles: z.array(z.string()),
});

/** What a run came to. `letters`: notices that `notify` gave up; `delivered`: messages that people got. */
export interface PermittedRun {
  readonly sweeps: readonly z.infer<typeof summary>[];
  readonly needed: Readonly<Record<Identity, readonly Needed[]>>;
  readonly letters: number;
  readonly delivered: number;
  readonly receipts: number;
  readonly log: string;
}

interface Closable {
  close(): Promise<void>;
}

/** The things that are needed, each of them closed at the end. */
async function standIns(grants: Readonly<Record<Identity, readonly Grant[]>>, keep: <T extends Closable>(one: T) => T) {
  const watch = recordedPermissions(grants.watch);
  const notify = recordedPermissions(grants.notify);
  const everything = { has: () => true };
  const callers = new Map([
    ['watch', { email: 'watch@permitted.iam.gserviceaccount.com', permissions: watch }],
    ['notify', { email: 'notify@permitted.iam.gserviceaccount.com', permissions: notify }],
    ['admin', { email: 'admin@example.com', permissions: everything }],
  ]);
  const bigquery = keep(await startBigQuery({ callers }));
  const storage = keep(await startStorage({ callers, writeLimit: false }));
  const pubsub = keep(
    await startPubSub({
      callers: new Map([
        ['watch', watch],
        ['notify', notify],
      ]),
    }),
  );
  const slack = keep(await startSlack());
  for (const bucket of Object.values(places.buckets))
    storage.createBucket(bucket, { versioning: bucket.endsWith('policy') });
  return { watch, notify, bigquery, storage, pubsub, slack };
}

type World = Awaited<ReturnType<typeof standIns>>;

async function uploadPolicy({ storage }: World): Promise<void> {
  const answer = await fetch(
    `${storage.url}/upload/storage/v1/b/permitted-policy/o?uploadType=media&name=policy.yaml`,
    {
      method: 'POST',
      headers: { authorization: 'Bearer admin', 'content-type': 'application/yaml' },
      body: policy,
    },
  );
  if (!answer.ok) throw new Error(`the policy was not uploaded: ${answer.status}`);
}

async function functionsOf(world: World, mode: Mode, keep: <T extends Closable>(one: T) => T, log: string[]) {
  const { bigquery, storage, pubsub, slack } = world;
  const at = async (url: string, name: Identity) => keep(await withToken(url, name)).url;
  const common = async (name: Identity) => ({
    JOBWARDEN_POLICY: 'gs://permitted-policy/policy.yaml',
    JOBWARDEN_STATE: 'gs://permitted-state',
    STORAGE_EMULATOR_HOST: await at(storage.url, name),
    PUBSUB_EMULATOR_HOST: pubsub.hostFor(name),
  });
  const forWatch = {
    ...(await common('watch')),
    JOBWARDEN_MODE: mode,
    JOBWARDEN_TOPIC: topic,
    BIGQUERY_EMULATOR_HOST: await at(bigquery.url, 'watch'),
  };
  const forNotify = {
    ...(await common('notify')),
    JOBWARDEN_DEAD_LETTER_TOPIC: deadLetterTopic,
    SLACK_BOT_TOKEN: 'xoxb-local-stand-in',
    SLACK_API_URL: `${slack.url}/api/`,
  };
  const watch = keep(await startFunction('watch', forWatch, (line) => log.push(line)));
  const notify = keep(await startFunction('notify', forNotify, (line) => log.push(line)));
  const pushEndpoint = `${notify.url}/${topic}`;
  const ids = { project: 'jobwarden-local', topic: 'jobwarden', deadLetterTopic: 'jobwarden-dead-letters' };
  const retry = { minimumSeconds: 0.2, maximumSeconds: 0.5 };
  await provision(pubsub.host, { ...ids, subscription: 'notify', pushEndpoint, retry, maxDeliveryAttempts: 5 });
  return { watch };
}

const job = { project: 'permitted', query: 'SELECT 1', startedAgoMs: 60_000 };

/** What happens before each sweep: a job whose owner and operators cannot be reached, one whose owner can, and nothing. */
const before: readonly ((world: World) => void)[] = [
  ({ bigquery, slack }) => {
    slack.faults.add({ fault: 'users_not_found', method: 'users.lookupByEmail', times: 0 });
    slack.faults.add({ fault: 'channel_not_found', method: 'chat.postMessage', times: 0 });
    bigquery.addJob({ ...job, id: 'runaway', principal: 'ada@example.com', labels: { env: 'sandbox' } });
  },
  ({ bigquery, slack }) => {
    slack.faults.clear();
    bigquery.addJob({ ...job, id: 'slow', principal: 'bo@example.com', labels: { env: 'dev' } });
  },
  () => {},
];

async function delivered(world: World, quietMs: number): Promise<void> {
  const untilMs = Date.now() + 20_000;
  const backlog = () => world.pubsub.backlog('projects/jobwarden-local/subscriptions/notify');
  for (let quietSinceMs = Date.now(); Date.now() < untilMs && Date.now() - quietSinceMs < quietMs; await wait(50)) {
    if (backlog() > 0) quietSinceMs = Date.now();
  }
}

async function receiptsIn(world: World, keep: <T extends Closable>(one: T) => T): Promise<number> {
  const { url } = keep(await withToken(world.storage.url, 'admin'));
  const state = openState('gs://permitted-state', { now: Date.now, endpoint: url });
  const receipts = objectReceipts(state, { now: Date.now });
  const budget = { untilMs: Date.now() + 5000, signal: AbortSignal.timeout(5000) };
  let count = 0;
  for await (const { name } of state.list('receipts/', budget)) {
    if ((await receipts.get(name.replace(/^receipts\/|\.json$/g, ''))) !== undefined) count += 1;
  }
  return count;
}

/**
 * Runs watch and notify as processes, three sweeps long unless told otherwise, in a cloud that lets each of them do what
 * is granted and nothing else: a job is cancelled, an owner warned, receipts read, and a notice that reaches nobody
 * becomes a dead letter.
 */
export async function permittedRun(
  grants: Readonly<Record<Identity, readonly Grant[]>>,
  mode: Mode,
  sweepCount = before.length,
): Promise<PermittedRun> {
  const parts: Closable[] = [];
  const keep = <T extends Closable>(one: T): T => {
    parts.push(one);
    return one;
  };
  const log: string[] = [];
  try {
    const world = await standIns(grants, keep);
    await uploadPolicy(world);
    const { watch } = await functionsOf(world, mode, keep, log);
    const sweeps: z.infer<typeof summary>[] = [];
    for (const prepare of before.slice(0, sweepCount)) {
      prepare(world);
      sweeps.push(summary.parse(await (await fetch(watch.url, { method: 'POST' })).json()));
      await delivered(world, 400);
    }
    return {
      sweeps,
      needed: { watch: world.watch.needed(), notify: world.notify.needed() },
      letters: world.pubsub.publishedTo(deadLetterTopic).length,
      delivered: world.slack.inbox().length,
      receipts: await receiptsIn(world, keep),
      log: log.join('\n'),
    };
  } finally {
    for (const part of parts.toReversed()) await part.close();
  }
}
