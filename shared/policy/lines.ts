import type { Problem } from '../jobs/problem.ts';
import type { Fault } from './fault.ts';
import { maskSecrets } from './secrets.ts';

/** Where something stands in a policy's data, from the top. */
export type Path = readonly (string | number)[];

/** A stretch of the text of a policy, by offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Something that is wrong at a path, before its line is known. `part`: the key itself or its value. */
export interface Finding {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly fault: Fault;
  readonly severity?: Problem['severity'];
}

/** More problems than this are not looked into: a file that is this wrong is not made better by the rest. */
export const mostProblems = 200;

/** The text of a policy with the offsets at which its lines begin. */
export interface Lines {
  readonly text: string;
  readonly file: string | undefined;
  readonly starts: readonly number[];
}

/** Finds the lines of a text once, so that places in it can be told. */
export function linesOf(text: string, file: string | undefined): Lines {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { text, file, starts };
}

function placeOf({ starts }: Lines, offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

const longestQuote = 200;

/** A path as people read it: `rules[2].limit.runTime`, `teams["data platform"]`; the whole file is `policy`. */
export function pathText(path: Path): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    const shown = maskSecrets(step.slice(0, longestQuote));
    return /^[\w-]+$/.test(shown) ? `.${shown}` : `["${shown}"]`;
  });
  return steps.join('').replace(/^\./, '') || 'policy';
}

/** A problem with its line, column and text. Secrets are masked in everything it quotes. */
export function problemAt(lines: Lines, { path, fault, severity = 'error' }: Finding, span: Span): Problem {
  const [quoted = ''] = lines.text.slice(span.start, Math.min(span.end, span.start + longestQuote)).split(/\r?\n/);
  return {
    code: fault.code,
    severity,
    where: pathText(path),
    ...(lines.file === undefined ? {} : { file: lines.file }),
    ...placeOf(lines, span.start),
    ...(quoted === '' ? {} : { text: maskSecrets(quoted) }),
    says: maskSecrets(fault.says),
    try: maskSecrets(fault.try),
  };
}
