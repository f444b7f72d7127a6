import type { Job, JobState } from '../../jobs/job.ts';
import { configurationOf } from './configuration.ts';
import { endOf } from './end.ts';
import { briefly } from '../http/failure.ts';
import { plainJob } from './plain-record.ts';
import { principalOf } from './principal.ts';
import type { Reader } from '../http/read.ts';
import { reader, valueAt } from '../http/read.ts';

/** What a record does not say itself: where it was found, and whether it was fetched by itself: then with its statement. */
export interface Finding {
  readonly target: string;
  readonly project: string;
  /** The location that was asked, for records that name none. */
  readonly location?: string | undefined;
  readonly withText: boolean;
}

export type Reading = { readonly job: Job } | { readonly unreadable: string };

/**
 * Turns a BigQuery job record (Job or ListFormatJob of the REST reference) into a Job. Never throws: what is missing
 * stays unknown and is never 0, what cannot be read is a doubt, and a record without a job id is unreadable.
 */
export function readJob(record: unknown, found: Finding): Reading {
  const plain = plainJob(record, found);
  return plain === undefined ? readWithCare(record, found) : { job: plain };
}

/** The same for any record, however strange. */
export function readWithCare(record: unknown, found: Finding): Reading {
  const read = reader(record);
  const id = read.text('jobReference.jobId');
  if (id === undefined) return { unreadable: unreadable(record, found) };
  const state = stateOf(read);
  const identity = principalOf(read);
  const configured = configurationOf(read, found.withText);
  const times = timesOf(read);
  const seenWhole = configured.seen && identity.principal !== undefined;
  const job: Job = {
    engine: 'bigquery',
    target: found.target,
    project: read.text('jobReference.projectId') ?? found.project,
    location: read.text('jobReference.location') ?? found.location,
    id,
    state,
    redacted: !seenWhole,
    ...times,
    ...identity,
    ...configured.fields,
    ...metricsOf(read),
    ...payment(read, seenWhole && paysForItself(configured.fields, state, times)),
    parentId:
      read.text('statistics.parentJobId') ?? (absent(read, 'statistics.parentJobId', seenWhole) ? null : undefined),
    children: read.count('statistics.numChildJobs'),
    ...(state === 'done' && { end: endOf(read) }),
  };
  return { job: read.doubts.size === 0 ? job : { ...job, doubts: [...read.doubts] } };
}

function stateOf(read: Reader): JobState {
  const word = read.text('status.state') ?? read.text('state');
  if (word === 'PENDING') return 'pending';
  if (word === 'RUNNING') return 'running';
  return word === 'DONE' ? 'done' : 'unknown';
}

function timesOf(read: Reader): Pick<Job, 'createdAtMs' | 'startedAtMs' | 'endedAtMs'> {
  const createdAtMs = read.timeMs('statistics.creationTime');
  const startedAtMs = notBefore(read, 'statistics.startTime', createdAtMs);
  return { createdAtMs, startedAtMs, endedAtMs: notBefore(read, 'statistics.endTime', startedAtMs ?? createdAtMs) };
}

/** A time that lies before the one it must follow would make a run time out of nothing. A minute is the clocks' affair. */
function notBefore(read: Reader, path: string, earlierMs: number | undefined): number | undefined {
  const ms = read.timeMs(path);
  if (ms === undefined || earlierMs === undefined || ms >= earlierMs - 60_000) return ms;
  return read.doubt(`${path} is ${ms}, before the time it should follow (${earlierMs})`);
}

/** BigQuery writes totals in two places; both are lower bounds, so the larger of those that are known counts. */
function metricsOf(read: Reader): Pick<Job, 'bytesProcessed' | 'bytesEstimated' | 'slotMs'> {
  return {
    bytesProcessed: larger(
      read.count('statistics.totalBytesProcessed'),
      read.count('statistics.query.totalBytesProcessed'),
    ),
    bytesEstimated: read.count('statistics.query.estimatedBytesProcessed'),
    slotMs: larger(read.count('statistics.totalSlotMs'), read.count('statistics.query.totalSlotMs')),
  };
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** A pending job has no reservation yet, and a script's parent never shows one: only from other jobs its absence speaks. */
function paysForItself(job: Pick<Job, 'statementType'>, state: JobState, times: Pick<Job, 'startedAtMs'>): boolean {
  const started = (state === 'running' || state === 'done') && times.startedAtMs !== undefined;
  return started && job.statementType !== undefined && job.statementType !== 'SCRIPT';
}

function payment(read: Reader, absenceSpeaks: boolean): Pick<Job, 'reservation' | 'edition'> {
  const reservation = read.text('statistics.reservation_id');
  const edition = read.text('statistics.edition');
  if (reservation !== undefined || !absent(read, 'statistics.reservation_id', absenceSpeaks))
    return { reservation, edition };
  return { reservation: null, edition: edition ?? (absent(read, 'statistics.edition', true) ? null : undefined) };
}

function absent(read: Reader, path: string, absenceSpeaks: boolean): boolean {
  return absenceSpeaks && read.find('statistics') !== undefined && read.find(path) === undefined;
}

function unreadable(record: unknown, found: Finding): string {
  const id = valueAt(record, 'jobReference.jobId') ?? valueAt(record, 'id');
  const named =
    typeof id === 'string' || typeof id === 'number' ? `the record of job ${briefly(String(id))}` : 'a record';
  return `${named} in project ${briefly(found.project)} has no readable job id, so the job cannot be judged`;
}
