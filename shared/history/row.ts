import { principalOf } from '../engines/bigquery/principal.ts';
import { isFields, reader } from '../engines/http/read.ts';
import type { Job, JobEnd } from '../jobs/job.ts';
import type { PastJob } from './past-job.ts';
import { timestampMs } from './times.ts';

/** A row of an export: a job that is over, one that was not over yet, or why it cannot be read. */
export type RowReading = { readonly past: PastJob } | { readonly unfinished: true } | { readonly unreadable: string };

/** What rows do not say themselves. */
export interface RowDefaults {
  /** The view does not say in which location it was asked; `undefined` is unknown, and so is then what jobs cost. */
  readonly location: string | undefined;
}

type Row = Readonly<Record<string, unknown>>;

/** Longer statements are cut: what clients write about themselves stands at their beginning. */
const mostQueryText = 400;

function textOf(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An INT64 ≥ 0; exports write it as text. Beyond 2^53 it is not exact, and unknown. */
function countOf(row: Row, column: string): number | undefined {
  const value = row[column];
  const number = typeof value === 'string' && /^\d{1,19}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** `labels` is a repeated record {key, value}; an export without the column does not say what labels there are. */
function labelsOf(row: Row): Job['labels'] {
  const { labels } = row;
  if (labels === undefined) return undefined;
  if (labels === null) return {};
  if (!Array.isArray(labels)) return isFields(labels) ? textsOf(Object.entries(labels)) : undefined;
  return textsOf(
    labels.map((one: unknown): [string, unknown] =>
      isFields(one) ? [String(one['key']), one['value'] ?? ''] : ['', 0],
    ),
  );
}

function textsOf(entries: readonly (readonly [string, unknown])[]): Job['labels'] {
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return texts.length < entries.length ? undefined : Object.fromEntries(texts);
}

function endOf(row: Row): JobEnd {
  const error = row['error_result'];
  if (!isFields(error)) return { how: 'succeeded' };
  const reason = textOf(error, 'reason');
  const message = textOf(error, 'message')?.slice(0, 400);
  if (reason === undefined && message === undefined) return { how: 'succeeded' };
  return {
    how: reason === 'stopped' ? 'stopped' : 'failed',
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
}

function destinationOf(row: Row): string | null {
  const table = row['destination_table'];
  if (!isFields(table)) return null;
  const parts = ['project_id', 'dataset_id', 'table_id'].map((part) => textOf(table, part));
  return parts.includes(undefined) ? null : parts.join('.');
}

function sameQueryOf(row: Row): string | undefined {
  const info = row['query_info'];
  const hashes = isFields(info) ? info['query_hashes'] : undefined;
  return (isFields(hashes) ? textOf(hashes, 'normalized_literals') : undefined) ?? textOf(row, 'query');
}

/** Principals are few and rows are many. */
const mostRemembered = 10_000;
const identities = new Map<string, Pick<Job, 'principal' | 'principalKind'>>();

function identityOf(row: Row): Pick<Job, 'principal' | 'principalKind'> {
  const key = `${textOf(row, 'user_email') ?? ''} ${textOf(row, 'principal_subject') ?? ''}`;
  const known = identities.get(key);
  if (known !== undefined) return known;
  if (identities.size >= mostRemembered) identities.clear();
  const found = principalOf(reader(row));
  identities.set(key, found);
  return found;
}

function priorityOf(row: Row): Job['priority'] {
  const word = textOf(row, 'priority');
  return word === 'BATCH' ? 'batch' : word === 'INTERACTIVE' ? 'interactive' : undefined;
}

/** What somebody asked for. The view leaves out what is null, and a kind of work is null for background jobs. */
function workOf(row: Row): Partial<Job> {
  const jobType = textOf(row, 'job_type')?.toLowerCase();
  const isQuery = jobType === 'query';
  return {
    ...(jobType !== undefined && { jobType }),
    statementType: isQuery ? textOf(row, 'statement_type') : jobType === undefined ? undefined : null,
    priority: isQuery ? priorityOf(row) : null,
    continuous: row['continuous'] === true,
    destination: destinationOf(row),
    ...(isQuery && { queryText: textOf(row, 'query')?.slice(0, mostQueryText) }),
  };
}

interface Place {
  readonly id: string;
  readonly project: string;
}

function finalOf(row: Row, { id, project }: Place, { location }: RowDefaults): Job {
  const identity = identityOf(row);
  const work = workOf(row);
  return {
    engine: 'bigquery',
    target: `bigquery:${project}`,
    project,
    location: textOf(row, 'location') ?? location,
    id,
    state: 'done',
    redacted: identity.principal === undefined || work.jobType === undefined,
    ...identity,
    ...work,
    labels: labelsOf(row),
    reservation: textOf(row, 'reservation_id') ?? null,
    edition: textOf(row, 'edition') ?? null,
    bytesProcessed: countOf(row, 'total_bytes_processed'),
    bytesEstimated: countOf(row, 'estimated_bytes_processed'),
    slotMs: countOf(row, 'total_slot_ms'),
    parentId: textOf(row, 'parent_job_id') ?? null,
    end: endOf(row),
  };
}

/** Exports may leave out the state; a job with an end is over. */
function isUnfinished(row: Row): boolean {
  const state = textOf(row, 'state');
  return (state !== undefined && state !== 'DONE') || row['end_time'] === undefined || row['end_time'] === null;
}

/** When the job ran, as far as that can be: a start before the creation, or an end before the start, cannot. */
function timesOf(row: Row): { createdAtMs: number; startedAtMs: number | undefined; endedAtMs: number } | string {
  const createdAtMs = timestampMs(row['creation_time']);
  const endedAtMs = timestampMs(row['end_time']);
  if (createdAtMs === undefined) return 'it has no creation_time that can be read';
  if (endedAtMs === undefined) return 'its end_time cannot be read';
  const found = timestampMs(row['start_time']);
  const startedAtMs = found === undefined ? undefined : Math.max(found, createdAtMs);
  if (endedAtMs < (startedAtMs ?? createdAtMs)) return 'it ends before it begins';
  return { createdAtMs, startedAtMs, endedAtMs };
}

/**
 * Reads a row of INFORMATION_SCHEMA.JOBS (BigQuery reference of the view) as BigQuery's tools export it: INT64 as text,
 * columns that are null left out. The view has no estimate of bytes, so that stays unknown.
 */
export function readRow(value: unknown, defaults: RowDefaults): RowReading {
  if (!isFields(value)) return { unreadable: 'it is no object' };
  const id = textOf(value, 'job_id');
  const project = textOf(value, 'project_id');
  if (id === undefined || project === undefined) return { unreadable: 'it has no job_id or no project_id' };
  if (isUnfinished(value)) return timestampMs(value['creation_time']) === undefined ? noTime : { unfinished: true };
  const times = timesOf(value);
  if (typeof times === 'string') return { unreadable: times };
  const { createdAtMs, startedAtMs, endedAtMs } = times;
  const final = { ...finalOf(value, { id, project }, defaults), createdAtMs, endedAtMs };
  const sameQuery = sameQueryOf(value);
  const past = { final: startedAtMs === undefined ? final : { ...final, startedAtMs }, createdAtMs, endedAtMs };
  return { past: sameQuery === undefined ? past : { ...past, sameQuery } };
}

const noTime: RowReading = { unreadable: 'it has no creation_time that can be read' };
