import type { EngineName } from '../../jobs/job.ts';
import type { CallBudget } from '../engine.ts';
import type { HttpCall, HttpClient } from './client.ts';
import { briefly, malformed } from './failure.ts';
import { objectIn } from './json.ts';
import { valueAt } from './read.ts';

/** One page of a listing by page tokens. */
export interface TokenPage {
  readonly body: unknown;
  /** A list of the body by its name, empty where it is missing; throws where it is no list. */
  readonly list: (body: unknown, name: string) => readonly unknown[];
  /** What the service says it left out (`unreachable`). What cannot be read in here counts as well. */
  readonly skipped: readonly string[];
}

/**
 * Every page of a listing that leads on by `nextPageToken` and `pageToken` (Google's and Yandex Cloud's APIs), each asked
 * for when the one before has been taken. Ends with `malformed` when a token comes twice.
 */
export async function* nextPages(about: {
  readonly engine: EngineName;
  readonly request: HttpClient;
  readonly call: Omit<HttpCall, 'method'>;
  readonly budget: CallBudget;
}): AsyncGenerator<TokenPage> {
  const { engine, call, budget } = about;
  const list = (body: unknown, name: string) => listAt(body, name) ?? failed(engine, call, `${name} is no list`);
  const tokens = new Set<string>();
  let token: string | undefined;
  do {
    const url = URL.parse(call.url);
    if (token !== undefined) url?.searchParams.set('pageToken', token);
    const answer = await about.request({ ...call, method: 'GET', url: url?.href ?? call.url }, budget);
    const body = objectIn(engine, answer.body, call);
    token = tokenIn(engine, body, call);
    if (token !== undefined && tokens.has(token)) failed(engine, call, 'the pages lead back to an earlier one');
    yield { body, list, skipped: skippedIn(body) };
    if (token !== undefined) tokens.add(token);
  } while (token !== undefined);
}

function failed(engine: EngineName, call: { readonly says: string }, says: string): never {
  throw malformed(engine, call, says);
}

function tokenIn(engine: EngineName, body: unknown, call: { readonly says: string }): string | undefined {
  const token = valueAt(body, 'nextPageToken');
  if (token === undefined || token === '') return undefined;
  return typeof token === 'string' ? token : failed(engine, call, 'the token of the next page is no text');
}

function listAt(body: unknown, name: string): readonly unknown[] | undefined {
  const found = valueAt(body, name) ?? [];
  return Array.isArray(found) ? found : undefined;
}

function skippedIn(body: unknown): readonly string[] {
  const places = listAt(body, 'unreachable') ?? ['(unreadable)'];
  return places.map((place) => (typeof place === 'string' ? briefly(place) : '(unreadable)'));
}
