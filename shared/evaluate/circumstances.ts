import type { Job } from '../jobs/job.ts';
import type { HeldBack } from '../jobs/verdict.ts';

/** A cancel that was attempted, for the budgets of an hour. */
export interface PastAttempt {
  readonly atMs: number;
  readonly owner: string;
  readonly pastBreaker: boolean;
}

/** What a plan depends on beside the policy and the verdicts. */
export interface Circumstances {
  /** Unredacted top-level jobs that were listed. */
  readonly seen: number;
  readonly nowMs: number;
  readonly attempts: readonly PastAttempt[];
  /** What keeps this whole sweep from cancelling: a stop switch, a clock that is off, several failing targets. */
  readonly standstill?: HeldBack;
  /** Why a target is only observed for a while, by its name. */
  readonly failing: ReadonlyMap<string, string>;
  /** Somebody closed the breaker by hand: it stays closed for this sweep. */
  readonly breakerClosed: boolean;
  /**
   * In how many other jobs the same principal's same query was cancelled within the last `withinMs`; undefined: that
   * cannot be told.
   */
  readonly retriesOf: (job: Job, withinMs: number) => number | undefined;
}

/** Nothing has happened before, and nothing is wrong. */
export function quiet(seen: number, nowMs: number): Circumstances {
  return { seen, nowMs, attempts: [], failing: new Map(), breakerClosed: false, retriesOf: () => 0 };
}
