import { knownJobs } from '../../shared/history/known-jobs.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import { noCounts, readHistory, type HistoryCounts } from '../../shared/history/read.ts';
import { formatBytes } from '../../shared/jobs/bytes.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Opened, Outside } from './command.ts';

/** What was read of a history. */
export interface HistoryRead {
  readonly counts: HistoryCounts;
  readonly problems: readonly Problem[];
}

/** So many rows that cannot be read are named; the others are counted. */
const mostNamed = 10;
const barWidth = 30;

function openedBy(outside: Outside, file: string): Opened {
  if (outside.open !== undefined) return outside.open(file);
  async function* whole() {
    yield await outside.read(file);
  }
  return { chunks: whole(), totalBytes: async () => undefined };
}

function bar(readBytes: number, totalBytes: number | undefined): string {
  if (totalBytes === undefined || totalBytes === 0) return formatBytes(readBytes);
  const share = Math.min(1, readBytes / totalBytes);
  const full = Math.round(share * barWidth);
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${Math.floor(share * 100)} %`;
}

async function* watched(file: string, outside: Outside, counts: HistoryCounts): AsyncGenerator<Uint8Array | string> {
  const { chunks, totalBytes } = openedBy(outside, file);
  const total = await totalBytes();
  let readBytes = 0;
  for await (const chunk of chunks) {
    readBytes += chunk.length;
    yield chunk;
    outside.progress(`${file} ${bar(readBytes, total)}, ${counts.jobs} jobs`);
  }
}

function leftOver({ unreadable }: HistoryCounts, named: number): readonly Problem[] {
  if (unreadable <= named) return [];
  const says = `${unreadable - named} more rows could not be read, ${unreadable} in all.`;
  const cure = 'Correct the export: what is left out is missing in every number.';
  return [{ code: 'rows-unreadable', severity: 'warning', where: 'history', says, try: cure }];
}

function repeatedRows(repeated: number): readonly Problem[] {
  if (repeated === 0) return [];
  const says = `${repeated} rows are of jobs that were read already: each job is counted once.`;
  const cure = 'Nothing has to be done. Exports that do not overlap are read faster.';
  return [{ code: 'rows-repeated', severity: 'warning', where: 'history', says, try: cure }];
}

/**
 * Reads histories file by file, bit by bit, and gives each job on, once. Rows that cannot be read are counted and named;
 * those of a job that was read already are counted.
 */
export async function readHistories(
  files: readonly string[],
  { outside, location }: { readonly outside: Outside; readonly location: string | undefined },
  onJob: (past: PastJob) => void,
): Promise<HistoryRead> {
  const counts = noCounts();
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => void (problems.length < mostNamed && problems.push(problem));
  const known = knownJobs();
  let repeated = 0;
  const once = (job: PastJob) => (known.isKnown(job) ? void (repeated += 1) : onJob(job));
  for (const file of files) {
    const options = { file, location, counts, onProblem };
    for await (const jobs of readHistory(watched(file, outside, counts), options)) jobs.forEach(once);
  }
  outside.progress('');
  counts.jobs -= repeated;
  return { counts, problems: [...problems, ...leftOver(counts, problems.length), ...repeatedRows(repeated)] };
}
