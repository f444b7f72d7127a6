import type { ReportAnswer } from '../../shared/report/answer.ts';
import type { Line } from './command.ts';
import { inMarkdown } from './print-markdown.ts';
import {
  exceptionWords,
  factWords,
  hitWords,
  missingWords,
  periodWords,
  ruleTable,
  verdictWords,
} from './report-words.ts';
import { table } from './table.ts';

interface Said {
  readonly rule: string;
  readonly says: string;
}

function listed(heading: string, lines: readonly string[]): readonly Line[] {
  return lines.length === 0 ? [] : ['', heading, ...lines.map((line) => `  ${line}`)];
}

const named = ({ rule, says }: Said) => `${rule}: ${says}`;

/** What was seen and done in a period, as text. */
export function reportLines(answer: ReportAnswer): readonly Line[] {
  const { headings, rows } = ruleTable(answer.rules);
  return [
    [{ text: `What Jobwarden saw and did, ${periodWords(answer)}.`, as: 'strong' }],
    ...factWords(answer),
    ...(rows.length === 0 ? [] : ['', ...table(headings, rows)]),
    ...listed('What is to be said of each rule:', verdictWords(answer).map(named)),
    ...listed('Who was hit, or would have been:', hitWords(answer).map(named)),
    ...listed('What kept jobs from being cancelled:', exceptionWords(answer)),
    ...listed('Beside that:', missingWords(answer)),
    '',
    'How this was counted:',
    ...answer.assumptions.map((sentence) => `  - ${sentence}`),
  ];
}

const rowOf = (cells: readonly string[]) => `| ${cells.map(inMarkdown).join(' | ')} |`;

function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = headings.map((heading) => heading.slice(0, 1) + heading.slice(1).toLowerCase());
  return [rowOf(names), `|${headings.map(() => ' --- |').join('')}`, ...rows.map(rowOf)].join('\n');
}

const bullets = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n');
const bold = ({ rule, says }: Said) => `**${inMarkdown(rule)}**: ${inMarkdown(says)}`;

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`#### ${heading}`, bullets(lines)];
}

/** The same as a notice of the month: for a message, or the body of a mail. */
export function reportMarkdown(answer: ReportAnswer): string {
  const { headings, rows } = ruleTable(answer.rules);
  return [
    `### What Jobwarden saw and did, ${inMarkdown(periodWords(answer))}`,
    bullets(factWords(answer).map(inMarkdown)),
    ...(rows.length === 0 ? [] : [tableOf(headings, rows)]),
    ...section('What is to be said of each rule', verdictWords(answer).map(bold)),
    ...section('Who was hit, or would have been', hitWords(answer).map(bold)),
    ...section('What kept jobs from being cancelled', exceptionWords(answer).map(inMarkdown)),
    ...section('Beside that', missingWords(answer).map(inMarkdown)),
    `<details><summary>How this was counted</summary>\n\n${bullets(answer.assumptions.map(inMarkdown))}\n\n</details>`,
  ].join('\n\n');
}
