import { neverTells } from './capabilities.ts';

/** The engines Jobwarden knows, by the names that policies use. */
export const engineNames = ['bigquery', 'data-fusion', 'yandex-data-proc', 'dli'] as const;
export type EngineName = (typeof engineNames)[number];

/** Where a job is. `target` names the place it was listed from, e.g. `bigquery:analytics-prod`. */
export interface JobRef {
  readonly engine: EngineName;
  readonly target: string;
  readonly project: string;
  readonly location?: string | undefined;
  readonly id: string;
}

/** `unknown` is a state word that the adapter has never heard of; such a job is never cancelled. */
export type JobState = 'pending' | 'running' | 'done' | 'unknown';

export type PrincipalKind = 'person' | 'serviceAccount' | 'external';

/** How a done job ended. `stopped` is the engine's word for "somebody or something cancelled it". */
export interface JobEnd {
  readonly how: 'succeeded' | 'failed' | 'stopped';
  readonly reason?: string;
  readonly message?: string;
}

/** Names that tell where a job belongs, each in the words of the engines that have it, and as keys of a match. */
export const detailKeys = ['instance', 'namespace', 'pipeline', 'cluster', 'queue'] as const;
export type DetailKey = (typeof detailKeys)[number];
type JobDetails = Readonly<Partial<Record<DetailKey, string | undefined>>>;

/**
 * One unit of work of an engine, normalised.
 *
 * Three values: a field that is `undefined` is unknown (not supplied, or redacted); `null` is known to be absent
 * (a BigQuery job without a reservation); anything else is known. `labels: {}` is a job known to have no labels.
 * Times are epoch milliseconds on the engine's clock, sizes bytes, slot time milliseconds.
 */
export interface Job extends JobRef {
  readonly state: JobState;
  /** True when the caller may see that the job exists but not what it is: such a job is never judged. */
  readonly redacted: boolean;
  readonly createdAtMs?: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  /** The identity that ran the job, lower-cased. */
  readonly principal?: string;
  readonly principalKind?: PrincipalKind;
  /** Lower-case kind of work: `query`, `load`, `extract`, `copy`, or an engine's own word. */
  readonly jobType?: string;
  /** As the engine names it: `SELECT`, `MERGE`, `SCRIPT` … `null` for a job that has no statement. */
  readonly statementType?: string | null;
  readonly priority?: 'interactive' | 'batch' | null;
  readonly labels?: Readonly<Record<string, string>>;
  /** The reservation that pays for it; `null` is known to be on demand. */
  readonly reservation?: string | null;
  readonly edition?: string | null;
  /** Meant to run for days (BigQuery continuous query). */
  readonly continuous?: boolean;
  readonly bytesProcessed?: number;
  readonly bytesEstimated?: number;
  readonly slotMs?: number;
  readonly parentId?: string | null;
  readonly children?: number;
  /** Only on a job that was fetched, never from a list; never logged. */
  readonly queryText?: string;
  /** Where a finished job would have put its result, e.g. `project.dataset.table`. */
  readonly destination?: string | null;
  readonly details?: JobDetails | undefined;
  readonly end?: JobEnd;
  /** What the adapter could not read in the record, in words (a number beyond 2^53, a malformed field). */
  readonly doubts?: readonly string[];
}

/** The name of a job in messages and keys: `bigquery:project:location.id`. */
export function jobName(ref: JobRef): string {
  return `${ref.engine}:${ref.project}:${ref.location ?? '-'}.${ref.id}`;
}

/**
 * Whether two records speak of the same run of the same job: reference, creation time and principal all agree and are
 * all known. Job ids may be chosen by callers and used again after six months, so the reference alone is not enough.
 * Where an engine never tells the principal, it gives the ids itself, and each only once.
 */
export function isSameJob(a: Job, b: Job): boolean {
  return (
    jobName(a) === jobName(b) &&
    a.createdAtMs !== undefined &&
    a.createdAtMs === b.createdAtMs &&
    (a.principal !== undefined || neverTells(a.engine, 'principal')) &&
    a.principal === b.principal
  );
}
