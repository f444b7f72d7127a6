import type { Call } from './calls.ts';
import type { Failure } from '../http/failure.ts';
import { briefly } from '../http/failure.ts';
import { httpFailure } from './http-failure.ts';
import { isFields, valueAt } from '../http/read.ts';

const networkCodes = /^(?:E[A-Z_]+|UND_ERR_\w+|ERR_(?:STREAM|SOCKET|SSL|TLS|HTTP2)\w*|Z_\w+|CERT_\w+)$/;

/** The failure of a call that our own request to the API got an answer for; undefined when it got none. */
export function respondedFailure(call: Call, url: string, error: unknown): Failure | undefined {
  const response = valueAt(error, 'response');
  const status = valueAt(error, 'status');
  // The token request goes through the same machinery, and its 404 must never be read as "there is no such job".
  if (typeof status !== 'number' || !isOurs(url, error)) return undefined;
  if (status < 300) return tooLarge(status);
  const body = valueAt(response, 'data');
  const retryAfter = headerOf(response, 'retry-after');
  return {
    ...httpFailure(call, status, typeof body === 'string' ? body : ''),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** The failure of a call that got no answer of the API: the network, or no token to send with it. */
export function lostFailure(url: string, error: unknown): Failure {
  if (valueAt(error, 'cause.type') === 'max-size' || valueAt(error, 'type') === 'max-size') return tooLarge(undefined);
  const code = codeOf(error);
  const cause = Object.assign(new Error(briefly(messageOf(error))), { code });
  const broken = code !== undefined && networkCodes.test(code);
  if (isOurs(url, error) || (broken && requestUrl(error) === undefined)) {
    return { failure: 'network', says: `the connection failed (${code ?? cause.message})`, retryable: true, cause };
  }
  const status = valueAt(error, 'status');
  const passing = broken || (typeof status === 'number' && (status >= 500 || status === 429 || status === 408));
  return { failure: 'unauthenticated', says: `no access token (${cause.message})`, retryable: passing, cause };
}

function tooLarge(status: number | undefined): Failure {
  return {
    failure: 'malformed',
    says: 'the answer is larger than 64 MiB',
    retryable: false,
    ...(status && { status }),
  };
}

function isOurs(url: string, error: unknown): boolean {
  return url !== '' && requestUrl(error) === URL.parse(url)?.href;
}

function requestUrl(error: unknown): string | undefined {
  const url = valueAt(error, 'config.url');
  return url instanceof URL ? url.href : typeof url === 'string' ? URL.parse(url)?.href : undefined;
}

function codeOf(error: unknown): string | undefined {
  const code = valueAt(error, 'code') ?? valueAt(error, 'cause.code');
  return typeof code === 'string' ? code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function headerOf(response: unknown, name: string): string | undefined {
  // The transport has a Headers class of its own.
  const headers = isFields(response) ? response['headers'] : undefined;
  const value = hasGet(headers) ? headers.get(name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function hasGet(value: unknown): value is { get(name: string): unknown } {
  return isFields(value) && typeof value['get'] === 'function';
}
