import type { CallBudget } from '../engine.ts';
import type { Call } from './calls.ts';
import type { BigQueryOptions, Connection } from './connection.ts';
import { connect, paceOf } from './connection.ts';
import { toEngineError } from '../http/failure.ts';
import { pacerOf, type Pacer } from '../http/pacer.ts';
import { askedMs, noTime, withRetry } from '../http/retry.ts';
import { send, type Attempt } from './send.ts';

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
  const paced = pacing(options);
  return async (call, { project, budget }) => {
    let tries = 0;
    const sendOnce = () => {
      options.meter?.sent(tries++ > 0);
      return send(call, { timeoutMs, signal: budget.signal }, connection(project));
    };
    const attempt = async () => {
      const sent = await paced(call, { project, budget }, sendOnce);
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

/** Each method has a pacer of its own, and the projects share it fairly. */
function pacing(options: BigQueryOptions) {
  const pacers = new Map<Call['api'], Pacer>();
  const clock = { now: () => performance.now(), random: options.random ?? Math.random };
  const pacerFor = (api: Call['api']): Pacer => {
    const pacer = pacers.get(api) ?? pacerOf(paceOf(api, options), clock);
    pacers.set(api, pacer);
    return pacer;
  };
  return async (call: Call, by: Parameters<Client>[1], sendOnce: () => Promise<Attempt>): Promise<Attempt> => {
    const slot = await pacerFor(call.api).enter(by.project, by.budget.signal);
    if (slot === undefined) return { failed: noTime };
    let sent: Attempt = { failed: noTime };
    try {
      if (options.now() < by.budget.untilMs) sent = await sendOnce();
      return sent;
    } finally {
      slot.leave(refusalIn(sent, options.now()));
    }
  };
}

/** Whether the service refused a call for being one too many, and how long it asks to wait. */
function refusalIn(sent: Attempt, nowMs: number): { readonly askedMs: number } | undefined {
  if (!('failed' in sent) || sent.failed.failure !== 'rate-limit' || !sent.failed.retryable) return undefined;
  return { askedMs: askedMs(sent.failed.retryAfter, nowMs) };
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
