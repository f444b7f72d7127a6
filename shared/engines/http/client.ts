import type { EngineName } from '../../jobs/job.ts';
import type { CallBudget } from '../engine.ts';
import type { Credentials } from './credentials.ts';
import { toEngineError } from './failure.ts';
import type { Meter } from './meter.ts';
import { withRetry } from './retry.ts';
import { send } from './send.ts';
import type { Complaint } from './status.ts';
import { usualComplaint } from './status.ts';

/** One call of a JSON API. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The whole address, its parts encoded (see `segment.ts`). */
  readonly url: string;
  /** Names the call in messages: `jobs.get of job x in cluster y`. */
  readonly says: string;
  /** What a refused caller would need: `the role dataproc.editor on the folder`. */
  readonly takes?: string;
  /** JSON text. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A 2xx answer. The body may be empty. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface HttpOptions {
  readonly engine: EngineName;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between 0 and 1, for the jitter of waits. */
  readonly random?: (() => number) | undefined;
  /** For one attempt, from the credentials to the last byte of the answer; 10 s when left out. */
  readonly requestTimeoutMs?: number | undefined;
  /** Without them, calls are sent as they are. */
  readonly credentials?: Credentials | undefined;
  /** Reads the body of an answer that is no success; `usualComplaint` when left out. */
  readonly complaintIn?: ((body: string) => Complaint) | undefined;
  /** Counts calls and what came back. */
  readonly meter?: Meter | undefined;
  /** Hears the `Date` of each answer, for `clock.ts`. */
  readonly onDate?: ((date: string) => void) | undefined;
}

/**
 * Sends a call, again where that can help, and resolves with its 2xx answer. Rejects with an `EngineError`, always. No
 * attempt starts after the budget's end, and its signal ends what is under way.
 */
export type HttpClient = (call: HttpCall, budget: CallBudget) => Promise<HttpAnswer>;

const defaultTimeoutMs = 10_000;

/** A client of a JSON API over HTTP. Nothing is sent before the first call. */
export function httpClient(options: HttpOptions): HttpClient {
  const { engine, now, random = Math.random } = options;
  const timeoutMs = options.requestTimeoutMs ?? defaultTimeoutMs;
  const how = { ...options, timeoutMs, complaintIn: options.complaintIn ?? usualComplaint };
  return async (call, budget) => {
    let mayRenew = options.credentials !== undefined;
    let tries = 0;
    const sendOnce = async () => {
      options.meter?.sent(tries++ > 0);
      const sent = await send(call, budget, how);
      if ('value' in sent) options.meter?.received(Buffer.byteLength(sent.value.body));
      return sent;
    };
    const attempt = async () => {
      const sent = await sendOnce();
      if (!('failed' in sent) || sent.failed.status !== 401 || !mayRenew) return sent;
      mayRenew = false;
      if (sent.used === undefined || options.credentials?.renew?.(sent.used) !== true) return sent;
      return now() < budget.untilMs ? sendOnce() : sent;
    };
    const result = await withRetry(attempt, { budget, now, random });
    if ('value' in result) return result.value;
    throw toEngineError(engine, result.failed, { says: call.says, tries: result.tries });
  };
}
