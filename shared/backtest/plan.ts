import { budgetOwner } from '../evaluate/budget.ts';
import type { PastAttempt } from '../evaluate/circumstances.ts';
import { planBeside } from '../evaluate/plan-beside.ts';
import { planIn } from '../evaluate/safety.ts';
import type { PastJob } from '../history/past-job.ts';
import type { Job } from '../jobs/job.ts';
import type { HeldBack, Verdict } from '../jobs/verdict.ts';
import { ownerOf } from '../owners/owner.ts';
import { lifeKey, type InForce } from './in-force.ts';
import { cancelByMs, sweepBefore, sweepMs } from './instants.ts';
import { isOpen, plannedFor, verdictsAt, type Fall, type Life } from './life.ts';

/** A job that a sweep planned to cancel, from the first such sweep on, and what the policy made of its life. */
export interface Hit extends Pick<Life, 'plannable' | 'open' | 'later'> {
  readonly past: PastJob;
  readonly fromMs: number;
}

/** What became of the cancel of a job: when it was sent, or what held it back until the job ended; neither: it was withdrawn. */
export interface Planned {
  readonly past: PastJob;
  /** What was recorded and warned of before the cancel, and after it would have been sent first. */
  readonly later: readonly Fall[];
  /** When it would have been sent first. */
  readonly openAtMs: number;
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
  last?: Pick<Planned, 'rule' | 'because' | 'heldBack'>;
}

interface Cancelled {
  readonly atMs: number;
  /** When the job would have ended: until then it counts as seen where nothing is cancelled. */
  readonly endedAtMs: number;
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

/** What a sweep says of a job now, or where that is no cancel, what it plans for a moment before it ends. */
function judged({ force: { compiled } }: Period, { past, plannable }: Hit, sweepAtMs: number): readonly Verdict[] {
  const now = verdictsAt(compiled, past, sweepAtMs).filter(({ action }) => action === 'cancel');
  const dueMs = plannable.find((atMs) => atMs > sweepAtMs && atMs < sweepAtMs + cancelByMs);
  if (now.some(isOpen) || dueMs === undefined || sweepBefore(dueMs) !== sweepAtMs) return now;
  return plannedFor(compiled, past, dueMs)
    .filter(isOpen)
    .map((verdict) => ({ ...verdict, dueMs }));
}

/** The cancels of one sweep as it plans them; those that are due before the next one have their instant. */
function verdictsOf(period: Period, { hit }: Waiting, sweepAtMs: number): readonly Verdict[] {
  const { compiled, lookups } = period.force;
  return judged(period, hit, sweepAtMs).map((verdict) => ({
    ...verdict,
    owner: ownerOf(verdict.job, compiled.policy, lookups),
  }));
}

/** Whether the job did not come to the moment of its cancel as it was: the last look lets it go. */
function isInVain({ force }: Period, { hit }: Waiting, { rule, dueMs }: Verdict): boolean {
  const then = dueMs === undefined ? [] : verdictsAt(force.compiled, hit.past, dueMs);
  return dueMs !== undefined && !then.some((one) => one.rule === rule && isOpen(one));
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

/** What the sweep waits for because of a job's pace: its limit passes before the sweep is over, and nothing else is due. */
function nearOf(period: Period, { hit }: Waiting, sweepAtMs: number): readonly Verdict[] {
  const { compiled, lookups } = period.force;
  const { past, open, plannable } = hit;
  if (open === undefined || open.atMs <= sweepAtMs || plannable.includes(open.atMs)) return [];
  return verdictsAt(compiled, past, open.atMs)
    .filter(isOpen)
    .map((verdict) => ({ ...verdict, owner: ownerOf(verdict.job, compiled.policy, lookups), dueMs: open.atMs }));
}

/** The plan of one sweep over the jobs that wait for their cancel; `beside` are those of which their pace told it. */
function planOf(period: Period, waiting: ReadonlyMap<string, Waiting>, sweepAtMs: number) {
  const { compiled } = period.force;
  const all = [...waiting.values()];
  const recent = period.attempts.filter(({ atMs }) => sweepAtMs - atMs < hourMs);
  period.attempts.splice(0, period.attempts.length, ...recent);
  const gone = period.cancelled.filter(({ endedAtMs }) => endedAtMs > sweepAtMs).length;
  const now = {
    seen: period.seenAt(sweepAtMs) - gone,
    nowMs: sweepAtMs,
    attempts: period.attempts,
    failing: new Map(),
    breakerClosed: false,
    retriesOf: retriesIn(period, waiting, sweepAtMs),
  };
  const planned = planIn(
    compiled,
    all.flatMap((one) => verdictsOf(period, one, sweepAtMs)),
    now,
  );
  const near = all.flatMap((one) => nearOf(period, one, sweepAtMs));
  return { ...planned, beside: near.length === 0 ? [] : planBeside(compiled, planned.verdicts, near, now) };
}

/** One sweep over the jobs that wait for their cancel; those that are cancelled, or ended, wait no more. */
function sweepOver(period: Period, waiting: Map<string, Waiting>, sweepAtMs: number): void {
  const { breaker, verdicts, beside } = planOf(period, waiting, sweepAtMs);
  if (breaker.open) noteOpening(period, sweepAtMs, breaker.why, verdicts);
  for (const verdict of [...verdicts, ...beside]) {
    settle(period, waiting, verdict, { sweepAtMs, pastBreaker: breaker.open });
  }
  for (const [key, { hit, last }] of waiting) {
    const { past, open, later } = hit;
    if (past.endedAtMs > sweepAtMs + sweepMs) continue;
    waiting.delete(key);
    if (open === undefined) continue;
    period.planned.push({ past, later, openAtMs: open.atMs, ...(last ?? { rule: open.rule, because: open.because }) });
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
  if (one === undefined || isInVain(period, one, verdict)) return;
  if (heldBack !== undefined) {
    one.last = { rule, because, heldBack };
    return;
  }
  const { past } = one.hit;
  const cancelAtMs = verdict.dueMs ?? sweepAtMs;
  waiting.delete(key);
  const later = one.hit.later.filter(({ atMs }) => atMs < cancelAtMs);
  period.planned.push({ past, later, openAtMs: cancelAtMs, rule, because, cancelAtMs });
  period.attempts.push({ atMs: cancelAtMs, owner: budgetOwner(verdict), pastBreaker });
  const { sameQuery, endedAtMs } = past;
  period.cancelled.push({ atMs: cancelAtMs, endedAtMs, sameQuery, principal: job.principal });
}

/**
 * Plays the sweeps of a period over its hits, through the product's own plan: the breaker over each sweep, the budgets of
 * sweeps, hours and owners, and what was cancelled before. What is planned for a moment counts, whether the job comes to it
 * or not. A cancel that is held back is tried again by every sweep until the job ends by itself.
 */
export function planPeriod(force: InForce, hits: readonly Hit[], seenAt: (sweepAtMs: number) => number): PlanOfPeriod {
  const period: Period = { force, seenAt, attempts: [], cancelled: [], planned: [], openings: [] };
  const ordered = hits.toSorted((a, b) => a.fromMs - b.fromMs);
  const waiting = new Map<string, Waiting>();
  let next = 0;
  let sweepAtMs = sweepBefore(ordered[0]?.fromMs ?? 0);
  while (next < ordered.length || waiting.size > 0) {
    if (waiting.size === 0) sweepAtMs = Math.max(sweepAtMs, sweepBefore(ordered[next]?.fromMs ?? 0));
    for (let hit = ordered[next]; hit !== undefined && hit.fromMs < sweepAtMs + sweepMs; hit = ordered[next]) {
      waiting.set(lifeKey(hit.past.final), { hit });
      next += 1;
    }
    sweepOver(period, waiting, sweepAtMs);
    sweepAtMs += sweepMs;
  }
  return { planned: period.planned, openings: period.openings };
}
