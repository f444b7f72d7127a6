import { EngineError, type JobSource } from '../../shared/engines/engine.ts';
import { modesOf, softestOf } from '../../shared/evaluate/evaluate.ts';
import { holdOf } from '../../shared/evaluate/hold.ts';
import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import {
  attemptsUsed,
  isBeingCancelled,
  isCaseOf,
  isPastItsPlan,
  maxAttempts,
  mayTryAgain,
} from '../../shared/ledger/case.ts';
import type { Case } from '../../shared/ledger/document.ts';
import { standstillOf } from './circumstances.ts';
import { sweepTimes } from './clock.ts';
import { observing } from './observe.ts';
import { inParallel } from './parallel.ts';
import { howItEnded, leftovers } from './verify.ts';
import type { Run } from './world.ts';

const maxFollowed = 200;
const followedAtOnce = 8;
/** A cancel usually takes less than a minute (BigQuery documentation); after this long it had no effect. */
const withoutEffectMs = 180_000;

/** How a case ended: for a cancel on its way, what the engine says; for a job that was only watched, that it is over. */
function endOf(known: Case, verdict: Verdict, job: Job | undefined, nowMs: number): Outcome {
  const cancelSentAtMs = known.cancelSentAtMs;
  if (job === undefined) {
    const why = 'The engine no longer knows the job.';
    const did = isBeingCancelled(known) ? 'gone' : 'ended';
    return { verdict, did, why, job: verdict.job, cancelSentAtMs };
  }
  const proof = howItEnded(job);
  if (!isBeingCancelled(known)) return { verdict, did: 'ended', why: `It is over. ${endWords(job)}`, job };
  return { verdict, ...proof, cancelSentAtMs, confirmedAtMs: proof.did === 'cancelled' ? nowMs : undefined };
}

function endWords({ end }: Job): string {
  if (end === undefined) return 'Its record does not say how it ended.';
  if (end.how === 'succeeded') return 'It succeeded.';
  return `It ${end.how === 'stopped' ? 'was stopped' : 'failed'} (${end.reason ?? 'no reason given'}).`;
}

function goesOn(run: Run, known: Case, job: Job, nowMs: number): void {
  if (!isBeingCancelled(known)) return;
  if (mayTryAgain(known, nowMs, withoutEffectMs)) run.book.reopen(known);
  const since = known.cancelSentAtMs === undefined ? 'was planned' : 'was sent';
  const seconds = Math.round((nowMs - (known.cancelSentAtMs ?? known.updatedAtMs)) / 1000);
  const last = attemptsUsed(known) >= maxAttempts ? ' Jobwarden has given up: cancel it by hand.' : '';
  run.troubles.push(
    `${jobName(job)} is still ${job.state} ${seconds} s after its cancel ${since} (attempt ${attemptsUsed(known)}).${last}`,
  );
}

/** Whether the rule that reached a job is still in force for it, and nothing in the policy holds it back by now. */
function isStillMeant({ compiled, world }: Run, { rule: name }: Verdict, job: Job): boolean {
  const rule = compiled.policy.rules.find((one) => one.name === name);
  if (rule === undefined || softestOf(modesOf(compiled, job, rule)) !== 'enforce') return false;
  return holdOf(compiled, { job, rule: name }, world.clock.now()) === undefined;
}

/** Children that outlived their parent are cancelled as long as the rule that reached the parent still means it. */
async function leftoversOf(run: Run, verdict: Verdict, job: Job, source: JobSource): Promise<readonly Job[]> {
  const mayCancel = isStillMeant(run, verdict, job) && standstillOf(run, await run.world.stop()) === undefined;
  const canceller = (mayCancel ? run.opened.cancellers[job.engine] : undefined) ?? observing;
  return leftovers(job, { source, canceller, budget: run.listing });
}

async function look(run: Run, known: Case, verdict: Verdict, source: JobSource): Promise<readonly Outcome[]> {
  const { clock } = run.world;
  const found = await source.get(known.job, run.listing);
  // Ids may be used again: another job under this one says nothing of ours but that it is gone.
  const job = found !== undefined && isCaseOf(known, found) ? found : undefined;
  if (job !== undefined && job.state !== 'done') {
    goesOn(run, known, job, clock.now());
    return [];
  }
  const isOurs = job !== undefined && isBeingCancelled(known);
  const running = isOurs ? await leftoversOf(run, verdict, job, source) : [];
  if (running.length === 0) return [endOf(known, verdict, job, clock.now())];
  run.troubles.push(`${jobName(known.job)} is done, but ${running.length} of its child jobs still run.`);
  return [];
}

async function follow(run: Run, known: Case): Promise<readonly Outcome[]> {
  const { verdict } = known;
  const source = run.opened.sources[known.job.engine];
  const said = `${jobName(known.job)} could not be followed up`;
  try {
    if (source !== undefined && verdict !== undefined) return await look(run, known, verdict, source);
    run.troubles.push(`${said}: the policy has no target of its engine any more.`);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    run.troubles.push(`${said}: ${error.message}`);
  }
  return [];
}

async function followAll(run: Run, cases: readonly Case[]): Promise<readonly Outcome[]> {
  const outcomes = await inParallel(cases.slice(0, maxFollowed), followedAtOnce, (known) => follow(run, known));
  return outcomes.flat();
}

/** The run with less time: an engine that hangs while its cases are followed up must leave the others theirs. */
function inItsTime(run: Run, nowMs: number): Run {
  const signal = AbortSignal.any([run.listing.signal, run.world.clock.after(sweepTimes.followMs)]);
  return { ...run, listing: { untilMs: Math.min(run.listing.untilMs, nowMs + sweepTimes.followMs), signal } };
}

/**
 * Looks what became of the jobs whose cancel was planned or sent by an earlier sweep and not confirmed. A plan that is
 * not over yet belongs to the sweep that made it.
 */
export async function followUp(run: Run): Promise<readonly Outcome[]> {
  const nowMs = run.world.clock.now();
  const isOurs = (known: Case) => isBeingCancelled(known) && isPastItsPlan(known, nowMs);
  // What can still be done comes first: cases without attempts left must not keep the others waiting.
  const open = run.book.open().filter(isOurs);
  return followAll(
    inItsTime(run, nowMs),
    open.toSorted((a, b) => attemptsUsed(a) - attemptsUsed(b)),
  );
}

/**
 * Looks after the cases of jobs that a complete listing did not show any more: their last numbers are the evidence for
 * switching to enforce. Absence from a listing that is not complete says nothing.
 */
export async function followMissing(
  run: Run,
  seen: ReadonlySet<string>,
  complete: ReadonlySet<string>,
): Promise<readonly Outcome[]> {
  const isMissing = (known: Case) => !isBeingCancelled(known) && !seen.has(known.id) && complete.has(known.job.target);
  return followAll(run, run.book.open().filter(isMissing));
}

/** The story of a job that goes on and breaks no rule any more: it ends without anything having been done. */
export function withdrawn(run: Run, innocent: ReadonlyMap<string, Job>): readonly Outcome[] {
  return run.book.open().flatMap((known) => {
    const job = innocent.get(known.id);
    const { verdict } = known;
    if (job === undefined || verdict === undefined || isBeingCancelled(known)) return [];
    return [{ verdict, did: 'withdrawn' as const, why: 'It breaks no rule any more.', job }];
  });
}
