import type { BatchSpec, SqlSpec } from './spec.ts';

const hourMs = 3_600_000;

/** A job with its life, which follows from what is stored. */
export interface Stored<Spec extends SqlSpec | BatchSpec> {
  readonly spec: Spec;
  /** The API shows this one beginning only. */
  readonly submittedAtMs: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  cancelAskedAtMs?: number;
}

/** How a job stands, whatever the words for it. */
export type Standing = 'waits' | 'runs' | 'succeeded' | 'failed' | 'cancelled';

/** What the stand-in knows; keys are `PROJECT/ID`. */
export interface Store {
  readonly sql: Map<string, Stored<SqlSpec>>;
  readonly batches: Map<string, Stored<BatchSpec>>;
}

/** A job as of now. */
export function stored<Spec extends SqlSpec | BatchSpec>(spec: Spec, nowMs: number): Stored<Spec> {
  const startsAtMs = nowMs - (spec.startedAgoMs ?? 0) + (spec.pendingForMs ?? 0);
  const submittedAtMs = Math.min(startsAtMs, nowMs);
  return { spec, submittedAtMs, startsAtMs, endsAtMs: startsAtMs + (spec.runsForMs ?? 24 * hourMs) };
}

/** When a job ends, as things stand. */
export function endOf({ spec, endsAtMs, cancelAskedAtMs }: Stored<SqlSpec | BatchSpec>): number {
  if (cancelAskedAtMs === undefined || spec.onCancel === 'ignored') return endsAtMs;
  return Math.min(endsAtMs, cancelAskedAtMs + (spec.cancelTakesMs ?? 500));
}

/** How a job stands at a moment. */
export function standingOf(job: Stored<SqlSpec | BatchSpec>, nowMs: number): Standing {
  const endMs = endOf(job);
  if (nowMs < endMs) return nowMs >= job.startsAtMs ? 'runs' : 'waits';
  if (endMs < job.endsAtMs) return job.spec.onCancel === 'finishesFirst' ? 'succeeded' : 'cancelled';
  return job.spec.fails === true ? 'failed' : 'succeeded';
}
