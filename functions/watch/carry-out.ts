import type { Canceller, JobSource } from '../../shared/engines/engine.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { whyObserved } from '../../shared/evaluate/observed.ts';
import { isPlanned } from '../../shared/evaluate/safety.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { HeldBack, Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { enforce, type Enforcer } from './enforce.ts';
import { observing } from './observe.ts';
import { inParallel } from './parallel.ts';
import type { Run } from './world.ts';

/** Each cancel waits for its proof, so that many are under way at once; the pacing of calls is the engine's. */
const atOnce = 32;

/** Why a verdict is only observed: held back by its mode, in words. */
function observedBecause({ compiled }: Run, { modes }: Verdict): HeldBack {
  const why = whyObserved(modes, compiled.deployment.settingSays);
  return { by: 'mode', why: why ?? 'Only observed.' };
}

/** What the policy makes of a job on a second look: the verdict of the same rule, with what holds it back by then. */
function judgeAgain(run: Run, verdict: Verdict, job: Job): Verdict | undefined {
  const nowMs = run.world.clock.now();
  const again = judge(run.compiled, job, nowMs).find((one) => one.rule === verdict.rule);
  if (again === undefined || again.mode !== verdict.mode) return undefined;
  return { ...again, owner: verdict.owner };
}

/** What holds every cancel back when the policy's text is not the one any more that this sweep read. */
export async function policyMoved(run: Run): Promise<HeldBack | undefined> {
  const stands = (await run.world.policy.stands?.(run.textSha256)) ?? true;
  if (stands) return undefined;
  const why = 'The policy was changed, or became unreadable, after this sweep began; the next one judges the job anew.';
  return { by: 'look-again', why };
}

function enforcer(run: Run, verdict: Verdict, source: JobSource, canceller: Canceller): Enforcer {
  return {
    source,
    canceller,
    clock: run.world.clock,
    budget: run.acting,
    cancelByMs: run.cancelByMs,
    judge: (job) => judgeAgain(run, verdict, job),
    // What is only observed sends nothing that could be stopped.
    stopped: async () => (verdict.mode === 'enforce' ? ((await run.world.stop()) ?? policyMoved(run)) : undefined),
  };
}

function notOpened(verdict: Verdict): Outcome {
  const why = 'Its engine could not be opened.';
  return { verdict: { ...verdict, heldBack: { by: 'look-again', why } }, did: 'held-back', why, job: verdict.job };
}

/** Carries one cancel out, in enforce for real and in observe up to the call: not before it is due. */
export async function cancelOne(run: Run, verdict: Verdict): Promise<Outcome> {
  const source = run.opened.sources[verdict.job.engine];
  const canceller = verdict.mode === 'enforce' ? run.opened.cancellers[verdict.job.engine] : observing;
  if (source === undefined || canceller === undefined) return notOpened(verdict);
  const waitMs = (verdict.dueMs ?? 0) - run.world.clock.now();
  if (waitMs > 0) await run.world.clock.wait(waitMs, run.acting.signal);
  const outcome = await enforce(verdict, enforcer(run, verdict, source, canceller));
  if (outcome.did !== 'would-have-been-cancelled') return outcome;
  return { ...outcome, verdict: { ...outcome.verdict, heldBack: observedBecause(run, outcome.verdict) } };
}

/** What becomes of a verdict for which nothing is sent: it asks for no cancel, is held back, or was observed before. */
export function withoutCancel(run: Run, verdict: Verdict): Outcome {
  const { job, action, mode, heldBack } = verdict;
  if (heldBack?.tell === true) {
    if (mode === 'enforce') return { verdict, did: 'warned', why: heldBack.why, job };
    const why = `${observedBecause(run, verdict).why} ${heldBack.why}`;
    return { verdict, did: 'would-have-been-warned', why, job };
  }
  if (heldBack !== undefined) return { verdict, did: 'held-back', why: heldBack.why, job };
  if (action === 'record') return { verdict, did: 'recorded', why: 'The rule only records.', job };
  if (mode === 'enforce' && action === 'warn') return { verdict, did: 'warned', why: 'Its owner is told.', job };
  const observed = observedBecause(run, verdict);
  const did = action === 'cancel' ? 'would-have-been-cancelled' : 'would-have-been-warned';
  return { verdict: { ...verdict, heldBack: observed }, did, why: observed.why, job };
}

/**
 * Carries the cancels out, in enforce for real and in observe up to the call: those that are due first, in the order
 * given, and many at once.
 */
export async function carryOut(run: Run, planned: readonly Verdict[]): Promise<readonly Outcome[]> {
  const inTime = planned.filter(isPlanned).toSorted((a, b) => (a.dueMs ?? 0) - (b.dueMs ?? 0));
  return inParallel(inTime, atOnce, (verdict) => cancelOne(run, verdict));
}
