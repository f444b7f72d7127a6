import { EngineError, type JobSource } from '../../shared/engines/engine.ts';
import { modesOf, softestOf } from '../../shared/evaluate/evaluate.ts';
import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { isBeingCancelled, type Case } from '../../shared/ledger/case.ts';
import { observing } from './observe.ts';
import { inParallel } from './parallel.ts';
import { howItEnded, leftovers } from './verify.ts';
import type { Run } from './world.ts';

const maxFollowed = 200;
const followedAtOnce = 8;
const maxAttempts = 3;
/** A cancel usually takes less than a minute (BigQuery documentation); after this long it had no effect. */
const withoutEffectMs = 180_000;

function outcomeOf(verdict: Verdict, job: Job | undefined, sentAtMs: number | undefined, nowMs: number): Outcome {
  if (job === undefined) {
    return {
      verdict,
      did: 'gone',
      why: 'The engine no longer knows the job.',
      job: verdict.job,
      cancelSentAtMs: sentAtMs,
    };
  }
  const proof = howItEnded(job);
  return { verdict, ...proof, cancelSentAtMs: sentAtMs, confirmedAtMs: proof.did === 'cancelled' ? nowMs : undefined };
}

function goesOn(run: Run, known: Case, job: Job, nowMs: number): void {
  const ageMs = nowMs - (known.cancelSentAtMs ?? nowMs);
  if (ageMs > withoutEffectMs && known.attempts < maxAttempts) run.book.reopen(known);
  run.troubles.push(
    `${jobName(job)} is still ${job.state} ${Math.round(ageMs / 1000)} s after its cancel (attempt ${known.attempts}).`,
  );
}

/** Children that outlived their parent are cancelled as long as the rule that reached the parent is still in force. */
async function leftoversOf(run: Run, verdict: Verdict, job: Job, source: JobSource): Promise<readonly Job[]> {
  const rule = run.compiled.policy.rules.find(({ name }) => name === verdict.rule);
  const isInForce = rule !== undefined && softestOf(modesOf(run.compiled, job, rule)) === 'enforce';
  const canceller = (isInForce ? run.opened.cancellers[job.engine] : undefined) ?? observing;
  return leftovers(job, { source, canceller, budget: run.listing });
}

async function look(run: Run, known: Case, verdict: Verdict, source: JobSource): Promise<readonly Outcome[]> {
  const { clock } = run.world;
  const job = await source.get(known.job, run.listing);
  if (job !== undefined && job.state !== 'done') {
    goesOn(run, known, job, clock.now());
    return [];
  }
  const running = job === undefined ? [] : await leftoversOf(run, verdict, job, source);
  if (running.length === 0) return [outcomeOf(verdict, job, known.cancelSentAtMs, clock.now())];
  run.troubles.push(`${jobName(known.job)} is done, but ${running.length} of its child jobs still run.`);
  return [];
}

async function follow(run: Run, known: Case, verdict: Verdict): Promise<readonly Outcome[]> {
  const source = run.opened.sources[known.job.engine];
  const said = `${jobName(known.job)} could not be followed up`;
  try {
    if (source !== undefined) return await look(run, known, verdict, source);
    run.troubles.push(`${said}: the policy has no target of its engine any more.`);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    run.troubles.push(`${said}: ${error.message}`);
  }
  return [];
}

/** Looks what became of the jobs whose cancel was sent by an earlier sweep and not confirmed. */
export async function followUp(run: Run): Promise<readonly Outcome[]> {
  const open = run.book.open().filter(isBeingCancelled).slice(0, maxFollowed);
  const outcomes = await inParallel(open, followedAtOnce, async (known) =>
    known.pending === undefined ? [] : follow(run, known, known.pending),
  );
  return outcomes.flat();
}
