import type { Job, JobRef } from '../../jobs/job.ts';
import { jobName } from '../../jobs/job.ts';
import type { CallBudget, JobSource, Page, TargetRef } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import type { Asked } from './asked.ts';
import { readBatch } from './batch-record.ts';
import { getCall, type ListedState } from './calls.ts';
import type { Connection } from './connection.ts';
import { isNoObject } from './no-object.ts';
import { isSuccess, pages, saidIn } from './pages.ts';
import { engine, jobPlaceOf, placeOf, type JobPlace, type Place } from './place.ts';
import { readSqlJob, type Finding, type Reading } from './sql-record.ts';

/** What looking takes: where calls go, and which batches' cancels were accepted. */
export interface Looking {
  readonly connection: (place: Place) => Connection;
  readonly asked: Asked;
}

/** A job that waits may begin to run meanwhile, so those that wait are listed first: it is then seen once at least. */
const listed: readonly ListedState[] = [
  { kind: 'sql', state: 'LAUNCHING' },
  { kind: 'sql', state: 'RUNNING' },
  { kind: 'batch', state: 'starting' },
  { kind: 'batch', state: 'recovering' },
  { kind: 'batch', state: 'running' },
];

/** Sees the SQL jobs and Spark batches of DLI projects, which have no children. */
export function dliSource(looking: Looking): JobSource {
  return {
    engine,
    list: (target, budget) => list(looking, target, budget),
    get: async (ref, budget) => fetchJob(looking, ref, budget),
    activeChildren: async () => [],
  };
}

async function* list(looking: Looking, target: TargetRef, budget: CallBudget): AsyncGenerator<Page> {
  const place = placeOf(target.name);
  const connection = looking.connection(place);
  const seen = new Set<string>();
  for (const about of listed) {
    for await (const { records, beyond } of pages(connection, { ...about, place }, budget)) {
      const found = { target: target.name, place, withText: false };
      const readings = records.map((record) => readingOf(looking, about.kind, record, found));
      yield { ...pageOf(readings, seen), unreachable: beyond };
    }
  }
}

function readingOf({ asked }: Looking, kind: JobPlace['kind'], record: unknown, found: Finding): Reading {
  if (kind === 'sql') return readSqlJob(record, found);
  return readBatch(record, { ...found, wasAsked: (id) => asked.has(found.target, id) });
}

/** Operations on queues are no jobs of anybody; ended jobs may still show; pages that shift show a job twice. */
function pageOf(readings: readonly Reading[], seen: Set<string>): Pick<Page, 'jobs' | 'unreadable'> {
  const jobs = readings.flatMap((reading) => ('job' in reading ? [reading.job] : []));
  return {
    jobs: jobs.filter((job) => job.state !== 'done' && !isOfQueue(job) && isNew(seen, job.id)),
    unreadable: readings.flatMap((reading) => ('unreadable' in reading ? [reading.unreadable] : [])),
  };
}

/** Whether a job is a queue being restarted or scaled: such a one is never listed and never touched. */
export function isOfQueue({ jobType }: Pick<Job, 'jobType'>): boolean {
  return jobType === 'restart_queue' || jobType === 'scale_queue';
}

function isNew(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  return true;
}

/** A job as it is now; undefined when DLI does not know it. */
export async function fetchJob(looking: Looking, ref: JobRef, budget: CallBudget): Promise<Job | undefined> {
  const place = jobPlaceOf(ref);
  const { base, send } = looking.connection(place);
  const call = getCall(base, place);
  let text;
  try {
    text = (await send(call, budget)).body;
  } catch (error) {
    if (error instanceof EngineError && isNoObject(error)) return undefined;
    throw error;
  }
  const body = objectIn(engine, text, call);
  if (place.kind === 'sql' && !isSuccess(body))
    throw malformed(engine, call, `the answer is no success (${saidIn(body)})`);
  const reading = readingOf(looking, place.kind, body, { target: ref.target, place, withText: true });
  if ('unreadable' in reading) throw malformed(engine, call, reading.unreadable);
  if (reading.job.id === ref.id && place.project === ref.project) return reading.job;
  throw malformed(engine, call, `the answer is about another job (${jobName(reading.job)})`);
}
