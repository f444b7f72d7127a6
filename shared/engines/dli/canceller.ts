import type { Job } from '../../jobs/job.ts';
import type { CallBudget, CancelAnswer, Canceller } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { objectIn } from '../http/json.ts';
import { cancelCall } from './calls.ts';
import { isSuccess, saidIn } from './pages.ts';
import { engine, jobPlaceOf, type JobPlace } from './place.ts';
import { fetchJob, isOfQueue, type Looking } from './source.ts';

/** Cancels SQL jobs and Spark batches of DLI, which is safe to repeat. Nothing else here changes anything in DLI. */
export function dliCanceller(looking: Looking): Canceller {
  return { cancel: async (job, budget) => cancel(looking, job, budget) };
}

/** The code of an error that a finished job answers with is not documented: after a refusal the job is looked at again. */
async function cancel(looking: Looking, job: Job, budget: CallBudget): Promise<CancelAnswer> {
  const why = whyNever(job);
  if (why !== undefined) return { kind: 'unsupported', why: `${why}, so nothing was sent.` };
  const answer = await ask(looking, job, budget);
  if (!('refused' in answer)) return answer;
  const found = await fetchJob(looking, job, budget);
  if (found === undefined) return { kind: 'gone' };
  if (found.state === 'done') return { kind: 'already-done', job: found };
  throw answer.refused;
}

/** Queues are scaled and restarted by jobs of the same listing: what may be one of them is left alone. */
function whyNever(job: Job): string | undefined {
  if (isOfQueue(job)) return 'It is an operation on a queue and no job';
  if (job.jobType === undefined) return 'Its kind is not known';
  return job.state === 'unknown' ? 'Its state is not known' : undefined;
}

async function ask(
  looking: Looking,
  job: Job,
  budget: CallBudget,
): Promise<CancelAnswer | { readonly refused: EngineError }> {
  const place = jobPlaceOf(job);
  const { base, send } = looking.connection(place);
  const call = cancelCall(base, place);
  try {
    refuseUnlessTaken(place, objectIn(engine, (await send(call, budget)).body, call), call.says);
    looking.asked.note(job.target, job.id);
    return { kind: 'accepted' };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.failure === 'forbidden') return { kind: 'forbidden', why: error.message };
    if (error.status === 501) return { kind: 'unsupported', why: error.message };
    if (error.failure === 'rejected' || error.failure === 'not-found') return { refused: error };
    throw error;
  }
}

/** Only HTTP 200 and `is_success: true`, or `msg: "deleted"` of a batch, is a cancel that was taken (DLI API reference). */
function refuseUnlessTaken({ kind }: JobPlace, body: Readonly<Record<string, unknown>>, says: string): void {
  if (kind === 'sql' ? isSuccess(body) : body['msg'] === 'deleted') return;
  throw new EngineError(engine, `${says}: not accepted (${saidIn(body)})`, { failure: 'rejected', retryable: false });
}
