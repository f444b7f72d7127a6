import type { Job } from '../../jobs/job.ts';
import type { CallBudget, CancelAnswer, Canceller } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { again, wordsOf } from './again.ts';
import type { Connection } from './connection.ts';
import { named } from './id.ts';
import { cancelOperation } from './operations.ts';
import { stopRun } from './runs.ts';
import { seen } from './source.ts';

/** Stops single runs and cancels single operations; both are safe to repeat. Nothing else here changes anything. */
export function dataFusionCanceller(on: Connection): Canceller {
  return { cancel: (job, budget) => cancel(job, on, budget) };
}

async function cancel(job: Job, on: Connection, budget: CallBudget): Promise<CancelAnswer> {
  try {
    const name = named(job);
    if ('operation' in name) await cancelOperation(job, name.operation, on, budget);
    else if (!(await stopRun(job, name, on, budget))) return { kind: 'gone' };
    return { kind: 'accepted' };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return afterRefusal(error, () => seen(job, on, budget));
  }
}

/**
 * What a refusal means. Which code a job that has ended is refused with is not documented ("is not running" is a 400 of
 * CDAP), so the job itself is asked.
 */
async function afterRefusal(error: EngineError, look: () => ReturnType<typeof seen>): Promise<CancelAnswer> {
  if (error.failure === 'forbidden') return { kind: 'forbidden', why: error.message };
  if (error.failure === 'not-found') return { kind: 'gone' };
  if (error.status === 501) return { kind: 'unsupported', why: error.message };
  if (error.failure !== 'rejected' || error.status === undefined) throw error;
  const now = await look();
  if (now === undefined) return { kind: 'gone' };
  if (now.job.state === 'done') return { kind: 'already-done', job: now.job };
  if (now.isStopping) return { kind: 'accepted' };
  throw again(error, `${wordsOf(error)}; it is ${now.job.state} still`);
}
