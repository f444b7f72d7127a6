import { splitArray, splitLines, type Piece } from '../../shared/history/split.ts';
import { formatBytes } from '../../shared/jobs/bytes.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Gathering } from '../../shared/report/gathering.ts';
import type { Opened, Outside } from './command.ts';

/** What was read of stored events. Times do not matter here: what is too early was counted as such. */
interface EventCounts {
  readonly earlier: number;
  readonly unreadable: number;
}

/** Counts, and the first few values that cannot be read. */
interface EventsRead {
  readonly counts: EventCounts;
  readonly problems: readonly Problem[];
}

/** Takes one stored value after the other; `where` and `line` are where it stands. */
export interface EventReader {
  text(text: string, at: { readonly file: string; readonly line?: number }): void;
  fault(fault: string, at: { readonly file: string; readonly line: number }): void;
  read(): EventsRead;
}

/** So many values that cannot be read are named; the others are counted. */
const mostNamed = 10;

function leftOver(unreadable: number): readonly Problem[] {
  if (unreadable <= mostNamed) return [];
  const says = `${unreadable - mostNamed} more lines are no events that can be read, ${unreadable} in all.`;
  const cure = 'Correct the export: what is left out is missing in every number.';
  return [{ code: 'events-unreadable', severity: 'warning', where: 'events', says, try: cure }];
}

/** Reads values into a gathering, and keeps what is wrong with them. */
export function eventReader(gathering: Gathering): EventReader {
  const problems: Problem[] = [];
  const counts = { earlier: 0, unreadable: 0 };
  const fault = (why: string, at: { readonly file: string; readonly line?: number }) => {
    counts.unreadable += 1;
    if (problems.length >= mostNamed) return;
    problems.push({
      code: 'event-unreadable',
      severity: 'warning',
      where: 'events',
      ...at,
      says: `This is left out: ${why}.`,
      try: 'Give events as jobwarden published them: one JSON object a line, or a JSON array.',
    });
  };
  return {
    fault,
    text: (text, at) => {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return fault('it is no JSON', at);
      }
      const noted = gathering.note(value);
      if (noted === 'earlier') counts.earlier += 1;
      return typeof noted === 'object' ? fault(noted.unreadable, at) : undefined;
    },
    read: () => ({ counts, problems: [...problems, ...leftOver(counts.unreadable)] }),
  };
}

function openedBy(outside: Outside, file: string): Opened {
  if (outside.open !== undefined) return outside.open(file);
  async function* whole() {
    yield await outside.read(file);
  }
  return { chunks: whole(), totalBytes: async () => undefined };
}

/** The JSON values in a stream of text, an array or one on each line: no more is kept than the value that is not over yet. */
async function* piecesOf(chunks: Opened['chunks'], onBytes: (count: number) => void): AsyncGenerator<readonly Piece[]> {
  const decoder = new TextDecoder();
  let splitter: ReturnType<typeof splitLines> | undefined;
  let start = '';
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (splitter !== undefined) {
      yield splitter.push(text);
      continue;
    }
    start += text;
    if (start.trim() === '') continue;
    splitter = start.trimStart().startsWith('[') ? splitArray() : splitLines();
    yield splitter.push(start);
    start = '';
  }
  if (splitter !== undefined) yield [...splitter.push(decoder.decode()), ...splitter.end()];
}

/** Reads files of events, bit by bit. A file that cannot be opened throws an Error that names it. */
export async function readEventFiles(files: readonly string[], reader: EventReader, outside: Outside): Promise<void> {
  for (const file of files) {
    let bytes = 0;
    const onBytes = (count: number) => {
      bytes += count;
      outside.progress(`${file} ${formatBytes(bytes)}`);
    };
    for await (const pieces of piecesOf(openedBy(outside, file).chunks, onBytes)) {
      for (const piece of pieces) {
        const at = { file, line: piece.line };
        if ('fault' in piece) reader.fault(piece.fault, at);
        else reader.text(piece.text, at);
      }
    }
  }
  outside.progress('');
}
