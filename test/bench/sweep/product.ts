import '@google-cloud/functions-framework';
import { z } from 'zod';
import { engineSettings } from '../../../functions/settings.ts';
import { engineOpener } from '../../../functions/watch/handler.ts';
import { systemClock } from '../../../functions/watch/clock.ts';
import { sweep } from '../../../functions/watch/watch.ts';
import type { World } from '../../../functions/watch/world.ts';
import { memoryTrail } from '../../../shared/audit/trail.ts';
import type { JobSource, Page } from '../../../shared/engines/engine.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { objectLedger } from '../../../shared/ledger/ledger-store.ts';
import { objectReceipts } from '../../../shared/ledger/object-receipts.ts';
import { stopName, stopSwitch } from '../../../shared/ledger/stop.ts';
import { memoryObjects } from '../../../shared/objects/memory.ts';
import type { Objects } from '../../../shared/objects/objects.ts';
import { objectPolicySource } from '../../../shared/policy/cloud-source.ts';
import { runawayId } from './names.ts';
import { policyText } from './policy.ts';
import { resultOf } from './result.ts';

// A process of its own: one sweep as an instance of the deployed function does it that was there a minute before, with
// everything but BigQuery in memory. `product.js '{"endpoint": …, "projects": …}'` prints what it took.

const { endpoint, projects } = z
  .object({ endpoint: z.string(), projects: z.number() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

/** How often the store was asked to read, and to write. */
const calls = { reads: 0, writes: 0 };

function counted(objects: Objects): Objects {
  return {
    ...objects,
    get: async (...about) => {
      calls.reads += 1;
      return objects.get(...about);
    },
    put: async (...about) => {
      calls.writes += 1;
      return objects.put(...about);
    },
  };
}

let firstJudgedMs: number | undefined;

/** The job that runs away, noting when somebody asks for the first time when it started: that is to judge it. */
function watched(job: Job): Job {
  if (job.id !== runawayId) return job;
  const { startedAtMs, ...rest } = job;
  return Object.defineProperty({ ...rest, startedAtMs }, 'startedAtMs', {
    enumerable: true,
    get: () => {
      firstJudgedMs ??= performance.now();
      return startedAtMs;
    },
  });
}

function watching(source: JobSource): JobSource {
  const list: JobSource['list'] = (target, budget) => {
    const pages = source.list(target, budget)[Symbol.asyncIterator]();
    const next = async (): Promise<IteratorResult<Page>> => {
      const step = await pages.next();
      return step.done === true ? step : { value: { ...step.value, jobs: step.value.jobs.map(watched) } };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  };
  return { ...source, list };
}

const { now } = Date;
const settings = { mode: 'observe', source: '//bench', ownPrincipal: undefined } as const;
const objects = counted(memoryObjects({ now }));
const anyTime = { untilMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal };
await objects.put('policy.yaml', { bytes: Buffer.from(policyText(projects)), ifGeneration: undefined }, anyTime);
const stop = async (): Promise<string | undefined> => {
  const found = await objects.get(stopName, anyTime);
  return found === undefined ? undefined : new TextDecoder().decode(found.bytes);
};
const open = engineOpener({ engines: engineSettings({ BIGQUERY_EMULATOR_HOST: endpoint }) }, () => {});
const wait = async (): Promise<void> => {};
const world: World = {
  settings,
  policy: objectPolicySource(objects, 'policy.yaml', now),
  ledger: objectLedger(objects, { now, wait }),
  receipts: objectReceipts(objects, { now }),
  stop: stopSwitch(undefined, stop, now),
  trail: memoryTrail(),
  engines: async (names) => {
    const opened = await open(names);
    const { bigquery } = opened.sources;
    return {
      ...opened,
      sources: { ...opened.sources, ...(bigquery !== undefined && { bigquery: watching(bigquery) }) },
    };
  },
  clock: systemClock,
  active: new Set(),
  log: () => {},
};

/** The sweep of the minute before, in which nothing ran: the instance is up, and its first words are said. */
async function minuteBefore(): Promise<void> {
  const nothing = {
    engine: 'bigquery',
    isPaced: true,
    get: async () => undefined,
    activeChildren: async () => [],
  } as const;
  const list = () => ({
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) as const }),
  });
  await sweep(
    { ...world, engines: async () => ({ sources: { bigquery: { ...nothing, list } }, cancellers: {} }) },
    'before',
  );
  const ref = { engine: 'bigquery', target: 'bigquery:bench', project: 'bench', location: 'EU', id: 'none' } as const;
  await (await world.engines(['bigquery'])).sources.bigquery?.get(ref, anyTime);
}

await minuteBefore();
[calls.reads, calls.writes] = [0, 0];
const began = { ms: performance.now(), cpu: process.cpuUsage() };
const { jobsSeen, violations, status, troubles } = await sweep(world, 'measured');
const result = resultOf(began, { jobs: jobsSeen, found: violations });
if (status === 'failed') throw new Error(`nothing was listed: ${troubles.join(' ')}`);
const firstFoundMs = firstJudgedMs === undefined ? null : firstJudgedMs - began.ms;
console.log(JSON.stringify({ ...result, isWhole: status === 'ok', firstFoundMs, ...calls }));
