import { briefly } from '../names.ts';
import type { ObjectsFailure } from '../objects.ts';
import { ObjectsError } from '../objects.ts';
import type { Call } from './calls.ts';

/** Why one attempt of a call failed, before it is decided whether there will be another. */
export interface Failure {
  readonly failure: ObjectsFailure;
  readonly says: string;
  readonly retryable: boolean;
  /** Whether the service may have carried the call out all the same. */
  readonly mayBeDone: boolean;
  readonly status?: number;
  readonly cause?: unknown;
  /** The `Retry-After` header as it came. */
  readonly retryAfter?: string;
}

/** The error that leaves the adapter; it names the call, the object and how often it was tried. */
export function toObjectsError(
  failed: Failure,
  call: Call,
  about: { tries: number; unsettled: boolean },
): ObjectsError {
  const often = about.tries > 1 ? ` (tried ${about.tries} times)` : '';
  const maybe = about.unsettled ? '; it may have been carried out all the same' : '';
  return new ObjectsError(`${call.says}: ${failed.says}${often}${maybe}`, { ...failed, unsettled: about.unsettled });
}

/** An answer that the API should not give: the call is not repeated. */
export function malformed(call: Call, says: string): ObjectsError {
  return new ObjectsError(`${call.says}: ${says}`, { failure: 'malformed', retryable: false });
}

/** Sorts an answer that is no success. 429, 5xx, 408 and throttling by 403 may be tried again; nothing else may. */
export function httpFailure(call: Call, status: number, body: string): Failure {
  const complaint = complaintIn(body);
  const quoted = [complaint.reason, complaint.message].filter((part) => part !== undefined).join(': ');
  const heard = `HTTP ${status}${quoted === '' ? '' : ` ${briefly(quoted)}`}`;
  const about = { status, cause: new Error(heard), mayBeDone: status === 408 || status >= 500 };
  return { ...about, ...sorted(call, status, { ...complaint, heard }) };
}

type Sorted = Pick<Failure, 'failure' | 'says' | 'retryable'>;

interface Complaint {
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

function sorted(call: Call, status: number, complaint: Complaint & { readonly heard: string }): Sorted {
  const { heard } = complaint;
  const again = { retryable: true };
  const final = { retryable: false };
  if (status === 401) return { failure: 'unauthenticated', says: `the credentials were refused (${heard})`, ...final };
  if (status === 403) return refusal(call, complaint);
  if (status === 404) return { failure: 'not-found', says: missing(complaint), ...final };
  if (status === 429) return { failure: 'rate-limit', says: `too many requests (${heard})`, ...again };
  if (status === 408) return { failure: 'timeout', says: `the service gave up (${heard})`, ...again };
  if (status >= 500) return { failure: 'server', says: `the service failed (${heard})`, ...again };
  return { failure: 'rejected', says: `the request was not accepted (${heard})`, ...final };
}

function refusal(call: Call, { reason, message, heard }: Complaint & { readonly heard: string }): Sorted {
  if (/^(?:user)?rateLimitExceeded$/i.test(reason ?? '') || /\brate limit exceeded\b/i.test(message ?? '')) {
    return { failure: 'rate-limit', says: `too many requests (${heard})`, retryable: true };
  }
  // To somebody who may not list, Cloud Storage does not say that an object is missing (objects.get reference).
  const hint = call.method === 'GET' ? ', and storage.objects.list where the object may be missing' : '';
  const says = `access denied (${heard}); this takes the permission ${call.permission}${hint}`;
  return { failure: 'forbidden', says, retryable: false };
}

function missing({ message, heard }: Complaint & { readonly heard: string }): string {
  return message === undefined
    ? `${heard}, but not in the API's words: is the endpoint right?`
    : `not found (${heard})`;
}

/** Whether a 404 speaks of the object: not of the bucket, and not some proxy's page. Downloads are refused in plain text. */
export function isNoSuchObject(status: number, body: string): boolean {
  if (status !== 404) return false;
  if (body.startsWith('No such object:')) return true;
  const { reason, message } = complaintIn(body);
  return reason === 'notFound' && message !== undefined && !/\bbucket does not exist\b/i.test(message);
}

/** What the API said in an error body, which is JSON, or plain text where bytes were asked for. */
function complaintIn(body: string): Complaint {
  const error = fieldOf(parsed(body), 'error');
  const message = fieldOf(error, 'message');
  const errors = fieldOf(error, 'errors');
  const reason = fieldOf(Array.isArray(errors) ? errors[0] : undefined, 'reason');
  if (error === undefined && /^[^<{\s][^<]*$/.test(body)) return { reason: undefined, message: body };
  return { reason: text(reason), message: text(message) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A field of a parsed answer; undefined where there is none. */
export function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const found: unknown = Reflect.get(value, key);
  return found;
}

/** A text read as JSON; undefined when it is none. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
