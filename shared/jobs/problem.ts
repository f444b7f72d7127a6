/** Something the user wrote that is wrong: where it stands, what it says there, and what to write instead. */
export interface Problem {
  /** Stable code with its own heading in the reference, e.g. `unknown-key`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  /** Path of keys, e.g. `rules[2].limit.runTime`, or the name of a setting. */
  readonly where: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  /** The offending text, as written. */
  readonly text?: string;
  readonly says: string;
  readonly try: string;
}
