import { priceBook } from '../../shared/evaluate/prices.ts';
import { noCounts, readHistory } from '../../shared/history/read.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import { formatBytes } from '../../shared/jobs/bytes.ts';
import { formatUsd } from '../../shared/jobs/money.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { usage } from './arguments.ts';
import type { PastRead } from './backtest-asked.ts';
import { historySql, type Asked } from './backtest-sql.ts';
import type { Read } from './policy-file.ts';

/** A query as it is sent. */
export interface Query {
  readonly query: string;
  readonly location: string;
  readonly params: { readonly days: number };
  readonly maximumBytesBilled: string;
}

/** What of BigQuery's client is used: a dry run, and the rows of a query. */
export interface QueryClient {
  /** The bytes that the query would read. */
  dryRun(query: Query): Promise<number>;
  rows(query: Query): AsyncIterable<unknown>;
}

/** The official client. It is loaded, and credentials are looked for, when the first call is made. */
export function openClient(projectId: string): QueryClient {
  const opened = async () => {
    const { BigQuery } = await import('@google-cloud/bigquery');
    return new BigQuery({ projectId });
  };
  return {
    dryRun: async (query) => {
      const [job] = await (await opened()).createQueryJob({ ...query, dryRun: true });
      const statistics: unknown = job.metadata?.statistics?.totalBytesProcessed;
      return Number(statistics);
    },
    rows: async function* rows(query) {
      yield* (await opened()).createQueryStream({ ...query });
    },
  };
}

interface Asking {
  readonly client: QueryClient;
  readonly policy: Policy | undefined;
  readonly progress: (text: string) => void;
}

/** BigQuery bills 10 MB for a query that reads less. */
const leastBytes = 10 * 1024 ** 2;

function costWords(bytes: number, { location }: Asked, policy: Policy | undefined): string {
  const book = priceBook(policy?.prices ?? { onDemandPerTiB: {}, slotHour: {}, reservations: {} });
  const price = book.perTiB(location);
  const read = `The query reads ${formatBytes(bytes)} of INFORMATION_SCHEMA in ${location}`;
  if (price === undefined) return `${read}; no price per TiB is known there.`;
  const usd = (Math.max(bytes, leastBytes) / 1024 ** 4) * price.usd;
  return `${read}: ${usd < 0.01 ? '' : 'about '}${formatUsd(usd)} on demand.`;
}

async function orFailed<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`[bigquery] the history could not be asked for: ${says}`, { cause });
  }
}

async function* textOf(rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const row of rows) {
    const text: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'row') : undefined;
    yield `${typeof text === 'string' ? text : 'null'}\n`;
  }
}

async function readRows(query: Query, asked: Asked, asking: Asking, onJob: (past: PastJob) => void) {
  const counts = noCounts();
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => void (problems.length < 10 && problems.push(problem));
  const options = { file: asked.project, location: asked.location, counts, onProblem };
  for await (const jobs of readHistory(textOf(asking.client.rows(query)), options)) {
    for (const job of jobs) onJob(job);
    if (counts.rows % 1000 === 0) asking.progress(`${counts.jobs} jobs`);
  }
  asking.progress('');
  return { counts, problems };
}

/**
 * Asks BigQuery for the jobs of the past: first in a dry run what the query would read, which it says; then, unless only
 * that was wanted or it would read too much, for the rows. Throws an Error `[bigquery] …` when it does not answer.
 */
export async function askBigQuery(
  asked: Asked,
  asking: Asking,
  onJob: (past: PastJob) => void,
): Promise<Read<PastRead>> {
  const { location, days, maxBytes } = asked;
  const query = {
    query: historySql(asked),
    location,
    params: { days },
    maximumBytesBilled: String(Math.ceil(maxBytes)),
  };
  const bytes = await orFailed(() => asking.client.dryRun(query));
  const said = costWords(bytes, asked, asking.policy);
  if (bytes > maxBytes) {
    const cure = `Write --max-bytes "${formatBytes(bytes)}" or more, or fewer --days.`;
    return { problems: [usage('too-many-bytes', `${said} That is more than ${formatBytes(maxBytes)}.`, cure)] };
  }
  if (asked.isDry)
    return { value: { counts: noCounts(), problems: [], told: [said, 'It was not run (--dry-run).', ''] } };
  asking.progress(said);
  const read = await orFailed(() => readRows(query, asked, asking, onJob));
  return { value: { ...read, told: [said, ''] } };
}
