import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Client } from '../../shared/engines/bigquery/client.ts';
import { bigQuerySource } from '../../shared/engines/bigquery/source.ts';
import type { JobSource, Page } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { see } from '../../functions/watch/sight.ts';
import { aBudget } from '../contracts/engine.ts';
import { aJob, aRule, hours, minutes } from '../make.ts';
import { aWorld } from './a-world.ts';

// Synthetic: none of these jobs exists.
setFlagsFromString('--expose_gc');
const collectGarbage = z.function({ input: [], output: z.void() }).implement(runInNewContext('gc'));

const perPage = 1000;
const allPages = 200;

/** What has not been collected yet, of what was ever handed out. */
async function alive(refs: readonly WeakRef<object>[]): Promise<number> {
  // What a WeakRef gave is kept until the end of the turn.
  await turn();
  collectGarbage();
  await turn();
  return refs.filter((ref) => ref.deref() !== undefined).length;
}

/** A listing of 200,000 running jobs, each made when its page is asked for; `beforePage` hears of all that was made before. */
function endless(of: (id: string) => Job, beforePage: (made: readonly WeakRef<Job>[], page: number) => Promise<void>) {
  const made: WeakRef<Job>[] = [];
  const pageOf = (page: number): Page => {
    const jobs = Array.from({ length: perPage }, (_, index) => of(`job-${page}-${index}`));
    for (const job of jobs) made.push(new WeakRef(job));
    return { jobs, unreadable: [], unreachable: [] };
  };
  const source: JobSource = {
    engine: 'bigquery',
    async *list() {
      for (let page = 0; page < allPages; page += 1) {
        await beforePage(made, page);
        yield pageOf(page);
      }
    },
    get: async () => undefined,
    activeChildren: async () => [],
  };
  return source;
}

const policy = {
  targets: [{ engine: 'bigquery' as const, projects: ['analytics-prod'] }],
  rules: [aRule({ name: 'long', limit: { runTime: '6h' } })],
};

async function sweepOver(runTimeMs: (id: string) => number): Promise<{ jobsSeen: number; mostAlive: number }> {
  let mostAlive = 0;
  const source = endless(
    (id) => aJob({ id, runTimeMs: runTimeMs(id) }),
    async (made, page) => {
      if (page % 25 === 0) mostAlive = Math.max(mostAlive, await alive(made));
    },
  );
  const world = aWorld({
    policy,
    setting: 'observe',
    engines: async () => ({ sources: { bigquery: source }, cancellers: {} }),
  });
  const { jobsSeen } = await world.sweep();
  return { jobsSeen, mostAlive };
}

test('a sweep over 200,000 jobs keeps none of those that break no rule', { timeout: 60_000 }, async () => {
  const { jobsSeen, mostAlive } = await sweepOver(() => minutes(5));
  expect(jobsSeen).toBe(perPage * allPages);
  // The last page may still be in somebody's hands.
  expect(mostAlive).toBeLessThanOrEqual(2 * perPage);
});

test('… and of the others as many as there are', { timeout: 60_000 }, async () => {
  const { mostAlive } = await sweepOver((id) => (id.endsWith('-7') ? hours(7) : minutes(5)));
  expect(mostAlive).toBeGreaterThanOrEqual(allPages / 2);
  expect(mostAlive).toBeLessThanOrEqual(allPages + 2 * perPage);
});

/** A record of about 600 bytes as `jobs.list` shows it. */
const record = (project: string, id: number) => ({
  jobReference: { projectId: project, jobId: `bquxjob_${id}_aaaaaaaaaaaa`, location: 'EU' },
  state: 'RUNNING',
  status: { state: 'RUNNING' },
  user_email: `person-${id % 50}@example.com`,
  configuration: {
    jobType: 'QUERY',
    labels: { team: `team-${id}`, env: `env-${id}`, dag: `a-rather-long-name-of-a-dag-${id}` },
    query: { priority: 'INTERACTIVE' },
  },
  statistics: { creationTime: '1795000000000', startTime: '1795000001000', totalSlotMs: String(id) },
});

test('two hundred listings that wait for their next page hold on to no page', { timeout: 60_000 }, async () => {
  const targets = Array.from({ length: 200 }, (_, index) => `project-${index}`).map((project) => {
    return { engine: 'bigquery' as const, name: `bigquery:${project}`, project };
  });
  let [waiting, release] = [0, (): void => undefined];
  const gate = new Promise<void>((resolve) => (release = resolve));
  const heap = { before: 0, waiting: 0 };
  const request: Client = async ({ path }, { project }) => {
    if (!path.includes('pageToken')) {
      const jobs = Array.from({ length: perPage }, (_, index) => record(project, index));
      return JSON.stringify({ jobs, nextPageToken: 'second' });
    }
    waiting += 1;
    if (waiting === targets.length) {
      await turn();
      collectGarbage();
      heap.waiting = process.memoryUsage().heapUsed;
      release();
    }
    await gate;
    return '{}';
  };
  collectGarbage();
  heap.before = process.memoryUsage().heapUsed;
  const budget = { ...aBudget({ forMs: 60_000 }), patience: () => new AbortController().signal };
  const { seen } = await see(targets, { bigquery: bigQuerySource(request) }, budget, () => undefined);
  expect(seen).toBe(200 * perPage);
  const keptPerListing = (heap.waiting - heap.before) / targets.length;
  // The names of 200 jobs; a page of them has more than a megabyte.
  expect(keptPerListing).toBeLessThan(100_000);
});
