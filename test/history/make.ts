import { readRow } from '../../shared/history/row.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import { hours, minutes, nowMs, tib } from '../make.ts';

// Synthetic: no such project, person or job exists.

/** A row of INFORMATION_SCHEMA.JOBS as it is exported. */
export type Row = Readonly<Record<string, unknown>>;

const stamp = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC');

/** Columns by which rows differ; times in ms since `nowMs`. */
export interface RowFields {
  readonly startMs?: number;
  readonly runTimeMs?: number;
  readonly queueTimeMs?: number;
  readonly columns?: Row;
}

/** A person's SELECT, on demand, that succeeded after an hour, having read 1 TiB with 10 slot hours. */
export function aRow({ startMs = 0, runTimeMs = hours(1), queueTimeMs = 1000, columns = {} }: RowFields = {}): Row {
  return {
    creation_time: stamp(nowMs + startMs - queueTimeMs),
    start_time: stamp(nowMs + startMs),
    end_time: stamp(nowMs + startMs + runTimeMs),
    project_id: 'analytics-prod',
    job_id: 'job-1',
    job_type: 'QUERY',
    statement_type: 'SELECT',
    priority: 'INTERACTIVE',
    state: 'DONE',
    user_email: 'sam@example.com',
    labels: [],
    total_bytes_processed: String(tib(1)),
    total_slot_ms: String(hours(10)),
    ...columns,
  };
}

/** The job of such a row, in the EU. */
export function aPastJob(fields: RowFields = {}): PastJob {
  const reading = readRow(aRow(fields), { location: 'EU' });
  if (!('past' in reading)) throw new Error(`the row of a test is no past job: ${JSON.stringify(reading)}`);
  return reading.past;
}

/** A job that ran so many minutes. */
export const ran = (count: number, fields: RowFields = {}) => aPastJob({ runTimeMs: minutes(count), ...fields });
