import { formatBytes } from '../jobs/bytes.ts';
import { formatDuration } from '../jobs/duration.ts';
import type { EngineName, Job } from '../jobs/job.ts';
import { formatUsd } from '../jobs/money.ts';
import { formatQuantity } from '../jobs/quantity.ts';
import type { End, Metric } from '../jobs/verdict.ts';
import type { NoticeJob } from './notice.ts';

/** The engines as people call them. */
export const engineWords: Readonly<Record<EngineName, string>> = {
  bigquery: 'BigQuery',
  'data-fusion': 'Data Fusion',
  'yandex-data-proc': 'Data Proc',
  dli: 'DLI',
};

const metricWords: Readonly<Record<Metric, string>> = {
  runTime: 'run time',
  queueTime: 'time in the queue',
  bytesProcessed: 'read so far',
  bytesEstimated: 'estimated to read',
  slotHours: 'slot time',
  costSoFar: 'cost so far',
  costEstimated: 'estimated cost',
};

/** The ends after which a job runs no more: what is said of it is in the past. */
export const isOver: ReadonlySet<End> = new Set(['cancelled', 'finished-first', 'failed-by-itself', 'gone']);

function metricOf(metric: Metric, did: End): string {
  return isOver.has(did) ? metricWords[metric].replace(' so far', '') : metricWords[metric];
}

function overWords(metric: Metric, over: number): string {
  const isTime = metric === 'runTime' || metric === 'queueTime';
  return isTime && over < 1000 ? 'under 1 s over' : `${formatQuantity(metric, over)} over`;
}

/** One number against its limit, and how far over: `run time 1 h 10 min, limit 30 min: 2.3 times that`. */
export function measuredWords(
  { metric, value, threshold, over }: NoticeJob['measured'][number],
  { line, did }: Pick<NoticeJob, 'line' | 'did'>,
): string {
  const called = metricOf(metric, did);
  const limit = `${line === 'warnAt' ? 'warning line' : 'limit'} ${formatQuantity(metric, threshold)}`;
  if (value === undefined) return `${called} not known, ${limit}`;
  const start = `${called} ${formatQuantity(metric, value)}, ${limit}`;
  if (over !== true) return `${start}: within it`;
  if (threshold > 0 && value >= 2 * threshold) return `${start}: ${Number((value / threshold).toFixed(1))} times that`;
  return `${start}: ${overWords(metric, value - threshold)}`;
}

/** What the job has used, as `ran 31 min, read 1.20 TiB, 2.4 slot hours`; undefined when nothing is known. */
export function spentWords(spent: NoticeJob['spent']): string | undefined {
  const words = [
    spent.runTimeMs === undefined ? undefined : `ran ${formatDuration(spent.runTimeMs)}`,
    spent.bytesProcessed === undefined ? undefined : `read ${formatBytes(spent.bytesProcessed)}`,
    spent.slotMs === undefined ? undefined : formatQuantity('slotHours', spent.slotMs / 3_600_000),
  ].filter((one) => one !== undefined);
  return words.length === 0 ? undefined : words.join(', ');
}

/** What it cost, without a promise that a cancel saves any of it; undefined where that cannot be told. */
export function costWords({ cost, did }: Pick<NoticeJob, 'cost' | 'did'>): string | undefined {
  if (cost === undefined) return undefined;
  const usd = `about ${formatUsd(cost.usd)}`.replace('about under', 'under');
  if (cost.paidBy === 'reserved') return `slot time worth ${usd}, already paid for.`;
  if (did === 'cancelled') return `${usd}, and BigQuery may still bill what was read.`;
  return `${usd}${isOver.has(did) ? '' : ' so far'} for what was read.`;
}

const rowChanges: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'TRUNCATE_TABLE']);

function cancelledBigQueryData(job: Job): string {
  const statement = job.statementType ?? undefined;
  if (job.continuous === true) return 'A continuous query: the rows that it had already written stand.';
  if (statement === 'SELECT') return 'A SELECT: nothing was written.';
  if (statement === 'SCRIPT')
    return 'A script: statements that had finished stand, the one that was running is undone.';
  if (statement !== undefined && rowChanges.has(statement))
    return `A ${statement.replace('_', ' ')} happens whole or not at all: the table is unchanged.`;
  if (statement === 'CREATE_TABLE_AS_SELECT')
    return 'A CREATE TABLE AS SELECT: the table was neither made nor replaced.';
  if (job.jobType === 'load') return 'A load happens whole or not at all: the table is unchanged.';
  if (job.jobType === 'copy') return 'A copy happens whole or not at all: the destination is unchanged.';
  if (job.jobType === 'extract')
    return 'An export: files that it had already written may still be there. Check the bucket.';
  return 'What it had written by then is not known. Check what it writes to.';
}

/** What the end of a job means for its data, in a sentence that promises no more than is known. */
export function dataWords(job: Job, did: End): string {
  if (did === 'finished-first') return 'It finished by itself: its result is complete.';
  if (did === 'failed-by-itself') return 'It did not finish: check what it writes to.';
  if (did === 'gone') return 'Not known: the engine has no record of the job any more.';
  if (did === 'unconfirmed') return 'Not known yet: the job may be stopping.';
  if (did === 'error') return 'Not known: the job may still be running.';
  if (did !== 'cancelled') return 'Nothing was done to the job or its data.';
  if (job.engine === 'bigquery') return cancelledBigQueryData(job);
  if (job.statementType === 'SELECT') return 'A SELECT: no table was changed.';
  return 'What it had written by then stays. Check what it writes to.';
}
