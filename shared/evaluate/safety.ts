import type { HeldBack, Verdict } from '../jobs/verdict.ts';
import { breakerFor, breakerOf, jobsIn, type BreakerState } from './breaker.ts';
import { quiet, type Circumstances } from './circumstances.ts';
import { byWeight, withinBudget } from './budget.ts';
import type { Compiled } from './compile.ts';
import { holdOf } from './hold.ts';

/** The plan of a sweep: every verdict, with what holds it back, and the breaker over the cancels that are for real. */
export interface Plan {
  readonly verdicts: readonly Verdict[];
  readonly breaker: BreakerState;
}

const closed: BreakerState = { open: false, planned: 0, why: '' };

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

const hourMs = 3_600_000;

/** What this sweep holds back of a cancel that the policy itself lets through. */
function heldNow(compiled: Compiled, verdict: Verdict, now: Circumstances): HeldBack | undefined {
  if (verdict.mode === 'enforce' && now.standstill !== undefined) return now.standstill;
  const failing = now.failing.get(verdict.job.target);
  if (verdict.mode === 'enforce' && failing !== undefined) return { by: 'failures', why: failing };
  const retries = compiled.policy.rules.find(({ name }) => name === verdict.rule)?.retries;
  if (retries?.then !== 'letRun') return undefined;
  const count = now.retriesOf(verdict.job, retries.withinMs);
  if (count === undefined) {
    return {
      by: 'retries',
      why: 'Its statement is not known, so it cannot be told how often it was cancelled before.',
    };
  }
  if (count < retries.after) return undefined;
  const why = `The same query of the same principal was cancelled ${count} times; the rule then lets it run.`;
  return { by: 'retries', why };
}

/** While the breaker is open: rules that may act all the same do so within their own budget of an hour. */
function pastBreaker(compiled: Compiled, planned: readonly Verdict[], now: Circumstances): readonly Verdict[] {
  const names = new Set(compiled.policy.rules.filter((rule) => rule.pastBreaker).map(({ name }) => name));
  const used = now.attempts.filter((one) => one.pastBreaker && now.nowMs - one.atMs < hourMs).length;
  const left = Math.max(0, compiled.policy.budget.pastBreaker - used);
  const order = byWeight(compiled.deployment.costs, now.nowMs);
  return planned
    .filter(({ rule }) => names.has(rule))
    .sort(order)
    .slice(0, left);
}

function bounded(compiled: Compiled, planned: readonly Verdict[], breaker: BreakerState, now: Circumstances) {
  const free = breaker.open ? pastBreaker(compiled, planned, now) : planned;
  const stopped = planned.filter((verdict) => !free.includes(verdict));
  const why = `The breaker is open: ${breaker.why}`;
  const order = byWeight(compiled.deployment.costs, now.nowMs);
  return [
    ...stopped.map((verdict) => withHold(verdict, { by: 'breaker', why })),
    ...withinBudget(free, compiled.policy.budget, now.attempts, {
      nowMs: now.nowMs,
      order,
      inSweep: now.fleet?.granted ?? now.granted,
    }),
  ];
}

/** Cancels that are counted together: for real; observed although the rule is in force; and of rules on trial. */
const shares = ['enforce enforce', 'observe enforce', 'observe observe'] as const;

/** The breaker over the cancels that are for real: one that the fleet opened before stays open whatever is planned here. */
function realBreaker(compiled: Compiled, planned: readonly Verdict[], now: Circumstances): BreakerState {
  const { seen, fleet, granted = 0 } = now;
  const state = breakerFor(jobsIn(planned) + granted + (fleet?.planned ?? 0), seen, compiled.policy.breaker);
  return fleet?.open === undefined ? state : { ...state, open: true, why: fleet.open };
}

/**
 * Decides, once and over the whole sweep, which cancels may be carried out: what the policy holds back for each job;
 * then what this sweep does; then the breaker over those that are left; then the budgets. What is for real, what is only
 * observed and what is on trial are counted apart, so that a rule on trial can neither open the breaker nor use up a
 * budget, and observing shows what enforcing would do: a job whose cancel was observed before would be gone by now.
 */
export function planIn(compiled: Compiled, verdicts: readonly Verdict[], now: Circumstances): Plan {
  const all = verdicts.map((verdict) => {
    // A cancel that is due later was judged as of then.
    const one = held(compiled, verdict, Math.max(now.nowMs, verdict.dueMs ?? 0));
    const hold = isPlanned(one) ? heldNow(compiled, one, now) : undefined;
    return hold === undefined ? one : withHold(one, hold);
  });
  const isCounted = (verdict: Verdict) => isPlanned(verdict) && now.wasObserved?.(verdict) !== true;
  const planned = shares.map((share) =>
    all.filter((verdict) => isCounted(verdict) && `${verdict.mode} ${verdict.modes.rule}` === share),
  );
  const past = { ...now, attempts: [], granted: 0, fleet: undefined };
  const states = planned.map((share, index) =>
    index === 0 ? realBreaker(compiled, share, now) : breakerOf(share, now.seen, compiled.policy.breaker),
  );
  const decided = planned.flatMap((share, index) => {
    const state = states[index] ?? closed;
    const isReal = index === 0;
    return bounded(compiled, share, isReal && now.breakerClosed ? closed : state, isReal ? now : past);
  });
  return { verdicts: [...all.filter((verdict) => !isCounted(verdict)), ...decided], breaker: states[0] ?? closed };
}

/** The plan where nothing has happened before: for policies that are tried out. */
export function planOf(compiled: Compiled, verdicts: readonly Verdict[], seen: number, nowMs: number): Plan {
  return planIn(compiled, verdicts, quiet(seen, nowMs));
}
