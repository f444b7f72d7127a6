import type { Verdict } from '../jobs/verdict.ts';
import type { Policy } from '../policy/schema.ts';

/** Whether there are too many planned cancels in one sweep; then none of them is done. */
export interface BreakerState {
  readonly open: boolean;
  readonly planned: number;
  readonly why: string;
}

/** Judges so many planned cancels, as `breakerOf` does. */
export function breakerFor(count: number, seen: number, limits: Policy['breaker']): BreakerState {
  if (count > limits.maxCancels) {
    return { open: true, planned: count, why: `${count} cancels are planned, over the limit of ${limits.maxCancels}.` };
  }
  if (seen >= limits.minJobs && count > limits.maxShare * seen) {
    const share = `${Math.round((count / seen) * 100)} % of the ${seen} jobs seen`;
    const limit = `${Math.round(limits.maxShare * 100)} %`;
    return { open: true, planned: count, why: `${count} cancels are planned, ${share}, over the limit of ${limit}.` };
  }
  return { open: false, planned: count, why: '' };
}

/** How many jobs these verdicts are about. */
export function jobsIn(planned: readonly Verdict[]): number {
  return new Set(planned.map(({ job }) => `${job.target} ${job.location} ${job.id}`)).size;
}

/**
 * Judges the whole plan of a sweep: open when more cancels are planned than `maxCancels`, or than `maxShare` of the
 * unredacted top-level jobs seen once there are at least `minJobs` of them. 0 means that no cancel is let through.
 */
export function breakerOf(planned: readonly Verdict[], seen: number, limits: Policy['breaker']): BreakerState {
  return breakerFor(jobsIn(planned), seen, limits);
}
