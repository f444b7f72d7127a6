import type { CallBudget } from '../engine.ts';
import type { Call } from './calls.ts';
import type { BigQueryOptions, Connection } from './connection.ts';
import { connect } from './connection.ts';
import { toEngineError } from '../http/failure.ts';
import { withRetry } from '../http/retry.ts';
import { send } from './send.ts';

/** Sends a call, again where that can help, and resolves with the body of its 2xx answer, which may be empty. */
export type Client = (call: Call, projectAndBudget: { project: string; budget: CallBudget }) => Promise<string>;

const defaultTimeoutMs = 10_000;

/**
 * A client of the BigQuery REST API. The SDK is loaded, and credentials are looked for, when the first call is made.
 * `onDate` hears the `Date` of each answer.
 */
export function client(options: BigQueryOptions, onDate: (date: string) => void = () => undefined): Client {
  const timeoutMs = options.requestTimeoutMs ?? defaultTimeoutMs;
  const connection = remembered((project) => connect(options, project));
  return async (call, { project, budget }) => {
    let tries = 0;
    const attempt = async () => {
      options.meter?.sent(tries++ > 0);
      const sent = await send(call, { timeoutMs, signal: budget.signal }, connection(project));
      if (!('body' in sent)) return sent;
      if (sent.date !== undefined) onDate(sent.date);
      options.meter?.received(Buffer.byteLength(sent.body));
      return { value: sent.body };
    };
    const result = await withRetry(attempt, { budget, now: options.now, random: options.random ?? Math.random });
    if ('value' in result) return result.value;
    throw toEngineError('bigquery', result.failed, { says: call.says, tries: result.tries });
  };
}

/** One connection for all projects, so that there is one token. One that could not be made is tried anew. */
function remembered(open: (project: string) => Promise<Connection>): (project: string) => Promise<Connection> {
  let opened: Promise<Connection> | undefined;
  return (project) => {
    opened ??= open(project).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
