import type { Failure } from './failure.ts';
import { briefly } from './failure.ts';
import { parsed } from './json.ts';
import { valueAt } from './read.ts';

/** What a service said in the body of an answer that is no success. */
export interface Complaint {
  /** Its words, for a message. */
  readonly quoted?: string | undefined;
  /** Whether the body is what this API answers. A page of HTML is a wrong address or a proxy speaking. */
  readonly fromApi: boolean;
  /** The words say more than the status: too many requests for now, or a quota that is used up. */
  readonly limit?: 'passing' | 'used-up' | undefined;
}

/** Reads the usual JSON bodies: `{error: {message}}`, `{message}`, `{error_code, error_msg}`. An empty one is an API's too. */
export function usualComplaint(body: string): Complaint {
  if (body.trim() === '') return { fromApi: true };
  const value = parsed(body);
  const paths = ['error.status', 'error_code', 'error.message', 'message', 'error_msg'];
  const words = paths.map((path) => valueAt(value, path)).filter((word) => typeof word === 'string' && word !== '');
  return { quoted: words.join(': '), fromApi: words.length > 0 };
}

/**
 * Sorts an answer that is no success. 429, 5xx but 501, 408 and a limit that passes may be tried again; nothing else
 * may. `takes` says what a refused caller would need: `the permission x in that project`.
 */
export function statusFailure(status: number, complaint: Complaint, takes?: string): Failure {
  const quoted = complaint.quoted === undefined || complaint.quoted === '' ? '' : ` ${briefly(complaint.quoted)}`;
  const heard = `HTTP ${status}${quoted}`;
  return { ...sorted(status, complaint, { heard, takes }), status, cause: new Error(heard) };
}

type Words = { readonly heard: string; readonly takes: string | undefined };

function sorted(status: number, { limit, fromApi }: Complaint, { heard, takes }: Words): Failure {
  if (limit === 'used-up') return { failure: 'rate-limit', says: `a quota is used up (${heard})`, retryable: false };
  if (status === 429 || limit === 'passing')
    return { failure: 'rate-limit', says: `too many requests (${heard})`, retryable: true };
  if (status === 401)
    return { failure: 'unauthenticated', says: `the credentials were refused (${heard})`, retryable: false };
  if (status === 403) {
    const needed = takes === undefined ? '' : `; this takes ${takes}`;
    return { failure: 'forbidden', says: `access denied (${heard})${needed}`, retryable: false };
  }
  if (status === 404) return missing(fromApi, heard);
  if (status === 408) return { failure: 'timeout', says: `the service gave up (${heard})`, retryable: true };
  if (status === 501)
    return { failure: 'rejected', says: `the service does not support this (${heard})`, retryable: false };
  if (status >= 500) return { failure: 'server', says: `the service failed (${heard})`, retryable: true };
  return { failure: 'rejected', says: `the request was not accepted (${heard})`, retryable: false };
}

/** Only an API's own 404 may pass for "there is no such job". */
function missing(fromApi: boolean, heard: string): Failure {
  if (fromApi) return { failure: 'not-found', says: `not found (${heard})`, retryable: false };
  const says = `${heard}, but not in the API's words: is the endpoint right?`;
  return { failure: 'malformed', says, retryable: false };
}
