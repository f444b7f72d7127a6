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
export const cancelByMs = 57_000;
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

/**
 * A moment at which something may change: whether a sweep before it could have foreseen it by time alone, and whether it
 * could have told from the pace of the job, and looked again.
 */
interface Instant {
  readonly atMs: number;
  readonly isForeseen: boolean;
  readonly isPredicted?: boolean;
}

const byPace: ReadonlySet<Metric> = new Set(['bytesProcessed', 'slotHours', 'costSoFar']);

/**
 * When sweeps look at a job, and the moments that sweeps could plan for: a plan is made for what is seen, and the job may
 * end before its moment.
 */
interface Moments {
  readonly looks: readonly number[];
  readonly plannable: readonly number[];
}

/** Whether the sweep before could tell when a number passes: time alone, and a wait only while the job still waits. */
function isForeseen(past: PastJob, metric: Metric, atMs: number): boolean {
  return metric === 'runTime' || (metric === 'queueTime' && sweepBefore(atMs) < startOf(past));
}

/** When a job passed each number of a limit. */
export function limitInstants(past: PastJob, limit: Limit | undefined, costs: Costs): readonly Instant[] {
  return metrics.flatMap((metric) => {
    const threshold = limit?.of[metric];
    const atMs = threshold === undefined ? undefined : passesAt(past, metric, threshold, costs);
    return atMs === undefined
      ? []
      : [{ atMs, isForeseen: isForeseen(past, metric, atMs), isPredicted: byPace.has(metric) }];
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

const unforeseen = ({ atMs }: Instant): Instant => ({ atMs, isForeseen: false });

function rawInstants(compiled: Compiled, past: PastJob): Instant[] {
  const { policy, deployment } = compiled;
  const ceilings = [policy.protect.upTo, policy.optOut?.upTo];
  const limits = policy.rules.flatMap(({ limit, warnAt }) => [limit, warnAt]);
  const startMs = startOf(past);
  const seen = [past.createdAtMs, startMs, past.createdAtMs + patienceMs, startMs + patienceMs];
  return [
    ...[...seen, ...calendarInstants(compiled, past)].map((atMs) => ({ atMs, isForeseen: false })),
    ...limits.flatMap((limit) => limitInstants(past, limit, deployment.costs)),
    // Sweeps foresee limits and graces only.
    ...ceilings.flatMap((ceiling) => limitInstants(past, ceiling, deployment.costs).map(unforeseen)),
  ];
}

/** Whether the sweep before a moment saw the job, and could still send a cancel then. */
function isInTime(past: PastJob, atMs: number): boolean {
  const sweepAtMs = sweepBefore(atMs);
  return sweepAtMs >= past.createdAtMs && sweepAtMs < past.endedAtMs && atMs - sweepAtMs < cancelByMs;
}

/** Whether the sweep before a moment could plan for that moment. */
export function isPlannable(past: PastJob, { atMs, isForeseen }: Instant): boolean {
  return isForeseen && isInTime(past, atMs);
}

/**
 * When sweeps look at something that happens at a moment: the next sweep does; what could be foreseen, or told from the pace
 * of the job, is acted on at the moment itself, where the sweep before had seen the job.
 */
export function sightings(past: PastJob, instant: Instant): readonly number[] {
  const { atMs, isForeseen, isPredicted } = instant;
  const isLookedAt = (isForeseen || isPredicted === true) && isInTime(past, atMs);
  const moments = isLookedAt ? [atMs, sweepAfter(atMs)] : [sweepAfter(atMs)];
  return moments.filter((moment) => moment >= past.createdAtMs && moment < past.endedAtMs);
}

const ordered = (moments: readonly number[]) => [...new Set(moments)].sort((a, b) => a - b);

/** The moments of a life at which a sweep may say something else than before, in order. */
export function instantsOf(compiled: Compiled, past: PastJob): Moments {
  const all = rawInstants(compiled, past);
  const plannable = all.filter((one) => isPlannable(past, one)).map(({ atMs }) => atMs);
  return { looks: ordered(all.flatMap((one) => sightings(past, one))), plannable: ordered(plannable) };
}
