import type { Answer, RuleAnswer } from '../../shared/backtest/answer.ts';
import type { HistoryCounts } from '../../shared/history/read.ts';
import type { Difference } from '../../shared/backtest/compare.ts';
import { breakerWords, countWords, namesWords, ruleCells, ruleHeadings, scopeWords } from './backtest-words.ts';
import type { Line } from './command.ts';
import { inMarkdown } from './print-markdown.ts';
import { table } from './table.ts';

/** Everything that a backtest came to. */
export interface Tested {
  readonly policy: string;
  readonly answer: Answer;
  readonly counts: HistoryCounts;
  /** What other limits would have caught, in lines. */
  readonly whatIf?: readonly Line[];
  readonly against?: { readonly policy: string; readonly difference: Difference };
}

/** Columns in which no rule has anything to say are left out. */
function shown(rules: readonly RuleAnswer[]): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const rows = rules.map(ruleCells);
  const used = ruleHeadings.map((_, column) => rows.some((row) => row[column] !== ''));
  const keep = <Item>(items: readonly Item[]) => items.filter((_, column) => used[column]);
  return { headings: keep(ruleHeadings), rows: rows.map((row) => keep(row)) };
}

function historyWords({ unfinished, unreadable }: HistoryCounts): readonly string[] {
  return [
    ...(unfinished === 0 ? [] : [`${countWords(unfinished)} jobs were not over yet and are left out.`]),
    ...(unreadable === 0 ? [] : [`${countWords(unreadable)} rows could not be read and are left out.`]),
  ];
}

const hitWords = (rules: readonly RuleAnswer[]) =>
  rules
    .filter(({ cancels }) => cancels > 0)
    .map((one) => ({ rule: one.rule, words: `${namesWords(one.owners)}; by ${namesWords(one.clients)}` }));

function differenceRows({ rules }: Difference): readonly (readonly string[])[] {
  const change = (before: number | undefined, after: number | undefined) =>
    `${before === undefined ? 'none' : countWords(before)} -> ${after === undefined ? 'none' : countWords(after)}`;
  return rules.map(({ rule, before, after }) => [
    rule,
    change(before?.cancels, after?.cancels),
    change(before?.likelyFalseAlarms, after?.likelyFalseAlarms),
    change(before?.warned, after?.warned),
  ]);
}

const differenceHeadings = ['RULE', 'CANCELS', 'LIKELY FALSE', 'WARNED'];

function differenceWords({ newlyCancelled, noLongerCancelled }: Difference): string {
  return `${countWords(newlyCancelled)} jobs would be cancelled that were not, and ${countWords(noLongerCancelled)} no longer.`;
}

/** What a backtest came to, as tables. */
export function testedLines({ policy, answer, counts, whatIf = [], against }: Tested): readonly Line[] {
  const { headings, rows } = shown(answer.rules);
  return [
    `What ${policy} would have done, if all of it had been in force. Nothing was done or told.`,
    ...scopeWords(answer),
    ...historyWords(counts),
    ...breakerWords(answer),
    '',
    ...table(headings, rows),
    ...(hitWords(answer.rules).length === 0 ? [] : ['', 'Who would have been hit:']),
    ...hitWords(answer.rules).map(({ rule, words }) => `  ${rule}: ${words}`),
    ...(against === undefined ? [] : ['', `Against ${against.policy}: ${differenceWords(against.difference)}`]),
    ...(against === undefined ? [] : table(differenceHeadings, differenceRows(against.difference))),
    ...whatIf,
    '',
    'This takes for granted:',
    ...answer.assumptions.map((sentence) => `  - ${sentence}`),
  ];
}

const rowOf = (cells: readonly string[]) => `| ${cells.map(inMarkdown).join(' | ')} |`;

function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = headings.map((heading) => heading.slice(0, 1) + heading.slice(1).toLowerCase());
  return [rowOf(names), `|${headings.map(() => ' --- |').join('')}`, ...rows.map(rowOf)].join('\n');
}

/** The same as a comment for a review. */
export function testedMarkdown({ policy, answer, counts, against }: Tested): string {
  const { headings, rows } = shown(answer.rules);
  const facts = [...scopeWords(answer), ...historyWords(counts), ...breakerWords(answer)].map(inMarkdown).join(' ');
  const hit = hitWords(answer.rules).map(({ rule, words }) => `- **${inMarkdown(rule)}**: ${inMarkdown(words)}`);
  const compared =
    against === undefined
      ? []
      : [
          `#### Against ${inMarkdown(against.policy)}`,
          differenceWords(against.difference),
          tableOf(differenceHeadings, differenceRows(against.difference)),
        ];
  const granted = answer.assumptions.map((sentence) => `- ${inMarkdown(sentence)}`).join('\n');
  return [
    `### What ${inMarkdown(policy)} would have done`,
    facts,
    tableOf(headings, rows),
    ...(hit.length === 0 ? [] : [`Who would have been hit:\n\n${hit.join('\n')}`]),
    ...compared,
    `<details><summary>What this takes for granted</summary>\n\n${granted}\n\n</details>`,
  ].join('\n\n');
}
