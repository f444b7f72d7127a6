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

/** One number against its limit, and how far over: `run time 1 h 10 min, limit 30 min: 2.3 times that`. */
export function measuredWords(measurement: NoticeJob['measured'][number], line: NoticeJob['line']): string {
  const { metric, value, threshold, over } = measurement;
  const limit = `${line === 'warnAt' ? 'warning line' : 'limit'} ${formatQuantity(metric, threshold)}`;
  if (value === undefined) return `${metricWords[metric]} not known, ${limit}`;
  const start = `${metricWords[metric]} ${formatQuantity(metric, value)}, ${limit}`;
  if (over !== true) return `${start}: within it`;
  if (threshold > 0 && value >= 2 * threshold) return `${start}: ${Number((value / threshold).toFixed(1))} times that`;
  return `${start}: ${formatQuantity(metric, value - threshold)} over`;
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
  return `${usd} so far for what was read.`;
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

const schedulers: Readonly<Record<string, string>> = {
  airflow: 'Airflow',
  dbt: 'dbt',
  dataform: 'Dataform',
  'scheduled-query': 'the scheduled query',
};

function nextAfterCancel({ client, jobType }: NextAbout): string {
  const again = client === undefined ? undefined : schedulers[client];
  if (again !== undefined)
    return `Make it smaller or pause it before ${again} starts it again: it would be cancelled again.`;
  if (jobType !== 'query') return 'Make it smaller or split it before you run it again, or ask for an exemption.';
  return 'Make it smaller before you run it again (fewer days, fewer columns, a filter on the partition), or ask for an exemption.';
}

function nextAfterWarning({ willCancel, line, cancels }: NextAbout): string {
  if (willCancel) return 'If you need it, ask for an exemption before then. If you do not, cancel it now.';
  if (line === 'warnAt')
    return 'If you need it, ask for an exemption: past the limit it may be cancelled. If you do not, cancel it now.';
  if (cancels) return 'If you need it, ask for an exemption: later it may be cancelled. If you do not, cancel it now.';
  return 'Look whether it is still needed, and cancel it yourself if it is not. This rule only warns.';
}

interface NextAbout {
  readonly client?: string | undefined;
  readonly jobType?: string | undefined;
  /** Whether it is told to the operators, not to the owner. */
  readonly toOperators: boolean;
  /** Whether a time for the cancel is known. */
  readonly willCancel: boolean;
  /** Whether the rule cancels what is over its limit. */
  readonly cancels: boolean;
  readonly line: NoticeJob['line'];
}

/** The one thing to do next, as sentences. */
export function nextWords(did: End, about: NextAbout): string {
  switch (did) {
    case 'cancelled':
      return nextAfterCancel(about);
    case 'warned':
      return nextAfterWarning(about);
    case 'finished-first':
      return 'Nothing now. If it runs often, make it smaller or ask for an exemption: next time it may be cancelled.';
    case 'failed-by-itself':
      return 'Look at how it ended: Jobwarden did not cause it.';
    case 'gone':
      return 'Look whether its result is there.';
    case 'forbidden':
      return 'It is still running: cancel it yourself if it is not needed. Jobwarden lacks the permission, and tries again later.';
    case 'unconfirmed':
      return 'Nothing now. Jobwarden looks again every minute and tells you how it ended.';
    case 'error':
      return 'If it must stop now, cancel it yourself. Jobwarden tries again.';
    case 'would-have-been-cancelled':
    case 'would-have-been-warned':
      return about.toOperators
        ? 'See that this is right before the rule is switched to enforce.'
        : 'Say so if this job should be left alone, before the rule is switched to enforce.';
    case 'recorded':
    case 'held-back':
    case 'ended':
    case 'withdrawn':
      return 'Nothing.';
  }
}
