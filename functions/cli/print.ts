import type { Problem } from '../../shared/jobs/problem.ts';
import type { Line, Report } from './command.ts';
import { paint } from './paint.ts';
import { annotation, logLine } from './print-github.ts';
import { markdown } from './print-markdown.ts';
import { problemLines } from './print-problem.ts';

export const formats = ['text', 'json', 'github', 'markdown'] as const;
export type Format = (typeof formats)[number];

/** How a report is to look. `sources`: the texts of the files that problems may stand in, by the name that problems carry. */
export interface Look {
  readonly format: Format;
  readonly colors: boolean;
  readonly sources: ReadonlyMap<string, string>;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON escapes control characters but these, which a terminal may act on as well. */
function safeJson(text: string): string {
  return text.replaceAll(
    /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

function json({ status, problems, data }: Report): string {
  const { status: _, problems: __, ...rest } = isRecord(data) ? data : { data };
  return `${safeJson(JSON.stringify({ status, problems, ...rest }, undefined, 2))}\n`;
}

function withProblems(problems: readonly Problem[], text: readonly Line[], { sources }: Look): Line[] {
  const blocks = problems.map((problem) => problemLines(problem, sources.get(problem.file ?? '')));
  const parted = blocks.flatMap((lines) => [...lines, '']);
  return text.length === 0 ? parted.slice(0, -1) : [...parted, ...text];
}

/** What a report looks like, to its last line break. */
export function print(report: Report, look: Look): string {
  if (look.format === 'json') return json(report);
  if (look.format === 'markdown') return markdown(report);
  const lines =
    look.format === 'github'
      ? [...report.problems.map(annotation), ...report.text.map(logLine)]
      : withProblems(report.problems, report.text, look).map((line) => paint(line, look.colors));
  return lines.map((line) => `${line}\n`).join('');
}
