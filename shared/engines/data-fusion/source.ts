import type { JobRef } from '../../jobs/job.ts';
import { jobName } from '../../jobs/job.ts';
import type { CallBudget, JobSource, Page, TargetRef } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { Connection } from './connection.ts';
import { named } from './id.ts';
import { instancesIn } from './instances.ts';
import type { Reading } from './operation-record.ts';
import { operationAt, operationPages } from './operations.ts';
import { locationOf } from './place.ts';
import { runOf, runPages, wantsRuns } from './runs.ts';

/** Sees runs of pipelines and operations on instances. Neither has children. */
export function dataFusionSource(on: Connection): JobSource {
  return {
    engine: 'data-fusion',
    list: (target, budget) => list(target, on, budget),
    get: async (ref, budget) => (await seen(ref, on, budget))?.job,
    activeChildren: async () => [],
  };
}

async function* list(target: TargetRef, on: Connection, budget: CallBudget): AsyncGenerator<Page> {
  const place = { ...target, location: locationOf(target) };
  const known = await instancesIn(place, on, budget);
  const names = new Set<string>();
  const once = (page: Page): Page => ({ ...page, jobs: page.jobs.filter((job) => isNew(names, jobName(job))) });
  if (target.kinds?.includes('operation')) {
    for await (const page of operationPages(place, known, on, budget)) yield once(page);
  }
  if (wantsRuns(target.kinds)) for await (const page of runPages(place, known, on, budget)) yield once(page);
}

function isNew(names: Set<string>, name: string): boolean {
  if (names.has(name)) return false;
  names.add(name);
  return true;
}

/** The present record of a job and whether it is stopping; undefined where there is no such job. */
export async function seen(
  ref: JobRef,
  on: Connection,
  budget: CallBudget,
): Promise<Exclude<Reading, { unreadable: string }> | undefined> {
  const name = named(ref);
  try {
    if ('operation' in name) return await operationAt(ref, name.operation, on, budget);
    return await runOf(ref, name, on, budget);
  } catch (error) {
    if (error instanceof EngineError && error.failure === 'not-found') return undefined;
    throw error;
  }
}
