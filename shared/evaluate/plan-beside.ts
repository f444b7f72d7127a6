import type { Verdict } from '../jobs/verdict.ts';
import { breakerFor, jobsIn } from './breaker.ts';
import { budgetOwner } from './budget.ts';
import type { Circumstances } from './circumstances.ts';
import type { Compiled } from './compile.ts';
import { isPlanned, planIn } from './safety.ts';

const spentOn = (granted: readonly Verdict[], { nowMs }: Circumstances) =>
  granted.map((verdict) => ({ atMs: nowMs, owner: budgetOwner(verdict), pastBreaker: false }));

/** The circumstances of a plan that comes after cancels which the same sweep was granted before. */
export function withGranted(now: Circumstances, granted: readonly Verdict[]): Circumstances {
  if (granted.length === 0) return now;
  return { ...now, granted: jobsIn(granted), attempts: [...now.attempts, ...spentOn(granted, now)] };
}

/** What the breaker counts: cancels for real that nothing but breaker or budget may hold back. */
const isCounted = ({ action, mode, heldBack }: Verdict): boolean =>
  action === 'cancel' &&
  mode === 'enforce' &&
  (heldBack === undefined || heldBack.by === 'budget' || heldBack.by === 'breaker');

/**
 * Which cancels may be carried out beside those of a plan that stands. They never take anything from it: its cancels are
 * counted first, and have had their budgets. But all of them together have to leave the breaker closed, or none of the
 * others is let through, whoever closed it by hand; and what they may spend is what the plan has left.
 */
export function planBeside(
  compiled: Compiled,
  plan: readonly Verdict[],
  others: readonly Verdict[],
  now: Circumstances,
): readonly Verdict[] {
  const granted = plan.filter((verdict) => isCounted(verdict) && isPlanned(verdict));
  const { breaker, budget } = compiled.policy;
  const perSweep = Math.max(0, budget.perSweep - granted.length);
  const left: Compiled = { ...compiled, policy: { ...compiled.policy, budget: { ...budget, perSweep } } };
  const around = { ...now, attempts: [...now.attempts, ...spentOn(granted, now)], breakerClosed: false };
  const beside = planIn(left, others, around).verdicts.filter(isCounted);
  const count = jobsIn([...plan.filter(isCounted), ...beside]) + (now.granted ?? 0);
  if (breakerFor(count, now.seen, breaker).open) return [];
  return beside.filter(isPlanned);
}
