import type { CallBudget } from '../objects.ts';
import type { Answer } from './answer.ts';
import type { Call } from './calls.ts';
import type { CloudStorageOptions, Connection } from './connection.ts';
import { connect } from './connection.ts';
import type { Failure } from './failure.ts';
import { httpFailure, toObjectsError } from './failure.ts';
import { withRetry } from './retry.ts';
import { send } from './send.ts';

/** An answer that means something, and whether an earlier attempt may have been carried out without our hearing of it. */
interface Heard<T> {
  readonly value: T;
  readonly unsettled: boolean;
}

/**
 * What an answer means: a value, or a failure that may be worth another try; undefined: its status says what is wrong.
 */
export type Reading<T> = (answer: Answer) => { readonly value: T } | { readonly failed: Failure } | undefined;

/** Sends a call, again where that can help. What is no answer to it is thrown as `ObjectsError`. */
export type Client = <T>(call: Call, reading: Reading<T>, budget: CallBudget) => Promise<Heard<T>>;

const defaultTimeoutMs = 10_000;

/** A client of the Cloud Storage JSON API. Credentials are looked for when the first call is made. */
export function client(options: CloudStorageOptions): Client {
  const timeoutMs = options.requestTimeoutMs ?? defaultTimeoutMs;
  let connection: Promise<Connection> | undefined;
  const connected = (): Promise<Connection> => {
    if (connection !== undefined) return connection;
    const opening = connect(options);
    connection = opening;
    // Credentials that could not be found now may be there at the next call.
    opening.catch(() => {
      connection = undefined;
    });
    return opening;
  };
  return async (call, reading, budget) => {
    const attempt = async () => {
      const sent = await send(call, { timeoutMs, signal: budget.signal }, connected());
      return 'failed' in sent ? sent : (reading(sent.answer) ?? { failed: failureOf(call, sent.answer) });
    };
    const tried = await withRetry(attempt, { budget, now: options.now, random: options.random ?? Math.random });
    if ('value' in tried) return tried;
    throw toObjectsError(tried.failed, call, { tries: tried.tries, unsettled: writes(call) && tried.unsettled });
  };
}

function writes(call: Call): boolean {
  return call.method !== 'GET';
}

function failureOf(call: Call, answer: Answer): Failure {
  const failed = httpFailure(call, answer.status, Buffer.from(answer.bytes).toString('utf8'));
  const retryAfter = answer.header('retry-after');
  return retryAfter === undefined ? failed : { ...failed, retryAfter };
}
