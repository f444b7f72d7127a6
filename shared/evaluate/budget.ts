import { jobName } from '../jobs/job.ts';
import type { Verdict } from '../jobs/verdict.ts';
import type { Policy } from '../policy/schema.ts';
import type { PastAttempt } from './circumstances.ts';
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

const hourMs = 3_600_000;

/** Whose budget a cancel counts against. */
export function budgetOwner({ owner, job }: Verdict): string {
  return owner?.name ?? job.principal ?? 'nobody';
}

/** What of the budgets is used up, and by whom; changed with each cancel that is granted. */
interface Spent {
  sweep: number;
  hour: number;
  readonly owners: Map<string, number>;
}

function spentBefore(attempts: readonly PastAttempt[], nowMs: number): Spent {
  const recent = attempts.filter(({ atMs }) => nowMs - atMs < hourMs);
  const owners = new Map<string, number>();
  for (const { owner } of recent) owners.set(owner, (owners.get(owner) ?? 0) + 1);
  return { sweep: 0, hour: recent.length, owners };
}

function exhausted(spent: Spent, owner: string, budget: Policy['budget']): string | undefined {
  if (spent.sweep >= budget.perSweep)
    return `The budget of ${budget.perSweep} cancels a sweep is used up by costlier jobs.`;
  if (spent.hour >= budget.perHour) return `The budget of ${budget.perHour} cancels an hour is used up.`;
  if ((spent.owners.get(owner) ?? 0) < budget.perOwnerPerHour) return undefined;
  return `The budget of ${budget.perOwnerPerHour} cancels an hour for one owner is used up.`;
}

/**
 * Spends the budgets of a sweep, of an hour and of each owner on the planned cancels; the costliest go first. What is
 * over a budget is held back and judged again by the next sweep. 0 means none.
 */
export function withinBudget(
  planned: readonly Verdict[],
  budget: Policy['budget'],
  attempts: readonly PastAttempt[],
  about: {
    readonly nowMs: number;
    readonly order: (a: Verdict, b: Verdict) => number;
    /** What others have spent of the budget of this sweep. */
    readonly inSweep?: number | undefined;
  },
): readonly Verdict[] {
  const spent = { ...spentBefore(attempts, about.nowMs), sweep: about.inSweep ?? 0 };
  return [...planned].sort(about.order).map((verdict) => {
    const owner = budgetOwner(verdict);
    const why = exhausted(spent, owner, budget);
    if (why !== undefined) return { ...verdict, heldBack: { by: 'budget', why } };
    spent.sweep += 1;
    spent.hour += 1;
    spent.owners.set(owner, (spent.owners.get(owner) ?? 0) + 1);
    return verdict;
  });
}
