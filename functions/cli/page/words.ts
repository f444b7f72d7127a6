import type { RuleAnswer } from '../../../shared/backtest/answer.ts';
import type { WhatIfAt } from '../../../shared/backtest/curve.ts';
import { formatDuration } from '../../../shared/jobs/duration.ts';
import type { Action, Metric } from '../../../shared/jobs/verdict.ts';
import { metrics } from '../../../shared/jobs/verdict.ts';
import type { Policy } from '../../../shared/policy/schema.ts';
import { countWords } from '../backtest-words.ts';
import { harmless } from '../paint.ts';
import { written } from '../written.ts';

type Rule = Policy['rules'][number];

/** What a metric is called in a sentence. */
export const metricWords: Readonly<Record<Metric, string>> = {
  runTime: 'run time',
  queueTime: 'waiting time',
  bytesProcessed: 'bytes processed',
  bytesEstimated: 'estimated bytes',
  slotHours: 'slot hours',
  costSoFar: 'cost',
  costEstimated: 'estimated cost',
};

/** An amount as people say it: `45 min`, `5 TiB`, `2.5 slot hours`, `50 USD`. */
export function amountWords(metric: Metric, value: number): string {
  if (metric === 'runTime' || metric === 'queueTime') return formatDuration(value);
  return metric === 'slotHours' ? `${written(metric, value)} slot h` : written(metric, value);
}

const longestName = 80;

/** A name that somebody else chose, on one line, not too long, and with nothing in it that hides or turns text. */
export function nameWords(name: string): string {
  const shown = harmless(name)
    .replaceAll(/[\s\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\u00ad\u200b-\u200f\u2060-\u206f\u{e0000}-\u{e007f}]/gu, '\uFFFD');
  const characters = Array.from(shown.toWellFormed());
  return characters.length <= longestName ? characters.join('') : `${characters.slice(0, longestName - 1).join('')}…`;
}

/** `one job`, `1,204 jobs`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countWords(count)} ${count === 1 ? one : many}`;
}

/** What is done to a job over a limit, in the words of its table and its sentences. */
export const done: Readonly<Record<Action, string>> = { cancel: 'cancelled', warn: 'warned of', record: 'recorded' };

const nouns: Readonly<Record<Action, string>> = { cancel: 'cancel', warn: 'warning', record: 'record' };

const holderWords: Readonly<Record<string, string>> = {
  breaker: 'the breaker',
  budget: 'the budget',
  grace: 'grace',
  freeze: 'a freeze',
  exemption: 'an exemption',
  protection: 'protection',
  'opt-out': 'an opt-out of their owners',
  retries: 'what the rule says of retries',
};

/** What held cancels back: `the breaker held 30 back, and the budget 4`. */
function heldBackWords(heldBack: readonly (readonly [by: string, count: number])[]): string {
  return heldBack
    .map(
      ([by, count], index) =>
        `${holderWords[by] ?? by} ${index === 0 ? `held ${countWords(count)} back` : countWords(count)}`,
    )
    .join(', and ');
}

/** Why the answer counts something else than the rule alone catches at its own limit, in a sentence. */
function whyOther({ heldBack }: RuleAnswer, caught: number, counted: number): string {
  const others = Object.entries(heldBack).filter(([by]) => by !== 'grace');
  const held = others.reduce((sum, [, count]) => sum + count, 0);
  const back = held === 0 ? '.' : `, because ${heldBackWords(others)} until the jobs ended.`;
  const isAll = caught - counted === held;
  return `${back}${isAll ? '' : ' For the others, another rule decided, or the rule was outside its hours, or acted later.'}`;
}

/** How the numbers of a rule alone, at its own limit, stand to those of the answer. */
export function standingWords(rule: Rule, answer: RuleAnswer, { caught, endedInGrace }: WhatIfAt): string {
  const { action } = rule;
  const counted = action === 'cancel' ? answer.cancels : action === 'warn' ? answer.warned : answer.recorded;
  const graceWords =
    endedInGrace === 0
      ? ''
      : ` ${countOf(endedInGrace, 'more job')} passed it and ended within the grace of ${formatDuration(rule.graceMs ?? 0)}.`;
  const alone = `With the limit of the policy this rule alone catches ${countOf(caught, 'job')}.${graceWords}`;
  if (caught === counted) return `${alone} The answer above counts the same.`;
  const says = `The answer above counts ${countOf(counted, nouns[action])}`;
  const why =
    action === 'cancel'
      ? whyOther(answer, caught, counted)
      : '. It counts only jobs that no earlier or more severe rule takes.';
  return `${alone} ${says}${why}`;
}

/** What the slider moves, and what it leaves where it is. */
export function moveWords({ limit }: Rule, metric: Metric): string {
  const others = metrics.filter((one) => one !== metric && limit.of[one] !== undefined);
  if (others.length === 0) return '';
  const stay = others.map((one) => `${metricWords[one]} (${written(one, limit.of[one] ?? 0)})`).join(' and ');
  const how = limit.how === 'all' ? 'A job must pass every one of them' : 'Passing any one of them is enough';
  const unknown = others.some((one) => one.endsWith('Estimated'))
    ? ' The history has no estimates, so those never count here.'
    : '';
  return `The limit has ${others.length + 1} numbers. ${how}. This slider moves the ${metricWords[metric]}; ${stay} stays as it is.${unknown}`;
}
