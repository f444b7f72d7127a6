import type { CallBudget } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { unlessAborted } from './abort.ts';
import { bodyText, TooLarge } from './body.ts';
import type { HttpAnswer, HttpCall, HttpOptions } from './client.ts';
import type { Proof } from './credentials.ts';
import type { Failure } from './failure.ts';
import { briefly } from './failure.ts';
import { valueAt } from './read.ts';
import type { Complaint } from './status.ts';
import { statusFailure } from './status.ts';

/** One attempt: the 2xx answer, or why there is none and which proof it was sent with. */
export type Attempt = { readonly value: HttpAnswer } | { readonly failed: Failure; readonly used?: Proof };

interface How extends Pick<HttpOptions, 'credentials' | 'onDate'> {
  readonly timeoutMs: number;
  readonly complaintIn: (body: string) => Complaint;
}

/** A page of a thousand jobs with all that can be written into them stays below this. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** Sends one call once. The time-out and the signal cover all of it: credentials, the answer's head and its body. Never throws. */
export async function send(call: HttpCall, budget: CallBudget, how: How): Promise<Attempt> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), how.timeoutMs);
  const signal = AbortSignal.any([budget.signal, late.signal]);
  const timed = { untilMs: budget.untilMs, signal };
  try {
    const proof = await proofFor(call, timed, how);
    if ('failed' in proof) return overtaken(budget, late, how) ?? proof;
    return await exchange(call, { proof: proof.proof, signal, how });
  } catch (error) {
    return overtaken(budget, late, how) ?? { failed: lost(error) };
  } finally {
    clearTimeout(timer);
    // Whatever is still open of it, such as a body nobody will read, is closed.
    late.abort();
  }
}

async function exchange(
  call: HttpCall,
  about: { readonly proof: Proof; readonly signal: AbortSignal; readonly how: How },
): Promise<Attempt> {
  const { proof, signal, how } = about;
  const response = await fetch(call.url, {
    method: call.method,
    headers: { accept: 'application/json', 'user-agent': 'jobwarden', ...typeOf(call), ...call.headers, ...proof },
    ...(call.body !== undefined && { body: call.body }),
    // These APIs do not redirect; whoever does shall not get the credentials or turn a POST into a GET.
    redirect: 'manual',
    signal,
  });
  const date = response.headers.get('date');
  if (date !== null) how.onDate?.(date);
  const body = await unlessAborted(bodyText(response, maxAnswerBytes), signal);
  if (response.ok) return { value: { status: response.status, headers: response.headers, body } };
  const retryAfter = response.headers.get('retry-after');
  const failed = statusFailure(response.status, how.complaintIn(body), call.takes);
  return { failed: { ...failed, ...(retryAfter !== null && { retryAfter }) }, used: proof };
}

function typeOf({ body }: HttpCall): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** A failed request for a token must never be read as an answer about a job. */
async function proofFor(call: HttpCall, budget: CallBudget, how: How): Promise<{ proof: Proof } | { failed: Failure }> {
  if (how.credentials === undefined) return { proof: {} };
  try {
    return { proof: await unlessAborted(how.credentials.proofOf(call, budget), budget.signal) };
  } catch (error) {
    const retryable = error instanceof EngineError && error.retryable;
    const says = `no credentials (${briefly(messageOf(error).replace(/^\[[a-z-]+\] /, ''))})`;
    return { failed: { failure: 'unauthenticated', says, retryable, cause: error } };
  }
}

function overtaken(budget: CallBudget, late: AbortController, { timeoutMs }: How): Attempt | undefined {
  const ended = 'ended early, the time of this sweep is up';
  if (budget.signal.aborted) return { failed: { failure: 'timeout', says: ended, retryable: true } };
  if (!late.signal.aborted) return undefined;
  return { failed: { failure: 'timeout', says: `no whole answer within ${timeoutMs} ms`, retryable: true } };
}

function lost(error: unknown): Failure {
  if (error instanceof TooLarge) {
    const says = `the answer is larger than ${maxAnswerBytes / 1024 / 1024} MiB`;
    return { failure: 'malformed', says, retryable: false, cause: error };
  }
  const code = valueAt(error, 'cause.code') ?? valueAt(error, 'code');
  const why = typeof code === 'string' ? code : briefly(messageOf(error));
  return { failure: 'network', says: `the connection failed (${why})`, retryable: true, cause: error };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
