import type { HeldBack, Verdict } from '../jobs/verdict.ts';
import { breakerOf, type BreakerState } from './breaker.ts';
import { byWeight, withinBudget } from './budget.ts';
import type { Compiled } from './compile.ts';
import { holdOf } from './hold.ts';

/** The plan of a sweep: every verdict, with what holds it back, and the breaker over the cancels that are for real. */
export interface Plan {
  readonly verdicts: readonly Verdict[];
  readonly breaker: BreakerState;
}

const withHold = (verdict: Verdict, heldBack: HeldBack): Verdict => ({ ...verdict, heldBack });

/** Whether the verdict is a cancel that nothing holds back so far. */
export function isPlanned(verdict: Verdict): boolean {
  return verdict.action === 'cancel' && verdict.heldBack === undefined;
}

/** What one cancel verdict becomes under the policy alone, before anything is counted. */
export function held(compiled: Compiled, verdict: Verdict, nowMs: number): Verdict {
  if (verdict.action !== 'cancel' || verdict.heldBack !== undefined) return verdict;
  const heldBack = holdOf(compiled, verdict, nowMs);
  return heldBack === undefined ? verdict : withHold(verdict, heldBack);
}

function bounded(compiled: Compiled, planned: readonly Verdict[], breaker: BreakerState | undefined, nowMs: number) {
  if (breaker?.open === true) {
    const why = `The breaker is open: ${breaker.why}`;
    return planned.map((verdict) => withHold(verdict, { by: 'breaker', why }));
  }
  const { perSweep } = compiled.policy.budget;
  const order = byWeight(compiled.deployment.costs, nowMs);
  const { granted, postponed } = withinBudget(planned, perSweep, order);
  const why = `The budget of ${perSweep} cancels a sweep is used up by costlier jobs.`;
  return [...granted, ...postponed.map((verdict) => withHold(verdict, { by: 'budget', why }))];
}

/** Cancels that are counted together: for real; observed although the rule is in force; and of rules on trial. */
const shares = ['enforce enforce', 'observe enforce', 'observe observe'] as const;

/**
 * Decides, once and over the whole sweep, which cancels may be carried out: what the policy holds back for each job;
 * then the breaker over those that are left; then the budget. What is for real, what is only observed and what is on
 * trial are counted apart, so that a rule on trial can neither open the breaker nor use up the budget, and observing
 * shows what enforcing would do. `seen` is the number of unredacted top-level jobs that were listed.
 */
export function planOf(compiled: Compiled, verdicts: readonly Verdict[], seen: number, nowMs: number): Plan {
  const all = verdicts.map((verdict) => held(compiled, verdict, nowMs));
  const planned = shares.map((share) =>
    all.filter((verdict) => isPlanned(verdict) && `${verdict.mode} ${verdict.modes.rule}` === share),
  );
  const states = planned.map((share) => breakerOf(share, seen, compiled.policy.breaker));
  const decided = planned.flatMap((share, index) => bounded(compiled, share, states[index], nowMs));
  return {
    verdicts: [...all.filter((verdict) => !isPlanned(verdict)), ...decided],
    breaker: states[0] ?? breakerOf([], seen, compiled.policy.breaker),
  };
}
