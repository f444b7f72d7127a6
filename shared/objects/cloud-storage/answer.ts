import { briefly } from '../names.ts';
import type { Failure } from './failure.ts';
import { fieldOf } from './failure.ts';

/** What the service answered, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly header: (name: string) => string | undefined;
}

/** One attempt: an answer, or why there is none. */
export type Attempt = { readonly answer: Answer } | { readonly failed: Failure };

/** The answer to our own request that the transport took for an error; undefined when there was none. */
export function responded(url: string, error: unknown): Attempt | undefined {
  const response = fieldOf(error, 'response') ?? undefined;
  const status = fieldOf(error, 'status');
  // The token request goes through the same machinery, and its 404 must never be read as "there is no such object".
  if (typeof status !== 'number' || status < 300 || response === undefined || !isOurs(url, error)) return undefined;
  return { answer: answerOf(status, response) };
}

/** Takes status, body and headers from the transport's response. */
export function answerOf(status: number, response: unknown): Answer {
  const headers = headersOf(response);
  return { status, bytes: bytesOf(dataOf(response)), header: (name) => headers?.get(name) ?? undefined };
}

/** The transport has read the body of a refusal already, where it was JSON. */
function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return Buffer.from(typeof data === 'string' ? data : (JSON.stringify(data) ?? ''));
}

/** The failure of a call that got no answer of the API: the network, or no token to send with it. */
export function lostFailure(url: string, error: unknown): Failure {
  const code = textAt(error, 'code') ?? textAt(fieldOf(error, 'cause'), 'code');
  const cause = Object.assign(new Error(briefly(error instanceof Error ? error.message : String(error))), { code });
  if (isTooLarge(error)) {
    return { failure: 'malformed', says: 'the answer is larger than 64 MiB', retryable: false, mayBeDone: true, cause };
  }
  const broken = code !== undefined && /^(?:E[A-Z_]+|(?:UND_ERR|ERR|Z|CERT)_\w+)$/.test(code);
  if (isOurs(url, error) || (broken && requestUrl(error) === undefined)) {
    const says = `the connection failed (${code ?? cause.message})`;
    return { failure: 'network', says, retryable: true, mayBeDone: url !== '', cause };
  }
  const status = fieldOf(error, 'status');
  const passing = broken || (typeof status === 'number' && (status >= 500 || status === 429 || status === 408));
  const says = `no access token (${cause.message})`;
  return { failure: 'unauthenticated', says, retryable: passing, mayBeDone: false, cause };
}

function isTooLarge(error: unknown): boolean {
  return fieldOf(fieldOf(error, 'cause'), 'type') === 'max-size' || /over the limit/.test(String(error));
}

function isOurs(url: string, error: unknown): boolean {
  return url !== '' && requestUrl(error) === URL.parse(url)?.href;
}

function requestUrl(error: unknown): string | undefined {
  const url = fieldOf(fieldOf(error, 'config'), 'url');
  return url instanceof URL ? url.href : typeof url === 'string' ? URL.parse(url)?.href : undefined;
}

function textAt(value: unknown, key: string): string | undefined {
  const found = fieldOf(value, key);
  return typeof found === 'string' ? found : undefined;
}

function dataOf(response: unknown): unknown {
  return typeof response === 'object' && response !== null && 'data' in response ? response.data : undefined;
}

/** The transport has a Headers class of its own. */
function headersOf(response: unknown): { get(name: string): string | null } | undefined {
  const headers =
    typeof response === 'object' && response !== null && 'headers' in response ? response.headers : undefined;
  return hasGet(headers) ? headers : undefined;
}

function hasGet(value: unknown): value is { get(name: string): string | null } {
  return typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function';
}
