import { caseId } from '../../shared/audit/event.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import { breakerFor } from '../../shared/evaluate/breaker.ts';
import type { Job, JobRef } from '../../shared/jobs/job.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { isCaseOf, isLeftAlone } from '../../shared/ledger/case.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { carryOut } from './carry-out.ts';
import { intend, isReal } from './intend.ts';
import { letThrough, notRecorded } from './late.ts';
import { targetsOf } from './look.ts';
import { inParallel } from './parallel.ts';
import type { Outbox } from './publish.ts';
import { judgeWithin } from './soon.ts';
import type { Run } from './world.ts';

// What the sweep before handed over is due by now, or within seconds. It does not wait for the listing.

type HandedOver = NonNullable<LedgerDocument['foreseen']>;

/** What came of the jobs that were handed over. */
export interface First {
  /** Cancels that are on record as planned, and are being carried out: they count for everything that is planned later. */
  readonly granted: readonly Verdict[];
  /** What became of them, once that is known. */
  readonly outcomes: Promise<readonly Outcome[]>;
  /** Cancels whose plan could not be recorded. */
  readonly unrecorded: readonly Outcome[];
  /** The ledger's generation by now. */
  readonly generation: string;
}

const atOnce = 16;
/** A look that takes longer is left to the listing: nobody waits for it. */
const lookMs = 1500;
/** Sweeps are a minute apart, and may begin a little late; what was handed over to one that never came is old. */
const freshForMs = 90_000;

/**
 * The jobs to look at. None where the policy is another by now: how many jobs that one reaches, which the breaker goes
 * by, is known after the listing. None either where all that were foreseen, also those that were left out, are more than
 * the breaker lets through: it is asked by what the sweep before saw, since this one has seen nothing yet.
 */
function handedOver(run: Run): HandedOver['jobs'] {
  const { foreseen, policySeen } = run.before.document;
  if (foreseen === undefined || policySeen?.sha256 !== run.context.policy.sha256) return [];
  const ageMs = run.startedAtMs - foreseen.atMs;
  if (ageMs < 0 || ageMs > freshForMs) return [];
  if (breakerFor(foreseen.count, foreseen.seen, run.compiled.policy.breaker).open) return [];
  const targets = new Set(targetsOf(run).map(({ name }) => name));
  return foreseen.jobs.filter(({ job }) => targets.has(job.target));
}

/** The job as it is now; undefined where it is over, is another one, or cannot be seen: then the listing tells. */
async function lookAt(run: Run, job: HandedOver['jobs'][number]['job'], signal: AbortSignal): Promise<Job | undefined> {
  const ref: JobRef = job;
  const budget = { untilMs: run.listing.untilMs, signal };
  try {
    const fresh = await run.opened.sources[job.engine]?.get(ref, budget);
    return fresh !== undefined && isCaseOf({ job }, fresh) ? fresh : undefined;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** The cancel of a job that is over its limit by now, or will be before this sweep's last moment to cancel. */
function dueIn(run: Run, fresh: Job): readonly Verdict[] {
  const isElsewhere = run.part.elsewhere().has(caseId(fresh));
  if (isElsewhere || isLeftAlone(run.book.caseOf(fresh), run.world.clock.now())) return [];
  return judgeWithin(run, fresh).filter(isReal);
}

/** Writes the cancels ahead, and carries them out. */
async function cancelThose(run: Run, outbox: Outbox, free: readonly Verdict[]): Promise<First> {
  const { document, generation: before } = run.before;
  const kept = { troubles: document.troubles };
  const generation = await intend(run, outbox, free, { pastBreaker: false, kept, generation: before });
  if (generation === undefined) return { ...nothing(run), unrecorded: free.map(notRecorded) };
  const outcomes = carryOut(run, free);
  // Whoever waits for them hears of it; until then it is nobody's.
  outcomes.catch(() => undefined);
  return { granted: free, outcomes, unrecorded: [], generation };
}

function nothing(run: Run): First {
  return { granted: [], outcomes: Promise.resolve([]), unrecorded: [], generation: run.before.generation };
}

/**
 * Looks at the jobs that the sweep before handed over, judges them anew, and plans and cancels those that are due, with
 * all the care that is taken of any cancel. Settles when their plan is on record; the cancels are then under way.
 */
export async function cancelFirst(run: Run, outbox: Outbox): Promise<First> {
  const jobs = handedOver(run);
  if (jobs.length === 0) return nothing(run);
  const signal = AbortSignal.any([run.listing.signal, run.world.clock.after(lookMs)]);
  const fresh = await inParallel(jobs, atOnce, async ({ job }) => ({ job: await lookAt(run, job, signal) }));
  const due = fresh.flatMap(({ job }) => (job === undefined ? [] : dueIn(run, job)));
  if (due.length === 0) return nothing(run);
  const free = await letThrough(run, [], due, run.before.document.foreseen?.seen ?? 0);
  if (free.length === 0 || run.world.clock.now() >= run.cancelByMs) return nothing(run);
  return cancelThose(run, outbox, free);
}
