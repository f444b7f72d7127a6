import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PubSub } from '@google-cloud/pubsub';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { startBigQuery } from '../../infra/local/bigquery/server.ts';
import { startFunction } from '../../infra/local/functions.ts';
import { startPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { shardSettings, startShards } from '../../infra/local/shards.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { ledgerSchema } from '../../shared/ledger/document.ts';
import { fleetSchema } from '../../shared/ledger/fleet.ts';
import { openState } from '../../shared/ledger/state.ts';

// Synthetic: no such project, person, job or policy exists.

const project = 'jobwarden-local';
const topic = `projects/${project}/topics/jobwarden`;
const shardTopic = `projects/${project}/topics/jobwarden-shards`;
const subscription = `projects/${project}/subscriptions/shards`;
const preload = fileURLToPath(new URL('later.ts', import.meta.url));
const longestMs = 60_000;

const summary = z.object({
  status: z.string(),
  targets: z.array(z.object({ target: z.string(), complete: z.boolean(), failed: z.string().optional() })),
  troubles: z.array(z.string()),
});

interface Closable {
  close(): Promise<void>;
}

const keep = <Part extends Closable>(part: Part): Part => {
  onTestFinished(() => part.close());
  return part;
};

/** A clock that the test moves on, for the stand-ins and, by a file, for the processes. */
async function aClock(folder: string) {
  const file = join(folder, 'ahead');
  let aheadMs = 0;
  const ahead = async (ms: number) => {
    aheadMs += ms;
    await writeFile(file, String(aheadMs));
  };
  await ahead(0);
  return { file, ahead, now: () => Date.now() + aheadMs };
}

async function topicOf(host: string): Promise<void> {
  const client = new PubSub({ apiEndpoint: host, projectId: project });
  await client.createTopic(topic);
  await client.close();
}

/** Waits until it is so; throws with what `says` gives when that takes too long. */
async function until(isSo: () => boolean, says: () => string): Promise<void> {
  const endMs = performance.now() + longestMs;
  for (; !isSo(); await pause(10)) if (performance.now() > endMs) throw new Error(says());
}

/** The stand-ins, `watch`, and as many instances of `shard` as are asked for at once, each a process of its own. */
export async function aCloud(about: {
  readonly shards: number;
  readonly targetsPerSweep: number;
  readonly policy: string;
}) {
  const folder = await mkdtemp(join(tmpdir(), 'jobwarden-fleet-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const clock = await aClock(folder);
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, about.policy);
  const bigquery = keep(await startBigQuery({ now: clock.now }));
  // Without the limit of one write a second to an object: what is lost to others is read and tried again all the same.
  const storage = keep(await startStorage({ now: clock.now, writeLimit: false }));
  storage.createBucket('fleet-state');
  const pubsub = keep(await startPubSub({ rememberedMessages: 50_000 }));
  const log: string[] = [];
  const settings = {
    JOBWARDEN_MODE: 'enforce',
    JOBWARDEN_POLICY: policyFile,
    JOBWARDEN_STATE: 'gs://fleet-state',
    JOBWARDEN_TOPIC: topic,
    ...shardSettings({ shards: about.shards, project }),
    JOBWARDEN_TARGETS_PER_SWEEP: String(about.targetsPerSweep),
    JOBWARDEN_REQUESTS_PER_SECOND: '999',
    BIGQUERY_EMULATOR_HOST: bigquery.url,
    STORAGE_EMULATOR_HOST: storage.url,
    PUBSUB_EMULATOR_HOST: pubsub.host,
    NODE_OPTIONS: `--import=${preload}`,
    FLEET_CLOCK: clock.file,
  };
  const onLine = (line: string) => void log.push(line);
  const watch = keep(await startFunction('watch', settings, onLine));
  const shards = keep(
    await startShards({ settings, shards: about.shards, project, pubsub: pubsub.host, onLog: onLine }),
  );
  await topicOf(pubsub.host);
  const state = openState('gs://fleet-state', { now: clock.now, endpoint: storage.url });
  const budget = () => ({ untilMs: clock.now() + 10_000, signal: AbortSignal.timeout(10_000) });
  const read = async (name: string): Promise<unknown> => {
    const found = await state.get(name, budget());
    return found === undefined ? undefined : JSON.parse(new TextDecoder().decode(found.bytes));
  };
  return {
    clock,
    bigquery,
    shards,
    log,
    /** One minute: the sweep of `watch`, and whatever it hands out until all of it is acknowledged. */
    minute: async () => {
      const answer = await fetch(watch.url, { method: 'POST' });
      const said = summary.parse(await answer.json());
      await until(
        () => pubsub.backlog(subscription) === 0,
        () => `the shards do not end:\n${log.slice(-20).join('\n')}`,
      );
      await clock.ahead(60_000);
      return said;
    },
    handedOut: () => pubsub.publishedTo(shardTopic),
    events: () => pubsub.publishedTo(topic).map(({ data }): unknown => JSON.parse(data.toString('utf8'))),
    fleet: async () => fleetSchema.parse(await read('fleet.json')),
    ledgers: async () => {
      const names = [
        'ledger.json',
        ...Array.from({ length: about.shards }, (_, shard) => `shards/${about.shards}/${shard}.json`),
      ];
      const documents = await Promise.all(names.map(read));
      return documents.filter((one) => one !== undefined).map((one) => ledgerSchema.parse(one));
    },
  };
}
export type TestCloud = Awaited<ReturnType<typeof aCloud>>;
