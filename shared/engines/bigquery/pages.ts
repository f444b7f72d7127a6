import type { CallBudget } from '../engine.ts';
import type { Call } from './calls.ts';
import { listCall } from './calls.ts';
import type { Client } from './client.ts';
import { briefly, malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import { valueAt } from '../http/read.ts';

/** One page of `jobs.list`, its records unread. */
export interface Answer {
  readonly records: readonly unknown[];
  readonly unreachable: readonly string[];
}

/**
 * Gives every page of a listing, one with each call, and undefined after the last one. A short page is not the last one.
 * No generator: it would hold on to a page until the next one is there, and a thousand listings wait for theirs at once.
 */
export function pager(
  request: Client,
  about: { readonly project: string; readonly parentJobId?: string; readonly budget: CallBudget },
): () => Promise<Answer | undefined> {
  const { budget, ...what } = about;
  const tokens = new Set<string>();
  let pageToken: string | undefined;
  let isOver = false;
  return async () => {
    if (isOver) return undefined;
    isOver = true;
    const call = listCall(what.project, { ...what, ...(pageToken !== undefined && { pageToken }) });
    const body = objectIn('bigquery', await request(call, { project: what.project, budget }), call);
    pageToken = tokenIn(body, call);
    if (pageToken !== undefined && tokens.has(pageToken))
      throw malformed('bigquery', call, 'the pages lead back to an earlier one');
    const answer = { records: recordsIn(body, call), unreachable: unreachableIn(body) };
    if (pageToken !== undefined) tokens.add(pageToken);
    isOver = pageToken === undefined;
    return answer;
  };
}

function tokenIn(body: unknown, call: Call): string | undefined {
  const token = valueAt(body, 'nextPageToken');
  if (token === undefined || token === '') return undefined;
  if (typeof token !== 'string') throw malformed('bigquery', call, 'the token of the next page is no text');
  return token;
}

function recordsIn(body: unknown, call: Call): readonly unknown[] {
  const records = valueAt(body, 'jobs') ?? [];
  if (!Array.isArray(records)) throw malformed('bigquery', call, 'the jobs are no list');
  return records;
}

/** What cannot be read in here is unreachable as well: the listing must not pass for complete. */
function unreachableIn(body: unknown): readonly string[] {
  const places = valueAt(body, 'unreachable') ?? [];
  if (!Array.isArray(places)) return ['(unreadable)'];
  return places.map((place: unknown) => (typeof place === 'string' ? briefly(place) : '(unreadable)'));
}
