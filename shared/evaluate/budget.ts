import { jobName } from '../jobs/job.ts';
import type { Verdict } from '../jobs/verdict.ts';
import type { Costs } from './measure.ts';

const nameOf = ({ job, rule }: Verdict) => `${jobName(job)} ${rule}`;

function byName(a: Verdict, b: Verdict): number {
  if (nameOf(a) === nameOf(b)) return 0;
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

/** Sorts the costliest job first: by cost where it is known, then slot time, bytes and age; ties by name. */
export function byWeight(costs: Costs, nowMs: number): (a: Verdict, b: Verdict) => number {
  const weights = ({ job }: Verdict) => [
    costs.soFarUsd(job, nowMs) ?? 0,
    job.slotMs ?? 0,
    job.bytesProcessed ?? 0,
    nowMs - (job.startedAtMs ?? job.createdAtMs ?? nowMs),
  ];
  return (a, b) => {
    const others = weights(b);
    for (const [index, weight] of weights(a).entries()) {
      const difference = (others[index] ?? 0) - weight;
      if (difference !== 0) return difference;
    }
    return byName(a, b);
  };
}

/** Splits planned cancels at the budget of one sweep; the costliest go first. A budget of 0 lets none through. */
export function withinBudget(
  planned: readonly Verdict[],
  perSweep: number,
  order: (a: Verdict, b: Verdict) => number,
): { readonly granted: readonly Verdict[]; readonly postponed: readonly Verdict[] } {
  const ordered = [...planned].sort(order);
  return { granted: ordered.slice(0, perSweep), postponed: ordered.slice(perSweep) };
}
