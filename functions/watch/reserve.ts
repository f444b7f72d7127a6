import { caseId } from '../../shared/audit/event.ts';
import { jobsIn } from '../../shared/evaluate/breaker.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import { planBeside } from '../../shared/evaluate/plan-beside.ts';
import { planIn, type Plan } from '../../shared/evaluate/safety.ts';
import type { HeldBack, Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { withoutUnsent, type FleetDocument } from '../../shared/ledger/fleet.ts';
import type { FleetStore } from '../../shared/ledger/fleet-store.ts';
import { isReal } from './intend.ts';
import { askFor, type Granted } from './rights.ts';
import type { Run } from './world.ts';

/** A plan with the circumstances it was made under, and who closed the breaker by hand, as far as that holds for it. */
export interface Reserved extends Pick<Granted, 'plan' | 'now'> {
  readonly closed: FleetDocument['breakerClosed'];
}

/** What a plan is made of. */
interface ToPlan {
  readonly verdicts: readonly Verdict[];
  readonly now: Circumstances;
  readonly plan: (verdicts: readonly Verdict[], now: Circumstances) => Plan;
}

const mostTries = 8;
/** Cloud Storage takes about one write a second to an object, and everybody with something to cancel writes this one. */
const shortestWaitMs = 200;
const longestWaitMs = 3000;
/** So much of a sweep's time is left for what was granted. */
const leftMs = 8000;

const notReserved = (why: string): HeldBack => ({
  by: 'record',
  why: `It could not be agreed with the other shards, so it is not done: ${why}`,
});

function withoutCancels(plan: Plan, why: string): Plan {
  const verdicts = plan.verdicts.map((one) => (isReal(one) ? { ...one, heldBack: notReserved(why) } : one));
  return { ...plan, verdicts };
}

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

function asking(run: Run, { verdicts, now, plan }: ToPlan) {
  const { context, part, cancelByMs, startedAtMs, compiled } = run;
  const { ledger, minuteMs } = part;
  const limits = compiled.policy.breaker;
  const about = { ledger, minuteMs, beganMs: startedAtMs, notAfterMs: cancelByMs, limits };
  return { ...about, sweepId: context.sweepId, verdicts, now: { ...now, nowMs: run.world.clock.now() }, plan };
}

/** One try: the plan as it stands in the document by now, or why it is to be tried again. */
async function tryOnce(run: Run, fleet: FleetStore, what: ToPlan): Promise<Granted | string> {
  try {
    const { document, generation } = await fleet.read();
    const granted = askFor(document, asking(run, what));
    if (!granted.isNeeded) return granted;
    if ((await fleet.swap(granted.next, generation)) !== undefined) return granted;
    // What the others are told of this one alone is told another time.
    return granted.plan.verdicts.some(isReal) ? 'others wrote first each time' : granted;
  } catch (error) {
    return sentence(error);
  }
}

async function reserveIn(run: Run, fleet: FleetStore, what: ToPlan): Promise<Reserved> {
  const { clock } = run.world;
  let why = 'there was no time';
  for (let tries = 0; tries < mostTries && clock.now() < run.cancelByMs - leftMs; tries += 1) {
    const granted = await tryOnce(run, fleet, what);
    if (typeof granted !== 'string') return granted;
    why = granted;
    const mostMs = Math.min(longestWaitMs, shortestWaitMs * 2 ** (tries + 1));
    await clock.wait(shortestWaitMs + Math.random() * mostMs, run.acting.signal);
  }
  run.troubles.push(`The fleet's document could not be agreed on: ${why}.`);
  return { now: what.now, plan: withoutCancels(what.plan(what.verdicts, what.now), why), closed: undefined };
}

/**
 * The plan of a sweep. Where several instances share the work, its cancels are reserved in the fleet's document before
 * anything is recorded, so that breaker and budgets bound all of them together; what cannot be reserved is held back.
 */
export async function reserved(run: Run, verdicts: readonly Verdict[], now: Circumstances): Promise<Reserved> {
  const { fleet } = run.world;
  const plan = (given: readonly Verdict[], around: Circumstances) => planIn(run.compiled, given, around);
  if (fleet !== undefined) return reserveIn(run, fleet, { verdicts, now, plan });
  return { now, plan: plan(verdicts, now), closed: run.before.document.breakerClosed };
}

/**
 * Which cancels may be carried out beside those of a plan that stands, as `planBeside` says, reserved in the fleet's
 * document as well where there is one.
 */
export async function reservedBeside(
  run: Run,
  before: readonly Verdict[],
  verdicts: readonly Verdict[],
  now: Circumstances,
): Promise<readonly Verdict[]> {
  const { fleet } = run.world;
  const beside = (given: readonly Verdict[], around: Circumstances) => planBeside(run.compiled, before, given, around);
  if (fleet === undefined) return beside(verdicts, now);
  const plan = (given: readonly Verdict[], around: Circumstances): Plan => {
    const isOpen = around.fleet?.open !== undefined;
    const granted = isOpen ? [] : beside(given.filter(isReal), around);
    const planned = (around.fleet?.planned ?? 0) + jobsIn(before.filter(isReal)) + jobsIn(granted);
    return { verdicts: granted, breaker: { open: isOpen, planned, why: around.fleet?.open ?? '' } };
  };
  const { plan: granted } = await reserveIn(run, fleet, { verdicts, now, plan });
  return granted.verdicts.filter(isReal);
}

/** What of the outcomes was granted to this sweep and not sent. */
function unsentIn(outcomes: readonly Outcome[]): ReadonlySet<string> {
  const unsent = outcomes.filter(
    ({ verdict, did, cancelSentAtMs }) =>
      verdict.action === 'cancel' &&
      verdict.mode === 'enforce' &&
      did !== 'unconfirmed' &&
      cancelSentAtMs === undefined,
  );
  return new Set(unsent.map(({ verdict }) => caseId(verdict.job)));
}

/** Gives back what was granted and not sent. Where that fails it counts as used for an hour, which holds back too much rather than too little. */
export async function giveBack(run: Run, outcomes: readonly Outcome[]): Promise<void> {
  const { fleet, clock } = run.world;
  const { sweepId } = run.context;
  const unsent = unsentIn(outcomes);
  if (fleet === undefined || unsent.size === 0) return;
  try {
    for (let tries = 0; tries < 3 && clock.now() < run.acting.untilMs; tries += 1) {
      const { document, generation } = await fleet.read();
      const next = withoutUnsent(document, sweepId, unsent);
      if (next.reservations.length === document.reservations.length) return;
      if ((await fleet.swap(next, generation)) !== undefined) return;
      await clock.wait(shortestWaitMs + Math.random() * shortestWaitMs, run.acting.signal);
    }
  } catch (error) {
    run.world.log({ severity: 'WARNING', message: `Cancels that were not sent count as sent: ${sentence(error)}` });
  }
}
