import type { CallBudget, Canceller, JobSource } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { End } from '../../shared/jobs/verdict.ts';
import type { Clock } from './clock.ts';

/** What became of a job whose cancel was sent. */
export interface Proof {
  readonly did: End;
  readonly why: string;
  readonly job: Job;
}

export interface Verifier {
  readonly source: JobSource;
  readonly canceller: Canceller;
  readonly clock: Clock;
  readonly budget: CallBudget;
  /** Asked before each cancel of a child that outlived its parent; left out, each of them may be sent. */
  readonly mayCancel?: () => Promise<boolean>;
}

const pausesMs = [500, 1000, 2000, 4000, 8000];

/**
 * What a done job's end means after a cancel. BigQuery also reports a job's own time-out as `stopped`, with the message
 * "Job execution was cancelled: Job timed out after 2 sec" (public reports), so the message is read too.
 */
export function howItEnded(job: Job): Proof {
  const { end } = job;
  if (end === undefined)
    return { did: 'failed-by-itself', why: 'It is done, and its record does not say how it ended.', job };
  const said = [end.reason, end.message].filter((part) => part !== undefined).join(': ');
  if (end.how === 'succeeded') return { did: 'finished-first', why: 'It finished before the cancel took effect.', job };
  if (end.how === 'failed')
    return { did: 'failed-by-itself', why: `It failed for a reason of its own (${said}).`, job };
  if (end.message !== undefined && (/timed out/i.test(end.message) || !/cancel/i.test(end.message))) {
    return { did: 'failed-by-itself', why: `It was stopped, but not by our cancel (${said}).`, job };
  }
  return { did: 'cancelled', why: `The engine reports it as stopped (${said}).`, job };
}

function mayHaveChildren(job: Job): boolean {
  return (job.children ?? 0) > 0 || job.statementType === 'SCRIPT' || job.statementType === undefined;
}

/** The children of a done job that still run. Each of them is asked to be cancelled, where it may be. */
export async function leftovers(
  job: Job,
  by: Pick<Verifier, 'source' | 'canceller' | 'budget' | 'mayCancel'>,
): Promise<readonly Job[]> {
  if (!mayHaveChildren(job)) return [];
  const children = await by.source.activeChildren(job, by.budget);
  for (const child of children) {
    const mayCancel = (await by.mayCancel?.()) ?? true;
    if (mayCancel) await by.canceller.cancel(child, by.budget);
  }
  return children;
}

async function look(job: Job, by: Verifier): Promise<Proof | string> {
  try {
    const now = await by.source.get(job, by.budget);
    if (now === undefined) return { did: 'gone', why: 'The engine no longer knows the job.', job };
    if (now.state !== 'done') return `It is still ${now.state}.`;
    const running = await leftovers(now, by);
    return running.length === 0 ? howItEnded(now) : `${running.length} of its child jobs still run.`;
  } catch (error) {
    if (error instanceof EngineError) return `It could not be looked at: ${error.message}`;
    throw error;
  }
}

/**
 * Looks at a job until it is done, with growing pauses, or until the budget's time is used: then it is `unconfirmed`,
 * and a later sweep looks again. A script counts as done when no child of it runs; children that do are cancelled.
 */
export async function verify(job: Job, by: Verifier): Promise<Proof> {
  let seen = 'There was no time to look.';
  for (let turn = 0; ; turn += 1) {
    const pauseMs = pausesMs[Math.min(turn, pausesMs.length - 1)] ?? 8000;
    if (by.budget.signal.aborted || by.clock.now() + pauseMs >= by.budget.untilMs) break;
    await by.clock.wait(pauseMs, by.budget.signal);
    const found = await look(job, by);
    if (typeof found !== 'string') return found;
    seen = found;
  }
  return { did: 'unconfirmed', why: `The cancel was accepted, but its effect is not seen yet. ${seen}`, job };
}
