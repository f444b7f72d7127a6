import type { Compiled } from '../../../shared/evaluate/compile.ts';
import { judge } from '../../../shared/evaluate/evaluate.ts';
import type { Metric } from '../../../shared/jobs/verdict.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { aRule, compiled, nowMs, type WrittenRule } from '../../make.ts';
import type { Contender } from './contender.ts';
import { projects } from './jobs.ts';
import type { Condition, How, PlainLimit, PlainRule } from './rules.ts';

const patterns: Readonly<Record<How, (word: string) => string>> = {
  is: (word) => word,
  starts: (word) => `${word}*`,
  ends: (word) => `*${word}`,
  matches: (word) => `/${word}/`,
};

function valuesOf({ field, how, words, negated }: Condition): string[] {
  const isAbsent = field.startsWith('labels.') && how === 'is' && words[0] === '';
  return isAbsent ? ['absent'] : words.map((word) => `${negated ? '!' : ''}${patterns[how](word)}`);
}

/** A block of a match, as it stands in a policy. */
function blockOf(conditions: readonly Condition[]): object {
  const isLabel = ({ field }: Condition) => field.startsWith('labels.');
  const labels = conditions.filter(isLabel).map((one) => [one.field.slice('labels.'.length), valuesOf(one)]);
  const others = conditions.filter((one) => !isLabel(one)).map((one) => [one.field, valuesOf(one)]);
  return { ...Object.fromEntries(others), ...(labels.length > 0 && { labels: Object.fromEntries(labels) }) };
}

function quantity(metric: Metric, value: number): string | number {
  if (metric === 'runTime' || metric === 'queueTime') return `${value / 1000}s`;
  if (metric === 'bytesProcessed') return `${value / 1024 ** 2} MiB`;
  return metric === 'costSoFar' ? `${value} USD` : value;
}

function limitOf({ how, of }: PlainLimit): WrittenRule['limit'] {
  const numbers = Object.fromEntries(of.map(([metric, value]) => [metric, quantity(metric, value)]));
  return how === 'all' ? { all: numbers } : numbers;
}

/** A rule as it stands in a policy. */
function writtenRule({ name, action, mode, scope, unless, officeHours, limit }: PlainRule) {
  return aRule({
    name,
    action,
    mode,
    match: { ...blockOf(scope), ...(unless !== undefined && { unless: blockOf([unless]) }) },
    limit: limitOf(limit),
    ...(officeHours && { active: { days: 'mon-fri', hours: '08:00-18:00' } }),
  });
}

/** The policy of these rules, read by its schema and compiled. */
export function compiledOf(rules: readonly PlainRule[]): Compiled {
  return compiled({ targets: [{ engine: 'bigquery', projects: [...projects] }], rules: rules.map(writtenRule) });
}

/** The product's own evaluator: the policy read by its schema, compiled once, each job judged. */
export function product(rules: readonly PlainRule[]): Contender {
  const policy = compiledOf(rules);
  const applying = (job: Job) =>
    judge(policy, job, nowMs).flatMap(({ rule, superseded }) => [rule, ...superseded.map((loser) => loser.rule)]);
  return {
    id: 'product',
    name: 'judge()',
    load: (jobs) => ({
      run: () => {
        let count = 0;
        for (const job of jobs) for (const verdict of judge(policy, job, nowMs)) count += 1 + verdict.superseded.length;
        return count;
      },
      pairs: () => Promise.resolve(jobs.map(applying)),
    }),
  };
}
