/** One fault put into the source on purpose. `find` occurs exactly once in the file. */
export interface Mutant {
  /** Below shared; its folder says which tests must find the fault. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly why: string;
  /** Whether it can turn "no cancel" into a cancel. Such a mutant must never survive. */
  readonly unsafe: boolean;
}

type Row = readonly [find: string, replace: string, why: string];

/** The faults of one file. */
export const rows = (file: string, unsafe: boolean, ...all: readonly Row[]): readonly Mutant[] =>
  all.map(([find, replace, why]) => ({ file, find, replace, why, unsafe }));
