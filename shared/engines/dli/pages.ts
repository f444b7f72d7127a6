import type { CallBudget } from '../engine.ts';
import type { HttpCall } from '../http/client.ts';
import { briefly, malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import { isFields, reader } from '../http/read.ts';
import { listCall, pageSize, type ListedState } from './calls.ts';
import type { Connection } from './connection.ts';
import { engine, type Place } from './place.ts';

/** One page of the jobs in one state; `beyond` says what no page can show. */
export interface DliPage {
  readonly records: readonly unknown[];
  readonly beyond: readonly string[];
}

/** The API counts pages up to here (Open Telekom Cloud API reference). */
const mostPages = 100;

/**
 * The pages of the jobs in one state, each asked for once the one before was taken. Pages are numbered, so they shift as
 * jobs end: a job may come twice, and where the count fell meanwhile, everything is asked for once more, as a job may
 * have slipped to a page that had been read.
 */
export async function* pages(
  connection: Connection,
  about: ListedState & { readonly place: Place },
  budget: CallBudget,
): AsyncGenerator<DliPage> {
  const first = yield* run(connection, about, budget);
  if (first.fell) yield* run(connection, about, budget);
}

async function* run(
  { base, send }: Connection,
  about: ListedState & { readonly place: Place },
  budget: CallBudget,
): AsyncGenerator<DliPage, { readonly fell: boolean }> {
  const shown = new Set<string>();
  let before: number | undefined;
  let fell = false;
  let empty = 0;
  for (let page = 0; ; page += 1) {
    const call = listCall(base, about.place, { ...about, page });
    const body = bodyOf(about.kind, (await send(call, budget)).body, call);
    if (isShown(shown, body.records, about.kind))
      throw malformed(engine, call, 'the pages lead back to an earlier one');
    const { records, count } = body;
    fell ||= before !== undefined && count !== undefined && count < before;
    before = count;
    empty = records.length === 0 ? empty + 1 : 0;
    const isLast = count === undefined ? empty > 0 : (page + 1) * pageSize >= count || empty > 1;
    const cut = !isLast && page + 1 >= mostPages;
    yield { records, beyond: cut ? [`all after the first ${mostPages * pageSize} in state ${about.state}`] : [] };
    if (isLast || cut) return { fell };
  }
}

interface Body {
  readonly records: readonly unknown[];
  /** How many there are on all pages; undefined where it is not told. */
  readonly count: number | undefined;
}

function bodyOf(kind: ListedState['kind'], text: string, call: HttpCall): Body {
  const body = objectIn(engine, text, call);
  if (kind === 'sql' && !isSuccess(body)) throw malformed(engine, call, `the answer is no success (${saidIn(body)})`);
  const records = body[kind === 'sql' ? 'jobs' : 'sessions'] ?? [];
  if (!Array.isArray(records)) throw malformed(engine, call, 'the jobs are no list');
  return { records, count: reader(body).count(kind === 'sql' ? 'job_count' : 'total') };
}

/** Whether an answer says that it is a success; some write the word instead of the value (DLI API reference). */
export function isSuccess(body: Readonly<Record<string, unknown>>): boolean {
  return body['is_success'] === true || body['is_success'] === 'true';
}

/** What an answer that is no success says, for a message. */
export function saidIn(body: Readonly<Record<string, unknown>>): string {
  const message = body['message'] ?? body['error_msg'];
  return typeof message === 'string' && message !== '' ? briefly(message) : 'without a reason';
}

/** Whether a page holds the very jobs of an earlier one, in the same order: then the page number means nothing. */
function isShown(shown: Set<string>, records: readonly unknown[], kind: ListedState['kind']): boolean {
  const key = kind === 'sql' ? 'job_id' : 'id';
  const ids = records.map((record) => (isFields(record) ? String(record[key]) : ''));
  const name = ids.join(' ');
  const isBefore = ids.length > 0 && shown.has(name);
  shown.add(name);
  return isBefore;
}
