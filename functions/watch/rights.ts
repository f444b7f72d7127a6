import { caseId } from '../../shared/audit/event.ts';
import { breakerFor } from '../../shared/evaluate/breaker.ts';
import { budgetOwner } from '../../shared/evaluate/budget.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import { isPlanned, type Plan } from '../../shared/evaluate/safety.ts';
import type { HeldBack, Verdict } from '../../shared/jobs/verdict.ts';
import { closedByHand } from '../../shared/ledger/closed-by-hand.ts';
import {
  minuteMs as period,
  reservedElsewhere,
  seenForMs,
  withAdded,
  type FleetDocument,
  type Reservation,
} from '../../shared/ledger/fleet.ts';
import type { Policy } from '../../shared/policy/schema.ts';

/** The sweep that asks the fleet for its cancels. Times are epoch ms. */
export interface Asking {
  readonly ledger: string;
  readonly sweepId: string;
  readonly minuteMs: number;
  /** When it read the ledgers of others; what they wrote later it does not know. */
  readonly beganMs: number;
  readonly notAfterMs: number;
  readonly limits: Policy['breaker'];
  readonly verdicts: readonly Verdict[];
  /** Its own circumstances, as if it were alone. */
  readonly now: Circumstances;
  /** Makes the plan: the same as for a sweep that is alone. */
  readonly plan: (verdicts: readonly Verdict[], now: Circumstances) => Plan;
}

/** What came of asking: the plan, under the circumstances of the fleet, and the document with what was granted. */
export interface Granted {
  readonly plan: Plan;
  readonly now: Circumstances;
  /** Who closed the breaker by hand, as far as it holds for this sweep. */
  readonly closed: FleetDocument['breakerClosed'];
  readonly next: FleetDocument;
  /** False: there is nothing in `next` that has to be known to others. */
  readonly isNeeded: boolean;
}

const hourMs = 3_600_000;
const sayAgainMs = 300_000;

const inOtherHands: HeldBack = {
  by: 'record',
  why: 'Its cancel is in the hands of another shard, which had the job before; the next sweep looks again.',
};

const isCancel = ({ action, mode, heldBack }: Verdict) =>
  action === 'cancel' && mode === 'enforce' && heldBack === undefined;

/** How many jobs the fleet sees: what the others said last, and what this one sees now. */
function seenBy({ tallies }: FleetDocument, { ledger, now }: Asking): number {
  const others = new Map<string, { readonly minuteMs: number; readonly seen: number }>();
  for (const one of tallies) {
    const isNewer = one.minuteMs >= (others.get(one.ledger)?.minuteMs ?? 0);
    if (one.ledger !== ledger && isNewer && now.nowMs - one.minuteMs < seenForMs) others.set(one.ledger, one);
  }
  return [...others.values()].reduce((sum, { seen }) => sum + seen, now.seen);
}

/**
 * Why the breaker of the fleet is open since before; undefined: it is not. Whether it closes is told by the last whole
 * minute, because in the present one others may still plan; and what was let through before it opened goes on counting,
 * as it would in one sweep over all targets.
 */
function openBefore(fleet: FleetDocument, { minuteMs, limits }: Asking, seen: number): string | undefined {
  const { breaker, tallies } = fleet;
  if (breaker === undefined) return undefined;
  if (minuteMs - breaker.minuteMs <= period) return breaker.why;
  const whole = tallies.filter((one) => one.minuteMs === minuteMs - period);
  const count = whole.reduce((sum, { planned }) => sum + planned, breaker.granted);
  const state = breakerFor(count, seen, limits);
  return state.open ? state.why : undefined;
}

/** Several targets in which cancels failed, wherever they are, mean that nothing is cancelled for a while. */
function standstillOf({ failing }: FleetDocument, { standstill, nowMs }: Circumstances): HeldBack | undefined {
  if (standstill !== undefined) return standstill;
  const targets = Object.values(failing).filter((untilMs) => nowMs < untilMs);
  if (targets.length < 2) return undefined;
  return { by: 'failures', why: 'Cancels failed in several targets; nothing is cancelled for ten minutes.' };
}

function byHandIn(fleet: FleetDocument, { minuteMs, now }: Asking): FleetDocument['breakerClosed'] {
  const used = fleet.breakerClosed?.usedMs;
  if (closedByHand(fleet, now.nowMs) === undefined) return undefined;
  return used === undefined || used === minuteMs ? fleet.breakerClosed : undefined;
}

/** The circumstances of a sweep as a part of its fleet. */
function aroundIn(fleet: FleetDocument, by: Asking, asked: ReadonlySet<string>): Circumstances {
  const { now, minuteMs } = by;
  const isMine = (one: Reservation) => one.sweepId === by.sweepId && asked.has(one.case);
  const others = fleet.reservations.filter((one) => !isMine(one));
  const planned = fleet.tallies.filter((one) => one.minuteMs === minuteMs && one.ledger !== by.ledger);
  const standstill = standstillOf(fleet, now);
  const seen = seenBy(fleet, by);
  return {
    ...now,
    seen,
    attempts: others.filter(({ atMs }) => now.nowMs - atMs < hourMs),
    ...(standstill === undefined ? {} : { standstill }),
    breakerClosed: byHandIn(fleet, by) !== undefined,
    fleet: {
      planned: planned.reduce((sum, one) => sum + one.planned, 0),
      granted: others.filter((one) => one.minuteMs === minuteMs).length,
      open: openBefore(fleet, by, seen),
    },
  };
}

function reservationOf(verdict: Verdict, by: Asking, pastBreaker: boolean): Reservation {
  const { minuteMs, notAfterMs, ledger, sweepId, now } = by;
  const owner = budgetOwner(verdict);
  return { case: caseId(verdict.job), owner, pastBreaker, atMs: now.nowMs, minuteMs, notAfterMs, ledger, sweepId };
}

/** The breaker of the fleet after this plan, and its closing by hand, which one minute may use up. */
function breakerAfter(fleet: FleetDocument, by: Asking, done: Pick<Granted, 'plan' | 'now' | 'closed'>) {
  const { plan, now, closed } = done;
  if (!plan.breaker.open) return { breaker: undefined, breakerClosed: fleet.breakerClosed };
  if (closed !== undefined) return { breaker: undefined, breakerClosed: { ...closed, usedMs: by.minuteMs } };
  const before = now.fleet?.open === undefined ? undefined : fleet.breaker;
  const opened = { sinceMs: now.nowMs, minuteMs: by.minuteMs, why: plan.breaker.why, granted: now.fleet?.granted ?? 0 };
  return { breaker: before ?? opened, breakerClosed: fleet.breakerClosed };
}

/** Whether others have to know: cancels are planned, a target fails, or they have not heard for a while how many jobs there are. */
function mustTell(fleet: FleetDocument, by: Asking, planned: number): boolean {
  const { failing, nowMs, seen } = by.now;
  const last = fleet.tallies.findLast(({ ledger }) => ledger === by.ledger);
  const isOld = seen > 0 && (last === undefined || nowMs - last.minuteMs >= sayAgainMs);
  return planned > 0 || isOld || [...failing.keys()].some((target) => fleet.failing[target] === undefined);
}

/**
 * Asks the fleet for the cancels of one sweep: what breaker and budgets of the policy let through beside everything that
 * others planned and were granted. A job that another ledger was granted is not granted again before that one can be
 * known to this sweep. Pure: it holds if the document is swapped for `next`, and else has to be asked again.
 */
export function askFor(fleet: FleetDocument, by: Asking): Granted {
  const asked = new Set(by.verdicts.filter(isCancel).map(({ job }) => caseId(job)));
  const verdicts = by.verdicts.map((verdict) =>
    isCancel(verdict) && reservedElsewhere(fleet, caseId(verdict.job), by)
      ? { ...verdict, heldBack: inOtherHands }
      : verdict,
  );
  const now = aroundIn(fleet, by, asked);
  const plan = by.plan(verdicts, now);
  const closed = byHandIn(fleet, by);
  const pastBreaker = plan.breaker.open && closed === undefined;
  const granted = plan.verdicts.filter((verdict) => isPlanned(verdict) && verdict.mode === 'enforce');
  const planned = plan.breaker.planned - (now.fleet?.planned ?? 0);
  const added = {
    tally: { ledger: by.ledger, minuteMs: by.minuteMs, planned, seen: by.now.seen },
    asked,
    reservations: granted.map((verdict) => reservationOf(verdict, by, pastBreaker)),
    failing: Object.fromEntries([...by.now.failing.keys()].map((target) => [target, by.now.nowMs + sayAgainMs])),
    ...breakerAfter(fleet, by, { plan, now, closed }),
  };
  const next = withAdded(fleet, by.sweepId, added, now.nowMs);
  return { plan, now, closed, next, isNeeded: mustTell(fleet, by, planned) };
}
