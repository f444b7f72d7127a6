import { budgetOwner } from '../evaluate/budget.ts';
import type { PastAttempt } from '../evaluate/circumstances.ts';
import { planIn } from '../evaluate/safety.ts';
import type { PastJob } from '../history/past-job.ts';
import type { Job } from '../jobs/job.ts';
import type { HeldBack, Verdict } from '../jobs/verdict.ts';
import { ownerOf } from '../owners/owner.ts';
import { lifeKey, type InForce } from './in-force.ts';
import { sweepBefore, sweepMs } from './instants.ts';
import { verdictsAt } from './life.ts';

/** A job whose cancel nothing in the policy held back from a moment on. */
export interface Hit {
  readonly past: PastJob;
  readonly openAtMs: number;
  readonly rule: string;
  readonly because: string;
}

/** What became of the cancel of a hit: when it was sent, or what held it back until the job ended; neither: it was withdrawn. */
export interface Planned {
  readonly hit: Hit;
  readonly rule: string;
  readonly because: string;
  readonly cancelAtMs?: number;
  readonly heldBack?: HeldBack;
}

/** A time in which the breaker was open, sweep after sweep. */
export interface Opening {
  readonly atMs: number;
  readonly untilMs: number;
  readonly why: string;
  readonly rules: readonly string[];
}

/** What breaker and budgets made of the hits. */
export interface PlanOfPeriod {
  readonly planned: readonly Planned[];
  readonly openings: readonly Opening[];
}

interface Waiting {
  readonly hit: Hit;
  last?: Planned;
}

interface Cancelled {
  readonly atMs: number;
  readonly sameQuery: string | undefined;
  readonly principal: string | undefined;
}

interface Period {
  readonly force: InForce;
  readonly seenAt: (sweepAtMs: number) => number;
  readonly attempts: PastAttempt[];
  readonly cancelled: Cancelled[];
  readonly planned: Planned[];
  readonly openings: Opening[];
}

const hourMs = 3_600_000;

/** Runs of the same statement by the same principal that were cancelled before. */
function retriesIn(period: Period, waiting: ReadonlyMap<string, Waiting>, nowMs: number) {
  return (job: Job, withinMs: number): number | undefined => {
    const sameQuery = waiting.get(lifeKey(job))?.hit.past.sameQuery;
    if (sameQuery === undefined) return job.jobType === 'query' ? undefined : 0;
    return period.cancelled.filter(
      (one) => one.sameQuery === sameQuery && one.principal === job.principal && nowMs - one.atMs < withinMs,
    ).length;
  };
}

/** The cancels of one sweep as it plans them; those that are due before the next one have their instant. */
function verdictsOf({ force }: Period, { hit }: Waiting, sweepAtMs: number): readonly Verdict[] {
  const atMs = Math.max(sweepAtMs, hit.openAtMs);
  return verdictsAt(force.compiled, hit.past, atMs)
    .filter(({ action }) => action === 'cancel')
    .map((verdict) => ({
      ...verdict,
      owner: ownerOf(verdict.job, force.compiled.policy, force.lookups),
      ...(atMs > sweepAtMs && { dueMs: atMs }),
    }));
}

function noteOpening({ openings }: Period, sweepAtMs: number, why: string, verdicts: readonly Verdict[]): void {
  const rules = verdicts.filter(({ heldBack }) => heldBack?.by === 'breaker').map(({ rule }) => rule);
  const last = openings.at(-1);
  const untilMs = sweepAtMs + sweepMs;
  if (last === undefined || last.untilMs !== sweepAtMs) {
    openings.push({ atMs: sweepAtMs, untilMs, why, rules: [...new Set(rules)] });
    return;
  }
  openings[openings.length - 1] = { ...last, untilMs, rules: [...new Set([...last.rules, ...rules])] };
}

/** One sweep over the jobs that wait for their cancel; those that are cancelled, or ended, wait no more. */
function sweepOver(period: Period, waiting: Map<string, Waiting>, sweepAtMs: number): void {
  const verdicts = [...waiting.values()].flatMap((one) => verdictsOf(period, one, sweepAtMs));
  const recent = period.attempts.filter(({ atMs }) => sweepAtMs - atMs < hourMs);
  period.attempts.splice(0, period.attempts.length, ...recent);
  const plan = planIn(period.force.compiled, verdicts, {
    seen: period.seenAt(sweepAtMs),
    nowMs: sweepAtMs,
    attempts: period.attempts,
    failing: new Map(),
    breakerClosed: false,
    retriesOf: retriesIn(period, waiting, sweepAtMs),
  });
  if (plan.breaker.open) noteOpening(period, sweepAtMs, plan.breaker.why, plan.verdicts);
  for (const verdict of plan.verdicts) settle(period, waiting, verdict, { sweepAtMs, pastBreaker: plan.breaker.open });
  for (const [key, { hit, last }] of waiting) {
    if (hit.past.endedAtMs > sweepAtMs + sweepMs) continue;
    waiting.delete(key);
    period.planned.push(last ?? { hit, rule: hit.rule, because: hit.because });
  }
}

function settle(
  period: Period,
  waiting: Map<string, Waiting>,
  verdict: Verdict,
  { sweepAtMs, pastBreaker }: { readonly sweepAtMs: number; readonly pastBreaker: boolean },
): void {
  const { rule, because, heldBack, job } = verdict;
  const key = lifeKey(job);
  const one = waiting.get(key);
  if (one === undefined) return;
  const { hit } = one;
  if (heldBack !== undefined) {
    one.last = { hit, rule, because, heldBack };
    return;
  }
  const cancelAtMs = verdict.dueMs ?? sweepAtMs;
  waiting.delete(key);
  period.planned.push({ hit, rule, because, cancelAtMs });
  period.attempts.push({ atMs: cancelAtMs, owner: budgetOwner(verdict), pastBreaker });
  period.cancelled.push({ atMs: cancelAtMs, sameQuery: hit.past.sameQuery, principal: job.principal });
}

/**
 * Plays the sweeps of a period over its hits, through the product's own plan: the breaker over each sweep, the budgets of
 * sweeps, hours and owners, and what was cancelled before. A cancel that is held back is tried again by every sweep until
 * the job ends by itself.
 */
export function planPeriod(force: InForce, hits: readonly Hit[], seenAt: (sweepAtMs: number) => number): PlanOfPeriod {
  const period: Period = { force, seenAt, attempts: [], cancelled: [], planned: [], openings: [] };
  const ordered = hits.toSorted((a, b) => a.openAtMs - b.openAtMs);
  const waiting = new Map<string, Waiting>();
  let next = 0;
  let sweepAtMs = sweepBefore(ordered[0]?.openAtMs ?? 0);
  while (next < ordered.length || waiting.size > 0) {
    if (waiting.size === 0) sweepAtMs = Math.max(sweepAtMs, sweepBefore(ordered[next]?.openAtMs ?? 0));
    for (let hit = ordered[next]; hit !== undefined && hit.openAtMs < sweepAtMs + sweepMs; hit = ordered[next]) {
      waiting.set(lifeKey(hit.past.final), { hit });
      next += 1;
    }
    sweepOver(period, waiting, sweepAtMs);
    sweepAtMs += sweepMs;
  }
  return { planned: period.planned, openings: period.openings };
}
