import { ObjectsError } from '../objects.ts';
import type { Attempt } from './answer.ts';
import { answerOf, lostFailure, responded } from './answer.ts';
import type { Call } from './calls.ts';
import type { Connection } from './connection.ts';

const largestAnswerBytes = 64 * 1024 * 1024;

/**
 * Sends one call once. The time-out and the signal cover all of it: loading the library, getting a token (which has no
 * time-out of its own), the answer's head and its body. Never throws but for a wrong endpoint.
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
  const sent = { url: '' };
  try {
    const { base, auth } = await unlessAborted(connection, either);
    sent.url = base + call.path;
    const response = await unlessAborted(auth.request<unknown>(requestOf(call, sent.url, either)), either);
    return { answer: answerOf(response.status, response) };
  } catch (error) {
    if (signal.aborted) return { failed: { ...ended, mayBeDone: sent.url !== '' } };
    if (late.signal.aborted) return { failed: { ...tooLate(timeoutMs), mayBeDone: sent.url !== '' } };
    // Whatever is still open of it, such as a body nobody will read, is closed.
    late.abort();
    if (error instanceof ObjectsError) throw error;
    return responded(sent.url, error) ?? { failed: lostFailure(sent.url, error) };
  } finally {
    clearTimeout(timer);
  }
}

const ended = { failure: 'timeout', says: 'ended early, the time for it is up', retryable: true } as const;

function tooLate(timeoutMs: number) {
  return { failure: 'timeout', says: `no whole answer within ${timeoutMs} ms`, retryable: true } as const;
}

function requestOf(call: Call, url: string, signal: AbortSignal) {
  const { upload } = call;
  return {
    url,
    method: call.method,
    signal,
    retry: false,
    responseType: 'arraybuffer' as const,
    // It blanks every answer in which the word "secret" stands, be it an object's name. Its errors never leave this adapter.
    errorRedactor: false as const,
    // The API never redirects; whoever does shall not get the token or turn a POST into a GET.
    redirect: 'manual' as const,
    maxContentLength: largestAnswerBytes,
    ...(upload && { data: upload.body }),
    headers: { 'user-agent': 'jobwarden (gzip)', ...(upload && { 'content-type': upload.contentType }) },
  };
}

/** The promise's result, or a rejection as soon as the signal fires; the promise is left behind then. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
