import type { Job } from '../jobs/job.ts';
import type { HeldBack, Verdict } from '../jobs/verdict.ts';

/** A cancel that was attempted, for the budgets of an hour. */
export interface PastAttempt {
  readonly atMs: number;
  readonly owner: string;
  readonly pastBreaker: boolean;
}

/** What the other parts of a fleet did in the same sweep, where several instances share its targets. */
interface Fleet {
  /** Cancels for real that they planned. */
  readonly planned: number;
  /** Cancels that they were granted. */
  readonly granted: number;
  /** Why the breaker of the fleet is open since before; undefined: it is not. */
  readonly open?: string | undefined;
}

/** What a plan depends on beside the policy and the verdicts. */
export interface Circumstances {
  /** Unredacted top-level jobs that were listed. */
  readonly seen: number;
  readonly nowMs: number;
  readonly attempts: readonly PastAttempt[];
  /** Cancels that this sweep was granted before the plan in question: they count for the breaker, and are in `attempts`. */
  readonly granted?: number;
  /** What keeps this whole sweep from cancelling: a stop switch, a clock that is off, several failing targets. */
  readonly standstill?: HeldBack;
  /** Why a target is only observed for a while, by its name. */
  readonly failing: ReadonlyMap<string, string>;
  /** Somebody closed the breaker by hand: it stays closed for this sweep. */
  readonly breakerClosed: boolean;
  /** Whether an earlier sweep said that it would have sent this cancel. Left out where there are no cases. */
  readonly wasObserved?: (verdict: Verdict) => boolean;
  /**
   * In how many other jobs the same principal's same query was cancelled within the last `withinMs`; undefined: that
   * cannot be told.
   */
  readonly retriesOf: (job: Job, withinMs: number) => number | undefined;
  /** Undefined where this sweep is the whole of it. Else `seen` and `attempts` are of all of the fleet. */
  readonly fleet?: Fleet | undefined;
}

/** Nothing has happened before, and nothing is wrong. */
export function quiet(seen: number, nowMs: number): Circumstances {
  return { seen, nowMs, attempts: [], failing: new Map(), breakerClosed: false, retriesOf: () => 0 };
}
