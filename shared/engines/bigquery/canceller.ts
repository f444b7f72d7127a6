import type { Job } from '../../jobs/job.ts';
import type { CallBudget, CancelAnswer, Canceller } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { cancelCall } from './calls.ts';
import type { Client } from './client.ts';
import { parsed } from '../http/json.ts';
import { valueAt } from '../http/read.ts';
import { readJob } from './record.ts';
import { answers } from './source.ts';

/** Cancels BigQuery jobs, which is safe to repeat. Nothing else in Jobwarden changes anything in BigQuery. */
export function bigQueryCanceller(request: Client): Canceller {
  return { cancel: (job, budget) => cancel(request, job, budget) };
}

async function cancel(request: Client, job: Job, budget: CallBudget): Promise<CancelAnswer> {
  try {
    return answerIn(await request(cancelCall(job), { project: job.project, budget }), job);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.failure === 'forbidden') return { kind: 'forbidden', why: error.message };
    // Without a location a 404 may only mean that the job is elsewhere (BigQuery error table).
    if (error.failure === 'not-found' && job.location !== undefined) return { kind: 'gone' };
    throw error;
  }
}

/**
 * Any 2xx means that the cancel was taken. The body is sometimes empty although the reference promises the job, and a
 * job that was done before comes back as it ended.
 */
function answerIn(body: string, asked: Job): CancelAnswer {
  const found = { target: asked.target, project: asked.project, location: asked.location, withText: false };
  const reading = readJob(valueAt(parsed(body), 'job'), found);
  const done = 'job' in reading && reading.job.state === 'done' && answers(reading.job, asked);
  return done ? { kind: 'already-done', job: reading.job } : { kind: 'accepted' };
}
