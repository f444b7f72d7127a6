import { isFields, valueAt } from '../../shared/engines/http/read.ts';
import { readJob, type Reading } from '../../shared/engines/bigquery/record.ts';

/** What a recorded answer of the BigQuery API holds: job resources, where each stands, and locations it left out. */
export interface Recorded {
  readonly records: readonly { readonly record: unknown; readonly path: readonly (string | number)[] }[];
  readonly unreachable: readonly string[];
}

/** Whether a value is a job resource of the API, in whole or in part (REST reference: Job, ListFormatJob). */
function isRecord(value: unknown): boolean {
  return isFields(value) && (value['kind'] === 'bigquery#job' || isFields(value['jobReference']));
}

function isPage(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { jobs } = value;
  return value['kind'] === 'bigquery#jobList' || (Array.isArray(jobs) && jobs.length > 0 && jobs.every(isRecord));
}

function ofPage(page: unknown): Recorded {
  const jobs: unknown = valueAt(page, 'jobs') ?? [];
  const unreachable: unknown = valueAt(page, 'unreachable') ?? [];
  return {
    records: Array.isArray(jobs) ? jobs.map((record: unknown, index) => ({ record, path: ['jobs', index] })) : [],
    unreachable: Array.isArray(unreachable) ? unreachable.map(String) : [],
  };
}

/**
 * The job resources in recorded data: a page of `jobs.list`, the resource of `jobs.get` or the job of a `jobs.cancel`,
 * or a list of resources as `bq ls` prints it; undefined when it is none of these.
 */
export function recordedIn(data: unknown): Recorded | undefined {
  if (isPage(data)) return ofPage(data);
  if (isRecord(data)) return { records: [{ record: data, path: [] }], unreachable: [] };
  if (isFields(data) && isRecord(data['job']))
    return { records: [{ record: data['job'], path: ['job'] }], unreachable: [] };
  if (!Array.isArray(data) || data.length === 0 || !data.some(isRecord)) return undefined;
  return { records: data.map((record: unknown, index) => ({ record, path: [index] })), unreachable: [] };
}

/** One job resource as a job of the target that its project makes. The statement is kept, for its client. */
export function readRecord(record: unknown): Reading {
  const named = valueAt(record, 'jobReference.projectId');
  const project = typeof named === 'string' ? named : 'unknown';
  return readJob(record, { target: `bigquery:${project}`, project, withText: true });
}
