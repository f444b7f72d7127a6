import type { Problem } from '../jobs/problem.ts';
import { maskSecrets } from './secrets.ts';

const widest = 120;

/** The line with the offending text marked below it; a long line is cut around the mark. */
function marked(line: string, { line: number = 1, column = 1, text = '' }: Problem): string[] {
  const first = Math.max(0, column - 1 - widest / 2);
  const shown = maskSecrets(line).slice(first, first + widest);
  const before = shown.slice(0, column - 1 - first).replaceAll(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min(text.length, shown.length - before.length));
  const gutter = String(number).padStart(5);
  return [`${gutter} | ${shown}`, `${' '.repeat(gutter.length)} | ${before}${'^'.repeat(length)}`];
}

/**
 * Says a problem in plain text: where, which code, the line with the text marked, what is wrong, what to write instead.
 * Without the text of the policy the line is left out.
 */
export function printProblem(problem: Problem, sourceText?: string): string {
  const { file, line, column, severity, code, where, says } = problem;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const source = line === undefined ? undefined : sourceText?.split(/\r?\n/)[line - 1];
  return [
    `${place === '' ? '' : `${place} `}${severity} ${code}: ${says}`,
    ...(source === undefined ? [] : marked(source, problem)),
    `  at ${where}: ${problem.try}`,
  ].join('\n');
}
