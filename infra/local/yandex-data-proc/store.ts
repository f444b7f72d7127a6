import type { ClusterSpec, JobSpec } from './spec.ts';

const hourMs = 3_600_000;

/** A job with its life, which follows from what is stored. */
export interface StoredJob {
  readonly spec: JobSpec;
  readonly createdAtMs: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  cancelAskedAtMs?: number;
}

/** What the stand-in knows. */
export interface Store {
  readonly clusters: Map<string, { readonly spec: ClusterSpec; readonly createdAtMs: number }>;
  readonly jobs: Map<string, StoredJob>;
}

/** A job as of now; it was created a second before it started. */
export function storedJob(spec: JobSpec, nowMs: number): StoredJob {
  const startsAtMs = nowMs - (spec.startedAgoMs ?? 0) + (spec.pendingForMs ?? 0);
  const createdAtMs = Math.min(startsAtMs, nowMs) - 1000;
  return { spec, createdAtMs, startsAtMs, endsAtMs: startsAtMs + (spec.runsForMs ?? 24 * hourMs) };
}

/** When a cancel takes effect; undefined where it has none. */
function stopsAtMs({ spec, cancelAskedAtMs }: StoredJob): number | undefined {
  const { onCancel = 'stops' } = spec;
  if (cancelAskedAtMs === undefined || onCancel === 'ignored') return undefined;
  return cancelAskedAtMs + (spec.cancelTakesMs ?? 500);
}

/** The status of a job at a moment, in the API's words. */
export function statusOf(job: StoredJob, nowMs: number): string {
  const { status, onCancel = 'stops', ends = 'DONE' } = job.spec;
  if (status !== undefined) return status;
  const stopMs = stopsAtMs(job);
  if (stopMs !== undefined && stopMs < job.endsAtMs && nowMs >= stopMs) {
    return onCancel === 'finishesFirst' ? 'DONE' : onCancel === 'failsLater' ? 'ERROR' : 'CANCELLED';
  }
  if (nowMs >= job.endsAtMs) return ends;
  if (job.cancelAskedAtMs !== undefined) return 'CANCELLING';
  return nowMs >= job.startsAtMs ? 'RUNNING' : 'PENDING';
}

/** When it ended, as of a moment by which it has. */
export function endedAtMs(job: StoredJob): number {
  return Math.min(stopsAtMs(job) ?? Number.POSITIVE_INFINITY, job.endsAtMs);
}
