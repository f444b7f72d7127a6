import { priceBook } from '../../shared/evaluate/prices.ts';
import { formatBytes, parseBytes } from '../../shared/jobs/bytes.ts';
import { formatUsd } from '../../shared/jobs/money.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import type { Query, QueryClient } from './backtest-query.ts';
import type { Given, Line } from './command.ts';
import type { Read } from './policy-file.ts';
import type { EventReader } from './report-read.ts';

/** A view of events, and how it is asked. */
export interface TableAsked {
  readonly table: string;
  readonly project: string;
  /** Empty: BigQuery finds it by the view. */
  readonly location: string;
  readonly days: number;
  readonly maxBytes: number;
  readonly isDry: boolean;
}

const defaultMaxBytes = 100 * 1024 ** 3;
const dayMs = 86_400_000;

/** What `--table` and the options beside it ask for. */
export function tableAsked(given: Given, table: string, lengthMs: number): Read<TableAsked> {
  const problems: Problem[] = [];
  const [, project] = /^([A-Za-z][\w.:-]*?)\.\w+\.\w+$/.exec(table) ?? [];
  if (project === undefined)
    problems.push(usage('bad-table', `"${table}" is no view.`, 'Write --table PROJECT.DATASET.all_events.'));
  const location = optionOf(given, 'location') ?? '';
  if (!/^[A-Za-z0-9-]*$/.test(location))
    problems.push(usage('bad-location', `"${location}" is no location.`, 'Write --location EU, or leave it out.'));
  const size = optionOf(given, 'max-bytes');
  const maxBytes = size === undefined ? defaultMaxBytes : parseBytes(size);
  if (maxBytes === undefined)
    problems.push(usage('bad-size', '--max-bytes is not a size.', 'Write --max-bytes "10 GiB".'));
  if (problems.length > 0 || project === undefined || maxBytes === undefined) return { problems };
  const isDry = given.values['dry-run'] === true;
  return { value: { table, project, location, days: Math.ceil(lengthMs / dayMs), maxBytes, isDry } };
}

/**
 * The query for the events of the last `@days` days: one column with each row of the view `all_events` of infra/gcp as
 * JSON text. The view gives each event once.
 */
export function eventsSql({ table }: Pick<TableAsked, 'table'>): string {
  return [
    'SELECT TO_JSON_STRING(events) AS row',
    'FROM (SELECT id, type, time, subject, sweep, job_case, sequence, data',
    `  FROM \`${table}\``,
    '  WHERE time >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL @days DAY)) AS events',
  ].join('\n');
}

/** BigQuery bills 10 MB for a query that reads less. */
const leastBytes = 10 * 1024 ** 2;

function costWords(bytes: number, { table, location }: TableAsked, policy: Policy | undefined): string {
  const book = priceBook(policy?.prices ?? { onDemandPerTiB: {}, slotHour: {}, reservations: {} });
  const own = location === '' ? undefined : book.perTiB(location)?.usd;
  const usd = (Math.max(bytes, leastBytes) / 1024 ** 4) * (own ?? book.most.perTiB);
  const sure = usd < 0.01 ? '' : own === undefined ? 'at most ' : 'about ';
  return `The query reads ${formatBytes(bytes)} of ${table}: ${sure}${formatUsd(usd)} on demand.`;
}

async function orFailed<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`[bigquery] the events could not be asked for: ${says}`, { cause });
  }
}

async function readRows(query: Query, { table }: TableAsked, asking: TableAsking): Promise<void> {
  let count = 0;
  for await (const row of asking.client.rows(query)) {
    const text: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'row') : undefined;
    count += 1;
    asking.reader.text(typeof text === 'string' ? text : 'null', { file: table, line: count });
    if (count % 1000 === 0) asking.progress(`${count} events`);
  }
  asking.progress('');
}

/** What the events of a table are asked with, and who takes them. */
export interface TableAsking {
  readonly client: QueryClient;
  readonly reader: EventReader;
  readonly policy: Policy | undefined;
  readonly progress: (text: string) => void;
}

/**
 * Asks BigQuery for the events of the past: first in a dry run what the query would read, which it says; then, unless only
 * that was wanted or it would read too much, row by row. Throws an Error `[bigquery] …` when it does not answer.
 */
export async function readTable(asked: TableAsked, asking: TableAsking): Promise<Read<readonly Line[]>> {
  const { location, days, maxBytes } = asked;
  const maximumBytesBilled = String(Math.ceil(maxBytes));
  // The client changes what it is given.
  const query = (): Query => ({ query: eventsSql(asked), location, params: { days }, maximumBytesBilled });
  const bytes = await orFailed(() => asking.client.dryRun(query()));
  const said = costWords(bytes, asked, asking.policy);
  if (bytes > maxBytes) {
    const cure = `Write --max-bytes "${formatBytes(bytes)}" or more.`;
    return { problems: [usage('too-many-bytes', `${said} That is more than ${formatBytes(maxBytes)}.`, cure)] };
  }
  if (asked.isDry) return { value: [said, 'It was not run (--dry-run).'] };
  asking.progress(said);
  await orFailed(() => readRows(query(), asked, asking));
  return { value: [said, ''] };
}
