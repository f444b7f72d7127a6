import type { Job, JobEnd, JobState } from '../../jobs/job.ts';
import { briefly } from '../http/failure.ts';
import { isFields, reader, valueAt, type Reader } from '../http/read.ts';
import type { Cluster } from './cluster.ts';
import { engine, idOf } from './place.ts';

/** What a record does not say itself. The text of a statement is kept only where it was asked for. */
export interface Finding {
  readonly target: string;
  readonly folder: string;
  readonly cluster: Cluster;
  readonly withText: boolean;
}

export type Reading = { readonly job: Job } | { readonly unreadable: string };

/** Words of the API (Job.Status). CANCELLING still runs: its end has to be waited for. */
const states: Readonly<Record<string, JobState>> = {
  PROVISIONING: 'pending',
  PENDING: 'pending',
  RUNNING: 'running',
  CANCELLING: 'running',
  ERROR: 'done',
  DONE: 'done',
  CANCELLED: 'done',
};

const ends: Readonly<Record<string, JobEnd>> = {
  ERROR: { how: 'failed', reason: 'ERROR' },
  DONE: { how: 'succeeded' },
  CANCELLED: { how: 'stopped', reason: 'CANCELLED' },
};

/** The key under which a job says what it runs, and the kind of job that makes it. */
const kinds: Readonly<Record<string, string>> = {
  mapreduceJob: 'mapreduce',
  sparkJob: 'spark',
  pysparkJob: 'pyspark',
  hiveJob: 'hive',
};

/**
 * Turns a job record (Data Proc REST reference, Job) into a Job. Never throws: what is missing stays unknown, what cannot
 * be read is a doubt, a record without an id is unreadable. Labels are those of the cluster, as jobs have none; there are
 * no bytes and no slot time.
 */
export function readJob(record: unknown, found: Finding): Reading {
  const read = reader(record);
  const jobId = read.text('id');
  if (jobId === undefined) return { unreadable: unreadable(found) };
  const status = read.text('status') ?? '';
  const job: Job = {
    engine,
    target: found.target,
    project: found.folder,
    location: found.cluster.zone,
    id: idOf({ cluster: found.cluster.id, job: jobId }),
    state: stateOf(read, status),
    redacted: false,
    ...timesOf(read),
    ...principalOf(read),
    ...workOf(read, found.withText),
    details: { cluster: found.cluster.name },
    labels: found.cluster.labels,
    // A streaming job cannot be told from any other; what is meant to run for days is for rules and labels to say.
    continuous: false,
    parentId: null,
    children: 0,
    ...(Object.hasOwn(ends, status) && { end: ends[status] }),
  };
  return { job: read.doubts.size === 0 ? job : { ...job, doubts: [...read.doubts] } };
}

/** Whether a record says that somebody asked for its cancel already. */
export function isCancelling(record: unknown): boolean {
  return valueAt(record, 'status') === 'CANCELLING';
}

function stateOf(read: Reader, status: string): JobState {
  const state = Object.hasOwn(states, status) ? states[status] : undefined;
  const isQueued = status === 'CANCELLING' && read.find('startedAt') === undefined;
  return isQueued ? 'pending' : (state ?? 'unknown');
}

function timesOf(read: Reader): Pick<Job, 'createdAtMs' | 'startedAtMs' | 'endedAtMs'> {
  const createdAtMs = read.isoMs('createdAt');
  const startedAtMs = notBefore(read, 'startedAt', createdAtMs);
  return { createdAtMs, startedAtMs, endedAtMs: notBefore(read, 'finishedAt', startedAtMs ?? createdAtMs) };
}

/** A time that lies before the one it must follow would make a run time out of nothing. A minute is the clocks' affair. */
function notBefore(read: Reader, path: string, earlierMs: number | undefined): number | undefined {
  const ms = read.isoMs(path);
  if (ms === undefined || earlierMs === undefined || ms >= earlierMs - 60_000) return ms;
  return read.doubt(`${path} lies before the time it should follow`);
}

/** The API tells only the id of the subject, which may be a person's or a service account's. */
function principalOf(read: Reader): Pick<Job, 'principal'> {
  const principal = read.text('createdBy')?.toLowerCase();
  return principal === undefined ? {} : { principal };
}

function workOf(read: Reader, withText: boolean): Pick<Job, 'jobType' | 'statementType' | 'queryText'> {
  const key = Object.keys(kinds).find((one) => isFields(read.find(one)));
  if (key === undefined) return {};
  const jobType = kinds[key];
  if (key !== 'hiveJob') return { jobType, statementType: null };
  const queryText = withText ? queriesOf(read) : undefined;
  return { jobType, ...(queryText !== undefined && { queryText }) };
}

function queriesOf(read: Reader): string | undefined {
  const queries = read.find('hiveJob.queryList.queries') ?? [];
  if (!Array.isArray(queries)) return read.doubt('hiveJob.queryList.queries is no list');
  const texts = queries.filter((query): query is string => typeof query === 'string');
  return texts.length === 0 ? undefined : texts.join(';\n');
}

function unreadable({ cluster }: Finding): string {
  return `a record in cluster ${briefly(cluster.id)} has no readable job id, so the job cannot be judged`;
}
