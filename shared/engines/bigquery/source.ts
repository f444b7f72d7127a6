import type { Job, JobRef } from '../../jobs/job.ts';
import { jobName } from '../../jobs/job.ts';
import type { CallBudget, JobSource, Page, TargetRef } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { getCall } from './calls.ts';
import type { Client } from './client.ts';
import { malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import type { Answer } from './pages.ts';
import { pager } from './pages.ts';
import type { Finding } from './record.ts';
import { readJob } from './record.ts';

/** Sees the jobs of BigQuery projects. */
export function bigQuerySource(request: Client): JobSource {
  return {
    engine: 'bigquery',
    isPaced: true,
    list: (target, budget) => list(request, target, budget),
    get: (ref, budget) => get(request, ref, budget),
    activeChildren: (ref, budget) => activeChildren(request, ref, budget),
  };
}

/** So many names of jobs are remembered, and not all: that would be a name for each running job. */
const remembered = 200;

/**
 * A job may move to a later page while new ones push in before it (the newest come first): it is handed on once. Between
 * two pages nothing is kept but the names that were listed last.
 */
function list(request: Client, target: TargetRef, budget: CallBudget): AsyncIterable<Page> {
  const found = { target: target.name, project: target.project, withText: false };
  const nextAnswer = pager(request, { project: target.project, budget });
  let before: readonly Listed[] = [];
  const next = async (): Promise<IteratorResult<Page>> => {
    const answer = await nextAnswer();
    if (answer === undefined) return { done: true, value: undefined };
    const page = readPage(answer, found);
    const jobs = page.jobs.filter(isNewTo(before));
    before = [...before, ...page.jobs.slice(-remembered).map(listedAs)].slice(-remembered);
    return { done: false, value: { ...page, jobs } };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

/** A job that was listed, by its whole name and by the part of it that is nearly always enough to tell. */
interface Listed {
  readonly id: string;
  readonly name: string;
}

const listedAs = (job: Job): Listed => ({ id: job.id, name: jobName(job) });

/** Whether a job is to be handed on: once, and only if it is nobody's child. Names are made where an id comes again. */
function isNewTo(before: readonly Listed[]): (job: Job) => boolean {
  const ids = new Set(before.map(({ id }) => id));
  const names = new Set(before.map(({ name }) => name));
  let unnamed: Job[] = [];
  return (job) => {
    // The plain list has no children (BigQuery REST reference); where a service gives some all the same, they are no targets.
    if (typeof job.parentId === 'string') return false;
    if (!ids.has(job.id)) {
      ids.add(job.id);
      unnamed.push(job);
      return true;
    }
    for (const one of unnamed) names.add(jobName(one));
    unnamed = [];
    const name = jobName(job);
    const isNew = !names.has(name);
    names.add(name);
    return isNew;
  };
}

function readPage(answer: Answer, found: Finding): Page {
  const jobs: Job[] = [];
  const unreadable: string[] = [];
  for (const record of answer.records) {
    const reading = readJob(record, found);
    if ('job' in reading) jobs.push(reading.job);
    else unreadable.push(reading.unreadable);
  }
  return { jobs, unreadable, unreachable: answer.unreachable };
}

async function get(request: Client, ref: JobRef, budget: CallBudget): Promise<Job | undefined> {
  const call = getCall(ref);
  let body;
  try {
    body = await request(call, { project: ref.project, budget });
  } catch (error) {
    // A 404 is also the answer to a wrong location (BigQuery error table): without one, it does not say the job is gone.
    if (error instanceof EngineError && error.failure === 'not-found' && ref.location !== undefined) return undefined;
    throw error;
  }
  const found = { target: ref.target, project: ref.project, location: ref.location, withText: true };
  const reading = readJob(objectIn('bigquery', body, call), found);
  if ('unreadable' in reading) throw malformed('bigquery', call, reading.unreadable);
  if (!answers(reading.job, ref))
    throw malformed('bigquery', call, `the answer is about another job (${jobName(reading.job)})`);
  return reading.job;
}

/** Whether a record is of the job that was asked for. */
export function answers(job: Job, ref: JobRef): boolean {
  return job.id === ref.id && (ref.location === undefined || isIn(job, ref.location));
}

async function activeChildren(request: Client, ref: JobRef, budget: CallBudget): Promise<readonly Job[]> {
  const children = new Map<string, Job>();
  const found = { target: ref.target, project: ref.project, withText: false };
  const next = pager(request, { project: ref.project, parentJobId: ref.id, budget });
  for (let answer = await next(); answer !== undefined; answer = await next()) {
    const page = readPage(answer, found);
    const missing = [...page.unreadable, ...page.unreachable.filter((skipped) => mayHide(skipped, ref.location))];
    if (missing.length > 0) throw incomplete(ref, missing);
    for (const job of page.jobs) if (isChild(job, ref)) children.set(jobName(job), job);
  }
  return [...children.values()];
}

/** Job ids are unique per location only, and a child runs where its parent does. */
function isChild(job: Job, ref: JobRef): boolean {
  const ofAnother = typeof job.parentId === 'string' && job.parentId !== ref.id;
  return !ofAnother && job.state !== 'done' && (ref.location === undefined || isIn(job, ref.location));
}

function isIn(job: Job, location: string): boolean {
  return job.location === undefined || job.location.toLowerCase() === location.toLowerCase();
}

function mayHide(skipped: string, location: string | undefined): boolean {
  return location === undefined || skipped.toLowerCase() === location.toLowerCase() || !/^[\w-]+$/.test(skipped);
}

/** Fewer children than there are would pass for "nothing is running any more". */
function incomplete(ref: JobRef, missing: readonly string[]): EngineError {
  const says = `the children of ${jobName(ref)} could not be listed completely: ${missing.slice(0, 3).join('; ')}`;
  return new EngineError('bigquery', says, { failure: 'malformed', retryable: true });
}
