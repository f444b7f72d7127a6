import type { HeldBack, Mode, Verdict } from '../jobs/verdict.ts';
import { breakerOf, type BreakerState } from './breaker.ts';
import { byWeight, withinBudget } from './budget.ts';
import type { Compiled } from './compile.ts';
import { holdOf } from './hold.ts';

/** The plan of a sweep: every verdict, with what holds it back, and the breaker as it stands in each mode. */
export interface Plan {
  readonly verdicts: readonly Verdict[];
  readonly breaker: Readonly<Record<Mode, BreakerState>>;
}

const withHold = (verdict: Verdict, heldBack: HeldBack): Verdict => ({ ...verdict, heldBack });

/** Whether the verdict is a cancel that nothing holds back so far. */
export function isPlanned(verdict: Verdict): boolean {
  return verdict.action === 'cancel' && verdict.heldBack === undefined;
}

/** What one cancel verdict becomes under the policy alone, before anything is counted. */
export function held(compiled: Compiled, verdict: Verdict, nowMs: number): Verdict {
  if (verdict.action !== 'cancel') return verdict;
  const heldBack = holdOf(compiled, verdict, nowMs);
  return heldBack === undefined ? verdict : withHold(verdict, heldBack);
}

function bounded(compiled: Compiled, planned: readonly Verdict[], breaker: BreakerState, nowMs: number) {
  if (breaker.open) {
    const why = `The breaker is open: ${breaker.why}`;
    return planned.map((verdict) => withHold(verdict, { by: 'breaker', why }));
  }
  const { perSweep } = compiled.policy.budget;
  const order = byWeight(compiled.deployment.costs, nowMs);
  const { granted, postponed } = withinBudget(planned, perSweep, order);
  const why = `The budget of ${perSweep} cancels a sweep is used up by costlier jobs.`;
  return [...granted, ...postponed.map((verdict) => withHold(verdict, { by: 'budget', why }))];
}

/**
 * Decides, once and over the whole sweep, which cancels may be carried out: protection, exemptions, freezes, opt-outs
 * and grace for each; then the breaker over those that are left; then the budget. Verdicts that enforce and verdicts
 * that only observe are counted apart, so that a rule on trial can neither open the breaker nor use up the budget.
 * `seen` is the number of unredacted top-level jobs that were listed.
 */
export function planOf(compiled: Compiled, verdicts: readonly Verdict[], seen: number, nowMs: number): Plan {
  const all = verdicts.map((verdict) => held(compiled, verdict, nowMs));
  const planned = (mode: Mode) => all.filter((verdict) => verdict.mode === mode && isPlanned(verdict));
  const breaker = {
    enforce: breakerOf(planned('enforce'), seen, compiled.policy.breaker),
    observe: breakerOf(planned('observe'), seen, compiled.policy.breaker),
  };
  return {
    verdicts: [
      ...all.filter((verdict) => !isPlanned(verdict)),
      ...bounded(compiled, planned('enforce'), breaker.enforce, nowMs),
      ...bounded(compiled, planned('observe'), breaker.observe, nowMs),
    ],
    breaker,
  };
}
