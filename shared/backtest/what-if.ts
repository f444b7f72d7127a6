import { isOver, numbersOf, type Numbers } from '../evaluate/limits.ts';
import type { Costs } from '../evaluate/measure.ts';
import { jobAt, startOf, type PastJob } from '../history/past-job.ts';
import type { Metric } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import type { Rule } from '../policy/rule.ts';
import { limitInstants, sightings, sweepBefore, sweepMs } from './instants.ts';
import { deliveryMs } from './life.ts';

/** What of a rule a what-if looks at: its limit, and when its owner would be told. */
export type Line = Pick<Rule, 'limit' | 'warnAt' | 'action' | 'graceMs'>;

/** What would be asked of one rule: that one number of its limit were another, and the others as they are. */
export interface WhatIfAsk {
  readonly rule: string;
  readonly metric: Metric;
  /** In the units of `Metric`, ascending. */
  readonly limits: readonly number[];
}

/** Numbers that a history has; it knows no estimates. */
export const movable = ['runTime', 'queueTime', 'bytesProcessed', 'slotHours', 'costSoFar'] as const;

const msPerHour = 3_600_000;

/** The number that a job ended with. Undefined where the history does not say. */
export function finalOf(past: PastJob, metric: Metric, costs: Costs): number | undefined {
  const { bytesProcessed, slotMs } = past.final;
  if (metric === 'runTime') return past.endedAtMs - startOf(past);
  if (metric === 'queueTime') return startOf(past) - past.createdAtMs;
  if (metric === 'bytesProcessed') return bytesProcessed;
  if (metric === 'slotHours') return slotMs === undefined ? undefined : slotMs / msPerHour;
  return metric === 'costSoFar' ? costs.soFarUsd(past.final, past.endedAtMs) : undefined;
}

/** A limit with one number moved. */
export function moved(limit: Limit, metric: Metric, to: number): Limit {
  return { ...limit, of: { ...limit.of, [metric]: to } };
}

/** The moments of a life at which sweeps see lines pass, in order. */
function seenPassing(past: PastJob, lines: readonly Limit[], costs: Costs): number[] {
  const seen = lines.flatMap((line) => limitInstants(past, line, costs)).flatMap((one) => sightings(past, one));
  return [...new Set(seen)].sort((a, b) => a - b);
}

/** Whether the sweep before a moment planned for it: what it saw of the job was over the limit at that moment. */
function isPlanned(past: PastJob, numbers: Numbers, atMs: number, costs: Costs): boolean {
  const seen = jobAt(past, sweepBefore(atMs));
  return seen !== undefined && isOver(numbers, seen, atMs, costs);
}

/** Whether a sweep acts at a moment within it: what it planned comes before what it could only tell from a pace. */
function isActedOn(atMs: number, moments: readonly number[], planned: (atMs: number) => boolean): boolean {
  const isLater = (one: number) => one > atMs && sweepBefore(one) === sweepBefore(atMs) && one % sweepMs !== 0;
  return planned(atMs) || !moments.some((one) => isLater(one) && planned(one));
}

/**
 * When the rule would have cancelled the job (warned of it, recorded it) that it is about: epoch ms. `grace`: the job was
 * over the limit and ended within the grace. Undefined: no sweep saw it over the limit. The rule stands alone: no breaker,
 * budget, freeze, exemption, protection or hours, and no other rule.
 */
export function caughtAt(past: PastJob, line: Line, costs: Costs): number | 'grace' | undefined {
  const { limit, warnAt, action, graceMs = 0 } = line;
  const isCancel = action === 'cancel';
  const moments = seenPassing(past, [limit, ...(warnAt === undefined ? [] : [warnAt])], costs);
  const [numbers, warning] = [numbersOf(limit), warnAt && numbersOf(warnAt)];
  const planned = (atMs: number) => isPlanned(past, numbers, atMs, costs);
  let freeAtMs = graceMs > 0 ? Number.POSITIVE_INFINITY : 0;
  let wasOver = false;
  for (let index = 0; index < moments.length; index += 1) {
    const atMs = moments[index] ?? 0;
    const job = jobAt(past, atMs);
    if (job === undefined) continue;
    const over = isOver(numbers, job, atMs, costs);
    const isSweep = atMs % sweepMs === 0;
    const acts = isSweep || (isCancel && isActedOn(atMs, moments, planned));
    if (over && atMs >= freeAtMs && acts) return atMs;
    if (!isSweep) continue;
    wasOver ||= over;
    if (freeAtMs !== Number.POSITIVE_INFINITY || !(over || (warning && isOver(warning, job, atMs, costs)))) continue;
    freeAtMs = atMs + deliveryMs + graceMs;
    moments.push(...sightings(past, { atMs: freeAtMs, isForeseen: true }));
    moments.sort((a, b) => a - b);
  }
  return wasOver ? 'grace' : undefined;
}
