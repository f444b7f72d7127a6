import type { Compiled } from '../evaluate/compile.ts';
import type { Costs } from '../evaluate/measure.ts';
import { wallTime } from '../evaluate/calendar.ts';
import { atWallTime, dayAfter } from '../evaluate/wall-time.ts';
import { jobAt, startOf, type PastJob } from '../history/past-job.ts';
import { metrics, type Metric } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';

/** The period of the sweeps, which begin on whole minutes. */
export const sweepMs = 60_000;

/** The first sweep at a moment or after it. */
export function sweepAfter(atMs: number): number {
  return Math.ceil(atMs / sweepMs) * sweepMs;
}

/** The last sweep at a moment or before it. */
export function sweepBefore(atMs: number): number {
  return Math.floor(atMs / sweepMs) * sweepMs;
}

/** A sweep sends no cancel later than so long after its beginning; one that is due then is left to the next. */
const cancelByMs = 56_000;
/** A rule that warns of what it cannot judge waits so long. */
export const patienceMs = 600_000;
/** The calendar is followed so many days into a life. */
const mostDays = 40;

/** When a number that grows evenly while the job runs passes a threshold; undefined where it never does. */
function crossing(past: PastJob, final: number | undefined, threshold: number): number | undefined {
  if (final === undefined || final <= threshold) return undefined;
  const startMs = startOf(past);
  return Math.floor(startMs + (threshold / final) * (past.endedAtMs - startMs)) + 1;
}

/** The same of a cost, which has its steps: found by halving, to the millisecond. */
function costCrossing(past: PastJob, threshold: number, costs: Costs): number | undefined {
  const isOver = (atMs: number) => {
    const job = jobAt(past, atMs);
    return job !== undefined && (costs.soFarUsd(job, atMs) ?? 0) > threshold;
  };
  let high = past.endedAtMs - 1;
  let low = startOf(past);
  if (high < low || !isOver(high)) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isOver(middle)) high = middle;
    else low = middle;
  }
  return isOver(low) ? low : high;
}

/** When a job passed a threshold. Estimates are there from the beginning, which is looked at anyway. */
function passesAt(past: PastJob, metric: Metric, threshold: number, costs: Costs): number | undefined {
  const { bytesProcessed, slotMs } = past.final;
  // Over is strictly greater.
  if (metric === 'runTime') return startOf(past) + threshold + 1;
  if (metric === 'queueTime') return past.createdAtMs + threshold + 1;
  if (metric === 'bytesProcessed') return crossing(past, bytesProcessed, threshold);
  if (metric === 'slotHours') return crossing(past, slotMs, threshold * 3_600_000);
  return metric === 'costSoFar' ? costCrossing(past, threshold, costs) : undefined;
}

/** A moment at which something may change, and whether a sweep before it could have foreseen it. */
interface Instant {
  readonly atMs: number;
  readonly isForeseen: boolean;
}

function limitInstants(past: PastJob, limit: Limit | undefined, costs: Costs): Instant[] {
  return metrics.flatMap((metric) => {
    const threshold = limit?.of[metric];
    const atMs = threshold === undefined ? undefined : passesAt(past, metric, threshold, costs);
    return atMs === undefined ? [] : [{ atMs, isForeseen: metric === 'runTime' || metric === 'queueTime' }];
  });
}

/** When windows, freezes and exemptions may begin or end during the life. */
function calendarInstants({ policy }: Compiled, { createdAtMs, endedAtMs }: PastJob): number[] {
  const { timezone, freezes, exemptions, rules } = policy;
  const windows = rules.flatMap(({ active }) => (active === undefined ? [] : [active.fromMinute, active.toMinute]));
  const minutes = new Set([...windows, ...(freezes.length + exemptions.length > 0 ? [0] : [])]);
  if (minutes.size === 0) return [];
  const instants: number[] = [];
  let { day } = wallTime(createdAtMs, timezone);
  for (let count = 0; count < mostDays; count += 1, day = dayAfter(day, 1)) {
    const atMs = [...minutes].map((minute) => atWallTime(day, minute, timezone));
    if (Math.min(...atMs) >= endedAtMs) break;
    instants.push(...atMs);
  }
  return instants;
}

function rawInstants(compiled: Compiled, past: PastJob): Instant[] {
  const { policy, deployment } = compiled;
  const ceilings = [policy.protect.upTo, policy.optOut?.upTo];
  const limits = [...policy.rules.flatMap(({ limit, warnAt }) => [limit, warnAt]), ...ceilings];
  const startMs = startOf(past);
  const seen = [past.createdAtMs, startMs, past.createdAtMs + patienceMs, startMs + patienceMs];
  return [
    ...[...seen, ...calendarInstants(compiled, past)].map((atMs) => ({ atMs, isForeseen: false })),
    ...limits.flatMap((limit) => limitInstants(past, limit, deployment.costs)),
  ];
}

/**
 * When sweeps look at something that happens at a moment: the next sweep does; what could be foreseen, by time alone, is
 * acted on at the moment itself, where an earlier sweep had seen the job.
 */
export function sightings(past: PastJob, { atMs, isForeseen }: Instant): readonly number[] {
  const sweepAtMs = sweepBefore(atMs);
  const isInTime = isForeseen && sweepAtMs >= past.createdAtMs && atMs - sweepAtMs < cancelByMs;
  const moments = isInTime ? [atMs, sweepAfter(atMs)] : [sweepAfter(atMs)];
  return moments.filter((moment) => moment >= past.createdAtMs && moment < past.endedAtMs);
}

/** The moments of a life at which a sweep may say something else than before, in order. */
export function instantsOf(compiled: Compiled, past: PastJob): readonly number[] {
  const all = rawInstants(compiled, past).flatMap((one) => sightings(past, one));
  return [...new Set(all)].sort((a, b) => a - b);
}
