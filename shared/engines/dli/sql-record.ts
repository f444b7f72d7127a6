import type { Job, JobEnd, JobState } from '../../jobs/job.ts';
import { briefly } from '../http/failure.ts';
import { isFields, reader, type Reader } from '../http/read.ts';
import { engine, type Place } from './place.ts';
import { firstWordOf } from './statement.ts';

/** What a record does not say itself. The text of a statement is kept only where it was asked for. */
export interface Finding {
  readonly target: string;
  readonly place: Place;
  readonly withText: boolean;
}

export type Reading = { readonly job: Job } | { readonly unreadable: string };

/** Kinds of SQL jobs that are operations on a queue: none of them is ever touched. */
const ofQueues = new Set(['restart_queue', 'scale_queue']);
/** Kinds of SQL jobs that have no statement of SQL. */
const withoutStatement = new Set(['import', 'export', 'data_migration', ...ofQueues]);

/** The words that let a job be cancelled (DLI user manual), and those of its end. SCALING and all others are unknown. */
const states: Readonly<Record<string, JobState>> = {
  LAUNCHING: 'pending',
  RUNNING: 'running',
  FINISHED: 'done',
  FAILED: 'done',
  CANCELLED: 'done',
};

/**
 * Turns an SQL job (DLI API reference, jobs and job status) into a Job. Never throws: what is missing stays unknown, what
 * cannot be read is a doubt, a record without an id is unreadable. The API tells one time only, that of the submission:
 * a run time counts the waiting as well.
 */
export function readSqlJob(record: unknown, found: Finding): Reading {
  const read = reader(record);
  const id = read.text('job_id');
  const { project, region } = found.place;
  if (id === undefined) return { unreadable: `an SQL job of project ${briefly(project)} has no readable job_id` };
  const jobType = read.text('job_type')?.toLowerCase();
  const status = read.text('status')?.toUpperCase() ?? '';
  const state = jobType !== undefined && ofQueues.has(jobType) ? 'unknown' : stateOf(status);
  const job: Job = {
    engine,
    target: found.target,
    project,
    location: region,
    id,
    state,
    redacted: false,
    ...timesOf(read, state),
    ...principalOf(read),
    jobType,
    statementType: statementTypeOf(jobType, read),
    details: { queue: read.text('queue_name') },
    labels: labelsOf(read),
    continuous: false,
    ...metricsOf(read, state),
    parentId: null,
    children: 0,
    ...(found.withText && { queryText: read.text('statement') }),
    ...(state === 'done' && { end: endOf(status, read) }),
  };
  return { job: read.doubts.size === 0 ? job : { ...job, doubts: [...read.doubts] } };
}

function stateOf(status: string): JobState {
  return (Object.hasOwn(states, status) ? states[status] : undefined) ?? 'unknown';
}

function timesOf(read: Reader, state: JobState): Pick<Job, 'createdAtMs' | 'startedAtMs' | 'endedAtMs'> {
  const createdAtMs = read.timeMs('start_time');
  if (state === 'pending') return { createdAtMs };
  return { createdAtMs, startedAtMs: createdAtMs, endedAtMs: endedAt(read, createdAtMs, state) };
}

function endedAt(read: Reader, startedAtMs: number | undefined, state: JobState): number | undefined {
  if (state !== 'done') return undefined;
  const durationMs = read.count('duration');
  const reckoned = startedAtMs === undefined || durationMs === undefined ? undefined : startedAtMs + durationMs;
  return read.timeMs('end_time') ?? reckoned;
}

/** The name of the user who submitted it; what kind of identity that is, the API does not tell. */
function principalOf(read: Reader): Pick<Job, 'principal'> {
  const principal = read.text('owner')?.toLowerCase();
  return principal === undefined ? {} : { principal };
}

/** A job of type QUERY that begins otherwise than a SELECT does may be anything: it is unknown. */
function statementTypeOf(jobType: string | undefined, read: Reader): string | null | undefined {
  if (jobType === undefined) return undefined;
  if (withoutStatement.has(jobType)) return null;
  if (jobType !== 'query') return jobType.toUpperCase();
  const statement = read.text('statement') ?? '';
  const word = firstWordOf(statement);
  // In Spark SQL an INSERT may begin with WITH.
  return word === 'SELECT' || (word === 'WITH' && !/\binsert\b/i.test(statement)) ? 'SELECT' : undefined;
}

/** All labels or none: with one unreadable tag left out, a job would pass for one that does not have it. */
function labelsOf(read: Reader): Readonly<Record<string, string>> | undefined {
  const tags = read.find('tags') ?? [];
  if (!Array.isArray(tags)) return read.doubt('tags is no list');
  const entries = tags.flatMap((tag: unknown): [string, string][] => {
    const { key, value = '' } = isFields(tag) ? tag : {};
    return typeof key === 'string' && typeof value === 'string' ? [[key, value]] : [];
  });
  if (entries.length < tags.length) return read.doubt('tags has an entry that cannot be read');
  return Object.fromEntries(entries);
}

/** Whether these move while a job runs is not documented: a nothing says nothing before its end. */
function metricsOf(read: Reader, state: JobState): Pick<Job, 'bytesProcessed' | 'slotMs'> {
  const known = (path: string) => {
    const count = read.count(path);
    return count === 0 && state !== 'done' ? undefined : count;
  };
  // Core times ms, as text, in Huawei Cloud only.
  return { bytesProcessed: known('input_size'), slotMs: known('cpu_cost') };
}

function endOf(status: string, read: Reader): JobEnd {
  if (status === 'FINISHED') return { how: 'succeeded' };
  if (status === 'CANCELLED') return { how: 'stopped', reason: status };
  const message = read.text('message');
  return { how: 'failed', reason: status, ...(message !== undefined && { message: message.slice(0, 2000) }) };
}
