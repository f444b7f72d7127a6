import type { Problem } from '../../shared/jobs/problem.ts';
import { maskSecrets } from '../../shared/policy/secrets.ts';
import type { Line, Span } from './command.ts';

const widest = 120;
const looks: Readonly<Record<Problem['severity'], Span['as']>> = { error: 'bad', warning: 'caution', note: 'quiet' };

/** `policy.yaml:8:13`, as terminals and editors make a link of it; empty where there is no file. */
function placeOf({ file, line, column, says }: Problem): string {
  // A file that cannot be read is named in what is said.
  if (file === undefined || (line === undefined && says.startsWith(`${file} `))) return '';
  return [file === '-' ? '<stdin>' : file, line, column].filter((part) => part !== undefined).join(':');
}

/** The line with the offending text marked below it; a long line is cut around the mark. */
function sourceLines(problem: Problem, source: string, gutter: string): Line[] {
  const { line = 1, column = 1, text = '', severity } = problem;
  const first = Math.max(0, column - 1 - widest / 2);
  const shown = maskSecrets(source).slice(first, first + widest);
  const before = shown.slice(0, column - 1 - first).replaceAll(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min(text.length, shown.length - before.length));
  const number = String(line).padStart(gutter.length - 1);
  return [
    [{ text: `${number} |`, as: 'quiet' }, ` ${shown}`],
    [{ text: `${gutter}|`, as: 'quiet' }, ` ${before}`, { text: '^'.repeat(length), as: looks[severity] }],
  ];
}

/**
 * Says one problem for people: the place, what is wrong and the code; the line with the text marked below it where its
 * file was read; what to write instead.
 */
export function problemLines(problem: Problem, source: string | undefined): Line[] {
  const { severity, says, code, line } = problem;
  const place = placeOf(problem);
  const gutter = ' '.repeat(Math.max(5, String(line ?? 0).length + 1));
  const written = line === undefined ? undefined : source?.split(/\r?\n/)[line - 1];
  const head: Line = [
    ...(place === '' ? [] : [{ text: `${place}: `, as: 'strong' } as const]),
    { text: severity, as: looks[severity] },
    `: ${says} `,
    { text: `[${code}]`, as: 'quiet' },
  ];
  const cure: Line = [{ text: `${gutter}=`, as: 'quiet' }, ` ${problem.try}`];
  return [head, ...(written === undefined ? [] : sourceLines(problem, written, gutter)), cure];
}
