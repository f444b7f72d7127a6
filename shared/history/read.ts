import type { Problem } from '../jobs/problem.ts';
import type { PastJob } from './past-job.ts';
import { readRow, type RowDefaults } from './row.ts';
import { splitArray, splitLines, type Piece, type Splitter } from './split.ts';

/** What became of the rows of a history. Nothing is lost without being counted here. */
export interface HistoryCounts {
  rows: number;
  jobs: number;
  /** Jobs that were not over when the history was recorded: what became of them is not known. */
  unfinished: number;
  unreadable: number;
}

/** How a history is read. `onProblem` hears of each row that cannot be read. */
export interface HistoryOptions extends RowDefaults {
  readonly file: string;
  readonly counts: HistoryCounts;
  readonly onProblem: (problem: Problem) => void;
}

/** Nothing read so far. */
export function noCounts(): HistoryCounts {
  return { rows: 0, jobs: 0, unfinished: 0, unreadable: 0 };
}

function unreadable({ file, counts, onProblem }: HistoryOptions, line: number, why: string): void {
  counts.unreadable += 1;
  onProblem({
    code: 'row-unreadable',
    severity: 'warning',
    where: 'history',
    file,
    line,
    says: `This row is left out: ${why}.`,
    try: 'Export the rows of INFORMATION_SCHEMA.JOBS again, as JSON with one row on each line.',
  });
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function jobOf(piece: Piece, options: HistoryOptions): PastJob | undefined {
  const { counts } = options;
  counts.rows += 1;
  const row = 'fault' in piece ? undefined : parsed(piece.text);
  if (row === undefined) {
    unreadable(options, piece.line, 'fault' in piece ? piece.fault : 'it is no JSON');
    return undefined;
  }
  const reading = readRow(row.value, options);
  if ('unreadable' in reading) unreadable(options, piece.line, reading.unreadable);
  if ('unfinished' in reading) counts.unfinished += 1;
  if (!('past' in reading)) return undefined;
  counts.jobs += 1;
  return reading.past;
}

/** A JSON array begins with its bracket; everything else is read line by line. */
function splitterFor(start: string): Splitter {
  return start.trimStart().startsWith('[') ? splitArray() : splitLines();
}

/**
 * Reads exported rows of INFORMATION_SCHEMA.JOBS, a JSON array or one JSON object on each line, as they come: no more of
 * the text is kept than the row that is not complete yet. Rows that cannot be read are counted and told.
 */
export async function* readHistory(
  chunks: AsyncIterable<Uint8Array | string>,
  options: HistoryOptions,
): AsyncGenerator<readonly PastJob[]> {
  const decoder = new TextDecoder();
  let splitter: Splitter | undefined;
  let start = '';
  const jobsOf = (pieces: readonly Piece[]) => pieces.flatMap((piece) => jobOf(piece, options) ?? []);
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (splitter !== undefined) {
      yield jobsOf(splitter.push(text));
      continue;
    }
    start += text;
    if (start.trim() === '') continue;
    splitter = splitterFor(start);
    yield jobsOf(splitter.push(start));
  }
  if (splitter !== undefined) yield jobsOf([...splitter.push(decoder.decode()), ...splitter.end()]);
}
