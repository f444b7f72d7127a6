import type { Job } from '../../jobs/job.ts';
import type { CallBudget, CancelAnswer, Canceller } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { HttpCall } from '../http/client.ts';
import { briefly, malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import { valueAt } from '../http/read.ts';
import { cancelCall } from './calls.ts';
import type { Connection } from './connection.ts';
import { engine, placeOf } from './place.ts';
import { isCancelling } from './record.ts';
import { fetchJob } from './source.ts';

/** gRPC codes in the error of an operation that is done. */
const permissionDenied = 7;
const unimplemented = 12;

/** Cancels jobs of Data Proc, which is safe to repeat. Nothing else here changes anything in Yandex Cloud. */
export function yandexCanceller(connection: () => Connection): Canceller {
  return { cancel: async (job, budget) => cancel(connection(), job, budget) };
}

/** The code of an error that a finished job answers with is not documented: after a refusal the job is looked at again. */
async function cancel(connection: Connection, job: Job, budget: CallBudget): Promise<CancelAnswer> {
  if (job.state === 'unknown') return { kind: 'unsupported', why: 'Its state is not known, so nothing was sent.' };
  const answer = await ask(connection, job, budget);
  return 'refused' in answer ? decided(connection, { job, ...answer }, budget) : answer;
}

async function ask(
  { dataproc, send }: Connection,
  job: Job,
  budget: CallBudget,
): Promise<CancelAnswer | { readonly refused: EngineError }> {
  const call = cancelCall(dataproc, placeOf(job));
  try {
    const refused = refusalIn(objectIn(engine, (await send(call, budget)).body, call), call);
    if (refused !== undefined) throw refused;
    return { kind: 'accepted' };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.failure === 'forbidden') return { kind: 'forbidden', why: error.message };
    if (error.failure === 'not-found') return { kind: 'gone' };
    if (error.status === 501) return { kind: 'unsupported', why: error.message };
    if (error.failure === 'rejected') return { refused: error };
    throw error;
  }
}

/** What a refused cancel means, by the job as it is now. */
async function decided(
  connection: Connection,
  about: { readonly job: Job; readonly refused: EngineError },
  budget: CallBudget,
): Promise<CancelAnswer> {
  const found = await fetchJob(connection, about.job, budget);
  if (found === undefined) return { kind: 'gone' };
  if (found.job.state === 'done') return { kind: 'already-done', job: found.job };
  if (isCancelling(found.record)) return { kind: 'accepted' };
  throw about.refused;
}

/** The error of an operation that ended at once; undefined for one that goes on or went well. */
function refusalIn(operation: unknown, call: HttpCall): EngineError | undefined {
  if (typeof valueAt(operation, 'id') !== 'string') throw malformed(engine, call, 'the answer is no operation');
  if (valueAt(operation, 'error') === undefined) return undefined;
  const code = valueAt(operation, 'error.code');
  const said = valueAt(operation, 'error.message');
  const says = `${call.says}: the operation failed (${typeof said === 'string' ? briefly(said) : 'without a reason'})`;
  return new EngineError(engine, says, {
    failure: code === permissionDenied ? 'forbidden' : 'rejected',
    retryable: false,
    ...(code === unimplemented && { status: 501 }),
  });
}
