import type { CancelAnswer } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import { isSameJob, type Job } from '../../shared/jobs/job.ts';
import type { HeldBack, Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { howItEnded, verify, type Verifier } from './verify.ts';

/** What one cancel needs. `judge` says what the policy in force makes of the job as it is now. */
export interface Enforcer extends Verifier {
  /** Epoch ms; no cancel starts at or after it. */
  readonly cancelByMs: number;
  readonly judge: (job: Job) => Verdict | undefined;
  /** Asked right before the call: what stops every cancel, if anything does. */
  readonly stopped: () => Promise<HeldBack | undefined>;
}

const afterErrorMs = 6000;

function heldBack(verdict: Verdict, by: HeldBack['by'], why: string): Outcome {
  return { verdict: { ...verdict, heldBack: { by, why } }, did: 'held-back', why, job: verdict.job };
}

function beforeTheCancel(verdict: Verdict, job: Job): Outcome {
  const { did, why } = howItEnded(job);
  const ended = did === 'cancelled' ? 'Somebody else had it stopped before.' : why;
  return { verdict, did: did === 'cancelled' ? 'failed-by-itself' : did, why: `No cancel was sent. ${ended}`, job };
}

/** Decides from a fresh record whether the planned cancel still stands: the job to cancel, or what to say instead. */
function lookAgain(verdict: Verdict, fresh: Job | undefined, judge: Enforcer['judge']): Verdict | Outcome {
  if (fresh === undefined) {
    return { verdict, did: 'gone', why: 'No cancel was sent. The engine no longer knows the job.', job: verdict.job };
  }
  if (!isSameJob(verdict.job, fresh)) {
    return heldBack(verdict, 'look-again', 'The job found under this id is not certain to be the one that was judged.');
  }
  if (fresh.state === 'done') return beforeTheCancel(verdict, fresh);
  const again = judge(fresh);
  if (again === undefined || again.action !== 'cancel' || again.phase !== 'limit') {
    return heldBack({ ...verdict, job: fresh }, 'look-again', 'Looked at again, the job no longer breaks the rule.');
  }
  if (again.heldBack !== undefined) return heldBack({ ...again }, again.heldBack.by, again.heldBack.why);
  return again;
}

async function afterTheAnswer(verdict: Verdict, answer: CancelAnswer, by: Enforcer): Promise<Omit<Outcome, 'verdict'>> {
  const { job } = verdict;
  switch (answer.kind) {
    case 'observed':
      return { did: 'would-have-been-cancelled', why: 'Observed only: nothing was sent.', job };
    case 'already-done':
      return howItEnded(answer.job);
    case 'gone':
      return { did: 'gone', why: 'The engine no longer knows the job.', job };
    case 'forbidden':
      return { did: 'forbidden', why: answer.why, job };
    case 'unsupported':
      return { did: 'error', why: answer.why, job };
    case 'accepted':
      return verify(job, by);
  }
}

/** A call that failed may have arrived all the same, so the job is looked at before anything is said about it. */
async function ask(verdict: Verdict, by: Enforcer): Promise<Omit<Outcome, 'verdict'>> {
  try {
    // No try of it starts once another sweep may look after the job.
    const fenced = { ...by.budget, untilMs: Math.min(by.budget.untilMs, by.cancelByMs) };
    return await afterTheAnswer(verdict, await by.canceller.cancel(verdict.job, fenced), by);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const untilMs = Math.min(by.budget.untilMs, by.clock.now() + afterErrorMs);
    const proof = await verify(verdict.job, { ...by, budget: { ...by.budget, untilMs } });
    if (proof.did !== 'unconfirmed') return proof;
    return { did: 'error', why: `The cancel failed: ${error.message}`, job: proof.job };
  }
}

/** Each cancel of a child is one of its own: it asks the switch again, and starts in time. */
function withChildren(by: Enforcer): Enforcer {
  const mayCancel = async () => (await by.stopped()) === undefined && by.clock.now() < by.cancelByMs;
  return { ...by, mayCancel };
}

async function send(verdict: Verdict, by: Enforcer): Promise<Outcome> {
  const stop = await by.stopped();
  if (stop !== undefined) return heldBack(verdict, stop.by, stop.why);
  // Last of all: to ask the switch may take its time too.
  if (by.budget.signal.aborted || by.clock.now() >= by.cancelByMs) {
    return heldBack(verdict, 'time', 'The time of this sweep was used up; the next one judges the job anew.');
  }
  const sentAtMs = by.clock.now();
  const result = await ask(verdict, withChildren(by));
  const cancelSentAtMs = result.did === 'would-have-been-cancelled' ? undefined : sentAtMs;
  return { verdict, ...result, cancelSentAtMs, confirmedAtMs: result.did === 'cancelled' ? by.clock.now() : undefined };
}

/**
 * Carries out one cancel: looks at the job again, judges it anew, cancels it, and looks until the result is known.
 * Never throws for a failing engine. This is the only place that cancels.
 */
export async function enforce(verdict: Verdict, by: Enforcer): Promise<Outcome> {
  let fresh: Job | undefined;
  try {
    fresh = await by.source.get(verdict.job, by.budget);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return heldBack(verdict, 'look-again', `The job could not be looked at again: ${error.message}`);
  }
  const now = lookAgain(verdict, fresh, by.judge);
  return 'did' in now ? now : send(now, by);
}
