import type { Call } from './calls.ts';
import type { Failure } from './failure.ts';
import { briefly } from './failure.ts';
import { valueAt } from './read.ts';

const throttled = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'RATE_LIMIT_EXCEEDED']);
const usedUp = new Set(['quotaExceeded', 'dailyLimitExceeded']);

/** What the API said in an error body. `debugInfo`, which may stand beside it, is Google's own and is never taken over. */
interface Complaint {
  readonly reasons: readonly string[];
  readonly message: string | undefined;
  /** Whether the body was what an API answers: its JSON error, or nothing at all. */
  readonly fromApi: boolean;
}

/** Sorts an answer that is no success. 429, 5xx, 408 and throttling by 403 may be tried again; nothing else may. */
export function httpFailure(call: Call, status: number, body: string): Failure {
  const complaint = complaintIn(body);
  const quoted = [...complaint.reasons.slice(0, 1), complaint.message].filter((part) => part !== undefined).join(': ');
  const heard = `HTTP ${status}${quoted === '' ? '' : ` ${briefly(quoted)}`}`;
  const cause = new Error(heard);
  if (status === 403) return { ...refusal(call, complaint, heard), status, cause };
  if (status === 401) {
    return {
      failure: 'unauthenticated',
      says: `the credentials were refused (${heard})`,
      retryable: false,
      status,
      cause,
    };
  }
  if (status === 404) return { ...missing(complaint, heard), status, cause };
  if (status === 429)
    return { failure: 'rate-limit', says: `too many requests (${heard})`, retryable: true, status, cause };
  if (status === 408)
    return { failure: 'timeout', says: `the service gave up (${heard})`, retryable: true, status, cause };
  if (status >= 500)
    return { failure: 'server', says: `the service failed (${heard})`, retryable: true, status, cause };
  return { failure: 'rejected', says: `the request was not accepted (${heard})`, retryable: false, status, cause };
}

function refusal(call: Call, complaint: Complaint, heard: string): Failure {
  if (complaint.reasons.some((reason) => throttled.has(reason))) {
    return { failure: 'rate-limit', says: `too many requests (${heard})`, retryable: true };
  }
  if (complaint.reasons.some((reason) => usedUp.has(reason))) {
    return { failure: 'rate-limit', says: `a quota is used up (${heard})`, retryable: false };
  }
  const says = `access denied (${heard}); this takes the permission ${call.permission} in that project`;
  return { failure: 'forbidden', says, retryable: false };
}

/** A page of HTML is a wrong address or a proxy speaking: it must not pass for "there is no such job". */
function missing(complaint: Complaint, heard: string): Failure {
  if (complaint.fromApi) return { failure: 'not-found', says: `not found (${heard})`, retryable: false };
  return {
    failure: 'malformed',
    says: `${heard}, but not in the API's words: is the endpoint right?`,
    retryable: false,
  };
}

function complaintIn(body: string): Complaint {
  if (body.trim() === '') return { reasons: [], message: undefined, fromApi: true };
  const error = valueAt(parsed(body), 'error');
  const reasons = [...listAt(error, 'errors'), ...listAt(error, 'details')]
    .map((entry) => valueAt(entry, 'reason'))
    .filter((reason) => typeof reason === 'string');
  const message = valueAt(error, 'message');
  return { reasons, message: typeof message === 'string' ? message : undefined, fromApi: error !== undefined };
}

function listAt(value: unknown, path: string): readonly unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.slice(0, 20) : [];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
