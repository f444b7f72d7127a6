import type { Outside } from './command.ts';
import type { Terminal } from './run.ts';

/** A stream that may be a terminal. */
export interface Screen {
  readonly isTTY?: boolean;
}

/** Colours are for terminals only, and not where NO_COLOR says anything (no-color.org) or the terminal knows none. */
export function terminalOf(env: Outside['env'], out: Screen, err: Screen): Terminal {
  const wanted = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return { outColors: wanted && out.isTTY === true, errColors: wanted && err.isTTY === true };
}
