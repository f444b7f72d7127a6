import type { ParseArgsOptionsConfig } from 'node:util';
import type { JobSource } from '../../shared/engines/engine.ts';
import type { EngineName } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Objects } from '../../shared/objects/objects.ts';

/** A piece of a line with what it means; how that looks is for the printer. */
export interface Span {
  readonly text: string;
  readonly as: 'good' | 'bad' | 'caution' | 'quiet' | 'strong';
}

/** A line of text for people: plain, or in pieces. */
export type Line = string | readonly (string | Span)[];

/**
 * What a command has to say; it prints nothing itself. `fine` is exit code 0, `findings` 1, `cannot-run` 2. `problems`
 * are shown with their place and cure in every format; `text` is for people; `data` is what `--format json` prints.
 */
export interface Report {
  readonly status: 'fine' | 'findings' | 'cannot-run';
  readonly problems: readonly Problem[];
  readonly text: readonly Line[];
  readonly data: unknown;
  /** What `--format markdown` prints; left out, the text in a block. */
  readonly markdown?: string;
}

/** What was given on the command line, after the name of the command. Option values are as `node:util` parseArgs gives them. */
export interface Given {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly files: readonly string[];
}

/** A file that is read bit by bit; its bytes throw an Error whose message names it. */
export interface Opened {
  readonly chunks: AsyncIterable<Uint8Array | string>;
  /** Undefined where it cannot be told beforehand. */
  readonly totalBytes: () => Promise<number | undefined>;
}

/** Everything outside of a command. It can see jobs where it is given sources, and can cancel none: there is no way to. */
export interface Outside {
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or of standard input for `-`; throws an Error whose message names the file. */
  readonly read: (file: string) => Promise<string>;
  /** The bytes of a file, or of standard input for `-`, as they come; where it is left out, files are read whole. */
  readonly open?: (file: string) => Opened;
  readonly write: (file: string, text: string) => Promise<void>;
  /** Writes a file as a whole, so that nobody ever reads half of it. */
  readonly replace: (file: string, text: string) => Promise<void>;
  /** Removes a file; one that is not there is removed already. */
  readonly remove: (file: string) => Promise<void>;
  /** Opens what is kept in `gs://BUCKET`, `gs://BUCKET/PREFIX`, or a directory of state; nothing is sent before its first call. */
  readonly objects: (place: string) => Objects;
  readonly source: (engine: EngineName) => Promise<JobSource>;
  /** Says how far long work has come, on a terminal only. */
  readonly progress: (text: string) => void;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Usage, what it does, and an example, as `--help` shows it. */
  readonly help: string;
  readonly options: ParseArgsOptionsConfig;
  run(given: Given, outside: Outside): Promise<Report>;
}
