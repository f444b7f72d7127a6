import type { Costs } from '../evaluate/measure.ts';
import { jobAt, shareDoneAt, startOf, type PastJob } from '../history/past-job.ts';
import type { JobEnd } from '../jobs/job.ts';

/** What a job did after a moment of its life. Work is spread evenly over its run time. */
export interface After {
  readonly how: JobEnd['how'];
  readonly timeMs: number;
  readonly slotHours: number | undefined;
  /** At list prices, or the policy's; undefined where none is known. */
  readonly usd: number | undefined;
  /** Whether a reservation pays by time: what runs on then goes on costing. */
  readonly isReserved: boolean;
  readonly likelyFalseAlarm: boolean;
}

/** A job that succeeds within so long of its cancel, or within a fifth of its run time, was likely all right. */
export const soonMs = 300_000;
export const soonShare = 0.2;

const msPerHour = 3_600_000;

/** Whether a job that would have been stopped at a moment succeeded by itself so soon that the stop was likely wrong. */
function isLikelyFalseAlarm(past: PastJob, atMs: number): boolean {
  if (past.final.end?.how !== 'succeeded') return false;
  const runTimeMs = past.endedAtMs - (past.final.startedAtMs ?? past.createdAtMs);
  return past.endedAtMs - atMs <= Math.max(soonMs, soonShare * runTimeMs);
}

function usdAfter(past: PastJob, atMs: number, costs: Costs): number | undefined {
  const all = costs.soFarUsd(past.final, past.endedAtMs);
  if (all === undefined || atMs <= startOf(past)) return all;
  const job = jobAt(past, atMs);
  const before = job === undefined ? undefined : costs.soFarUsd(job, atMs);
  return before === undefined ? undefined : Math.max(0, all - before);
}

/** What the job did from a moment to its end. */
export function afterOf(past: PastJob, atMs: number, costs: Costs): After {
  const { slotMs, end, reservation } = past.final;
  return {
    how: end?.how ?? 'succeeded',
    timeMs: past.endedAtMs - atMs,
    slotHours: slotMs === undefined ? undefined : (slotMs * (1 - shareDoneAt(past, atMs))) / msPerHour,
    usd: usdAfter(past, atMs, costs),
    isReserved: typeof reservation === 'string',
    likelyFalseAlarm: isLikelyFalseAlarm(past, atMs),
  };
}
