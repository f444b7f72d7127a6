import { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { Log, LogEntry } from '../../functions/log.ts';
import { secretsIn } from './secrets.ts';

/** A log line that gives something away, and the test that was running when it was written. */
interface Leak {
  readonly secret: string;
  readonly line: string;
  readonly test: string;
}

const leaks: Leak[] = [];
let heard = 0;

/** A line of a log, as Cloud Logging would take it; anything else that is written is none of ours. */
const isLogLine = (line: string) => line.startsWith('{') && line.includes('"severity"') && line.includes('"message"');

function hear(line: string): void {
  if (!isLogLine(line)) return;
  heard += 1;
  const { currentTestName: test = 'outside of any test' } = expect.getState();
  for (const secret of secretsIn(line)) leaks.push({ secret, line: line.slice(0, 1500), test });
}

/** How many log lines were heard in this file so far. */
export const linesHeard = (): number => heard;

/** The leaks since the last call. */
export const takeLeaks = (): readonly Leak[] => leaks.splice(0);

/** An error with its causes, as a log line has it. */
function told({ name, message, stack, cause }: Error): unknown {
  return { name, message, stack, cause };
}

/**
 * A log for tests: it keeps its entries in `entries`, and each is searched for secrets as it was given, before anything is
 * blotted out of it.
 */
export function logInto(entries: LogEntry[]): Log {
  return (entry) => {
    entries.push(entry);
    hear(JSON.stringify(entry, (_, value: unknown) => (value instanceof Error ? told(value) : value)));
  };
}

/** Hears whole lines of a stream of pieces. */
function lineHearer() {
  let rest = '';
  return (piece: unknown): void => {
    const text = piece instanceof Uint8Array ? Buffer.from(piece).toString('utf8') : piece;
    if (typeof text !== 'string') return;
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(line);
  };
}

function listenToStream(stream: Readable | null): void {
  if (stream === null) return;
  const { push } = stream;
  const onPiece = lineHearer();
  // Not by an event: a listener would start the stream before the test is ready for it.
  stream.push = (piece: unknown, encoding?: BufferEncoding) => {
    onPiece(piece);
    return push.call(stream, piece, encoding);
  };
}

/** Listens to what this process logs to its output, and to the output of every process that it starts from now on. */
export function listenToOutput(): void {
  const onPiece = lineHearer();
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (piece: string | Uint8Array, ...rest: unknown[]): boolean => {
    onPiece(piece);
    return Reflect.apply(write, process.stdout, [piece, ...rest]);
  };
  // Every way to start a process comes to this one, which is public by its name only.
  const spawn: unknown = Reflect.get(ChildProcess.prototype, 'spawn');
  if (typeof spawn !== 'function') throw new Error('processes are started in another way now');
  const listened = function (this: ChildProcess, ...given: unknown[]): unknown {
    const result: unknown = Reflect.apply(spawn, this, given);
    listenToStream(this.stdout);
    listenToStream(this.stderr);
    return result;
  };
  Reflect.set(ChildProcess.prototype, 'spawn', listened);
}
