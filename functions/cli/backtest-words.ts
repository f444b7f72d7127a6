import type { Answer, Range, RuleAnswer } from '../../shared/backtest/answer.ts';
import { formatDuration } from '../../shared/jobs/duration.ts';
import { formatUsd } from '../../shared/jobs/money.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** A count with commas. */
export function countWords(count: number): string {
  return whole.format(count);
}

/** `from to` where they differ, in words. */
export function rangeWords({ low, high }: Range, words: (amount: number) => string): string {
  const [from, to] = [words(low), words(high)];
  return from === to ? to : `${from} to ${to}`;
}

/** Slot hours, finer where they are few. */
export const slotWords = (hours: number) => (hours >= 10 ? whole : fine).format(hours);

/** Headings over the cells of a rule. */
export const ruleHeadings = [
  'RULE',
  'JOBS',
  'CANCELS',
  'LIKELY FALSE',
  'HELD BACK',
  'WARNED',
  'TIME AFTER',
  'SLOT HOURS AFTER',
  'MONEY AFTER',
  'OWNERS',
  'NOT JUDGED',
];

/** A share of jobs: `12 %`, `under 1 %`, empty for none. */
function shareWords(part: number, of: number): string {
  if (part === 0 || of === 0) return '';
  const percent = (part / of) * 100;
  return percent < 1 ? 'under 1 %' : `${Math.round(percent)} %`;
}

function heldWords(heldBack: RuleAnswer['heldBack']): string {
  return Object.entries(heldBack)
    .map(([by, count]) => `${countWords(count)} ${by}`)
    .join(', ');
}

/** What jobs did after their cancel, in three cells: time, slot hours, money. `caught`: how many jobs that were. */
export function afterCells(
  { timeMs, slotHours, usd, unpriced }: RuleAnswer['after'],
  caught: number,
): readonly string[] {
  const money = unpriced === caught ? 'not known' : rangeWords(usd, formatUsd);
  return [rangeWords(timeMs, formatDuration), rangeWords(slotHours, slotWords), money];
}

/** What is said of a rule in a row under the headings; empty where there is nothing to say. */
export function ruleCells(one: RuleAnswer): readonly string[] {
  const hasCancels = one.cancels > 0;
  return [
    one.rule,
    countWords(one.jobs),
    one.action === 'cancel' ? countWords(one.cancels) : '',
    hasCancels ? countWords(one.likelyFalseAlarms) : '',
    heldWords(one.heldBack),
    one.warned + one.recorded === 0 ? '' : countWords(one.warned + one.recorded),
    ...(hasCancels ? afterCells(one.after, one.cancels) : ['', '', '']),
    hasCancels ? countWords(one.owners.different) : '',
    shareWords(one.unjudged, one.jobs),
  ];
}

/** The most frequent names: `ana@example.com 4, lee@example.com 2, 3 more`. */
export function namesWords({ different, most }: RuleAnswer['owners']): string {
  const shown = most.slice(0, 3).map(({ name, count }) => `${name} ${countWords(count)}`);
  return [...shown, ...(different > shown.length ? [`${different - shown.length} more`] : [])].join(', ');
}

/** What was looked at, in sentences. */
export function scopeWords({ period, jobs }: Answer): readonly string[] {
  const when = period === undefined ? 'No job' : `${countWords(jobs.judged)} jobs of ${jobs.projects} projects`;
  const days = period === undefined ? '' : `, ${period.from.slice(0, 10)} to ${period.to.slice(0, 10)}`;
  const leftOut: readonly (readonly [number, string])[] = [
    [jobs.redacted, 'redacted'],
    [jobs.partsOfScripts, 'parts of scripts'],
    [jobs.notListed, 'in projects that no target names'],
  ];
  const words = leftOut.filter(([count]) => count > 0).map(([count, why]) => `${countWords(count)} ${why}`);
  return [`${when}${days}.${words.length === 0 ? '' : ` Not judged: ${words.join(', ')}.`}`];
}

/** What the breaker would have done, and what the lists leave out, in sentences. */
export function breakerWords({ breaker, hitsLeftOut }: Answer): readonly string[] {
  const times = breaker.openings === 1 ? 'once' : `${countWords(breaker.openings)} times`;
  const opened = `The breaker would have opened ${times}, for ${formatDuration(breaker.openMs)} in all.`;
  const first = breaker.first[0];
  const why = first === undefined ? '' : ` First on ${new Date(first.atMs).toISOString().slice(0, 16)}Z: ${first.why}`;
  return [
    breaker.openings === 0 ? 'The breaker would not have opened.' : `${opened}${why}`,
    ...(hitsLeftOut === 0
      ? []
      : [`${countWords(hitsLeftOut)} more jobs were over a limit: too many to plan, and in no number here.`]),
  ];
}
