import type { Failure } from '../http/failure.ts';
import { parsed } from '../http/json.ts';
import { valueAt } from '../http/read.ts';
import type { Complaint } from '../http/status.ts';
import { statusFailure } from '../http/status.ts';
import type { Call } from './calls.ts';

const throttled = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'RATE_LIMIT_EXCEEDED']);
const usedUp = new Set(['quotaExceeded', 'dailyLimitExceeded']);

/** Sorts an answer that is no success. 429, 5xx, 408 and throttling by 403 may be tried again; nothing else may. */
export function httpFailure(call: Call, status: number, body: string): Failure {
  const takes = `the permission ${call.permission} ${call.on === undefined ? 'in that project' : `on ${call.on}`}`;
  return statusFailure(status, complaintIn(status, body), takes);
}

/** What the API said. `debugInfo`, which may stand beside it, is Google's own and is never taken over. */
function complaintIn(status: number, body: string): Complaint {
  if (body.trim() === '') return { fromApi: true };
  const error = valueAt(parsed(body), 'error');
  const reasons = [...listAt(error, 'errors'), ...listAt(error, 'details')]
    .map((entry) => valueAt(entry, 'reason'))
    .filter((reason) => typeof reason === 'string');
  const message = valueAt(error, 'message');
  const quoted = [...reasons.slice(0, 1), ...(typeof message === 'string' ? [message] : [])].join(': ');
  return { quoted, fromApi: error !== undefined, ...(status === 403 && { limit: limitIn(reasons) }) };
}

function limitIn(reasons: readonly string[]): Complaint['limit'] {
  if (reasons.some((reason) => throttled.has(reason))) return 'passing';
  return reasons.some((reason) => usedUp.has(reason)) ? 'used-up' : undefined;
}

function listAt(value: unknown, path: string): readonly unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.slice(0, 20) : [];
}
