import { EngineError } from '../engine.ts';
import { unlessAborted } from '../http/abort.ts';
import type { Call } from './calls.ts';
import type { Connection } from './connection.ts';
import type { Failure } from '../http/failure.ts';
import { plainTransport } from '../http/transport.ts';
import { lostFailure, respondedFailure } from './lost.ts';

/** One attempt: the body of a 2xx answer and the `Date` of its head, or why there is none. */
export type Attempt = { readonly body: string; readonly date?: string | undefined } | { readonly failed: Failure };

/** A page of a thousand jobs with all the labels they can have stays far below this. */
const maxAnswerBytes = 64 * 1024 * 1024;

/**
 * Sends one call once, without a body. The time-out and the signal cover all of it: loading the client, getting a
 * token (which has no time-out of its own), the answer's head and its body. Never throws but for a wrong endpoint.
 */
export async function send(
  call: Call,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  connection: Promise<Connection>,
): Promise<Attempt> {
  const { timeoutMs, signal } = limits;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const either = AbortSignal.any([signal, late.signal]);
  let url = '';
  try {
    const { base, manager, auth } = await unlessAborted(connection, either);
    url = (call.api === 'resource-manager' ? manager : base) + call.path;
    const response = await unlessAborted(auth.request<unknown>(requestOf(call, url, either)), either);
    const date = response.headers.get('date') ?? undefined;
    return { body: typeof response.data === 'string' ? response.data : '', date };
  } catch (error) {
    if (signal.aborted) return { failed: ended };
    if (late.signal.aborted) return { failed: tooLate(timeoutMs) };
    // Whatever is still open of it, such as a body nobody will read, is closed.
    late.abort();
    if (error instanceof EngineError) throw error;
    return { failed: respondedFailure(call, url, error) ?? lostFailure(url, error) };
  } finally {
    clearTimeout(timer);
  }
}

const ended: Failure = { failure: 'timeout', says: 'ended early, the time of this sweep is up', retryable: true };

function tooLate(timeoutMs: number): Failure {
  return { failure: 'timeout', says: `no whole answer within ${timeoutMs} ms`, retryable: true };
}

function requestOf(call: Call, url: string, signal: AbortSignal) {
  return {
    url,
    method: call.method,
    signal,
    retry: false,
    responseType: 'text' as const,
    adapter: plainTransport,
    // It blanks every answer in which the word "secret" stands, be it a table's name. Its errors never leave this adapter.
    errorRedactor: false as const,
    // The API never redirects; whoever does shall not get the token or turn a POST into a GET.
    redirect: 'manual' as const,
    maxContentLength: maxAnswerBytes,
    // Google compresses only for agents that say so here as well (Google APIs performance guide).
    headers: { 'user-agent': 'jobwarden (gzip)' },
  };
}
