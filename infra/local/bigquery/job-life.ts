import type { FullJobSpec, JobError } from './spec.ts';

/** When a job is created, starts and ends as things stand now (ms since the epoch), and the error it ends with. */
export interface Life {
  readonly createdAtMs: number;
  /** Equal to endsAtMs for a job that never started: the API then shows a start time once it is done. */
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly error?: JobError | undefined;
}

/** What is stored of a job: everything that its life follows from. */
export interface JobRecord {
  readonly id: string;
  readonly spec: FullJobSpec;
  readonly createdAtMs: number;
  /** Larger for jobs that were added later. */
  readonly sequence: number;
  readonly parentId?: string | undefined;
  readonly children: readonly JobRecord[];
  /** The first cancel request that was accepted; set once by the store. */
  cancelAskedAtMs?: number;
}

/** A job together with its life and the lives of the statements it runs. */
export interface LivingJob {
  readonly record: JobRecord;
  readonly life: Life;
  readonly children: readonly LivingJob[];
}

export type JobState = 'PENDING' | 'RUNNING' | 'DONE';

/** The error of a cancelled job, as seen in public reports of the API. */
export const CANCELLED: JobError = {
  reason: 'stopped',
  message: 'Job execution was cancelled: User requested cancellation',
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CHILD_STOPS_AFTER_MS = 400;

/** How long the work takes when nobody interferes: an hour unless told, 30 days for a continuous query. */
export function plannedRunMs(spec: FullJobSpec): number {
  return spec.runsForMs ?? (spec.continuous ? 30 * DAY_MS : HOUR_MS);
}

/** The state of a job at a moment. */
export function stateAt(life: Life, now: number): JobState {
  if (now >= life.endsAtMs) return 'DONE';
  return now >= life.startsAtMs ? 'RUNNING' : 'PENDING';
}

function stop(life: Life, atMs: number, error: JobError | undefined): Life {
  if (atMs >= life.endsAtMs) return life;
  return { ...life, startsAtMs: Math.min(life.startsAtMs, atMs), endsAtMs: atMs, error };
}

function withTimeout(life: Life, timeoutMs: number | undefined): Life {
  if (timeoutMs === undefined) return life;
  const message = `Job execution was cancelled: Job timed out after ${Math.round(timeoutMs / 1000)} sec`;
  return stop(life, life.createdAtMs + timeoutMs, { reason: 'stopped', message });
}

function withCancel(life: Life, record: JobRecord): Life {
  const { how, afterMs, error } = record.spec.onCancel;
  const askedAtMs = record.cancelAskedAtMs;
  if (askedAtMs === undefined || how === 'ignored' || how === 'denied') return life;
  if (how === 'finishesFirst') return stop(life, askedAtMs + afterMs, undefined);
  return stop(life, askedAtMs + afterMs, how === 'failsOtherwise' ? error : CANCELLED);
}

function interrupted(life: Life, record: JobRecord): Life {
  return withCancel(withTimeout(life, record.spec.jobTimeoutMs), record);
}

function errorOf(spec: FullJobSpec): JobError | undefined {
  return spec.ends === 'succeeded' ? undefined : spec.ends;
}

function plainLife(record: JobRecord, createdAtMs: number): Life {
  const startsAtMs = createdAtMs + record.spec.pendingForMs;
  const endsAtMs = startsAtMs + plannedRunMs(record.spec);
  return interrupted({ createdAtMs, startsAtMs, endsAtMs, error: errorOf(record.spec) }, record);
}

/** The statements of a script one after the other; the first that fails is the last. */
function statementsFrom(record: JobRecord, startsAtMs: number): readonly LivingJob[] {
  const run: LivingJob[] = [];
  let nextAtMs = startsAtMs;
  for (const child of record.children) {
    const life = plainLife(child, nextAtMs);
    run.push({ record: child, life, children: [] });
    if (life.error) break;
    nextAtMs = life.endsAtMs;
  }
  return run;
}

function afterParent(child: LivingJob, parent: Life): LivingJob {
  const life = stop(child.life, parent.endsAtMs + CHILD_STOPS_AFTER_MS, parent.error);
  return { ...child, life };
}

/**
 * A job with its life, a pure function of what is stored. The API does not document what cancelling a script does to
 * the statement that is running: here it stops a moment later, or runs on where the spec says so.
 */
export function living(record: JobRecord): LivingJob {
  if (record.children.length === 0) return { record, life: plainLife(record, record.createdAtMs), children: [] };
  const { createdAtMs, spec } = record;
  const startsAtMs = createdAtMs + spec.pendingForMs;
  const statements = statementsFrom(record, startsAtMs);
  const last = statements.at(-1)?.life;
  const planned = {
    createdAtMs,
    startsAtMs,
    endsAtMs: last?.endsAtMs ?? startsAtMs,
    error: last?.error ?? errorOf(spec),
  };
  const life = interrupted(planned, record);
  const begun = statements.filter((child) => child.life.createdAtMs < life.endsAtMs);
  const children = spec.childrenOnCancel === 'leftRunning' ? begun : begun.map((child) => afterParent(child, life));
  return { record, life, children };
}
