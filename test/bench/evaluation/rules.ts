import type { Job } from '../../../shared/jobs/job.ts';
import type { Action, Metric, Mode } from '../../../shared/jobs/verdict.ts';
import type { Random } from '../random.ts';
import { factsOf, type Field } from './facts.ts';

/** How a field is held against words. An absent label is the empty word, which only `is ''` and negations hold for. */
export type How = 'is' | 'starts' | 'ends' | 'matches';

/** One condition in words that every evaluator can write in its own form. Any of the words may hold. */
export interface Condition {
  readonly field: Field;
  readonly how: How;
  readonly words: readonly [string, ...string[]];
  readonly negated: boolean;
}

/** What may be passed, in the units of `Metric`. */
export interface PlainLimit {
  readonly how: 'any' | 'all';
  readonly of: readonly (readonly [Metric, number])[];
}

/** A rule before it is written in anybody's form. All of `scope` must hold and `unless` must not. */
export interface PlainRule {
  readonly name: string;
  readonly action: Action;
  readonly mode: Mode;
  readonly scope: readonly Condition[];
  readonly unless: Condition | undefined;
  readonly officeHours: boolean;
  readonly limit: PlainLimit;
}

/** A rule whose numbers are still to be found. */
export type Sketch = Omit<PlainRule, 'limit'> & {
  readonly how: PlainLimit['how'];
  readonly metrics: readonly [Metric, ...Metric[]];
};

const condition = (field: Field, how: How, ...words: [string, ...string[]]): Condition => ({
  field,
  how,
  words,
  negated: false,
});
const negated = (one: Condition): Condition => ({ ...one, negated: true });

const sparesTheKept = negated(condition('labels.jobwarden', 'is', 'keep'));

type Scope = (random: Random, base: ReturnType<typeof factsOf>) => Condition;

/** Each is true of the job that it is made from, so that no scope is empty. */
const wide: readonly [Scope, ...Scope[]] = [
  (_, { project }) => condition('project', 'ends', project.slice(project.lastIndexOf('-'))),
  (_, { principalKind }) => condition('principalKind', 'is', principalKind),
  (_, { priority }) => condition('priority', 'is', priority === '' ? 'interactive' : priority),
  (_, { billing }) => condition('billing', 'is', billing === '' ? 'on-demand' : billing),
  (_, { location }) => condition('location', 'is', location),
  (_, { principalKind: kind }) =>
    condition('principal', 'ends', kind === 'person' ? '@example.com' : '.iam.gserviceaccount.com'),
  (_, facts) => negated(condition('labels.tier', 'is', facts['labels.tier'] === 'gold' ? 'silver' : 'gold')),
  (_, facts) => condition('labels.env', 'is', facts['labels.env']),
];
const narrow: readonly [Scope, ...Scope[]] = [
  (_, { project }) => condition('project', 'starts', `${project.slice(0, project.indexOf('-'))}-`),
  (random, { project }) => condition('project', 'is', project, `team0${random.below(10)}-core-prod`),
  (_, { principal }) => condition('principal', 'starts', principal.slice(0, principal.search(/\d/))),
  (_, facts) => condition('labels.team', 'is', facts['labels.team']),
  (_, { client }) => condition('client', 'is', client === '' ? 'dbt' : client),
];
const expressions: readonly [Scope, ...Scope[]] = [
  (_, { project }) => condition('project', 'matches', `team0?${project.slice(5, 6)}-(core|ads)-[a-z]+`, project),
  (_, { principal }) =>
    condition('principal', 'matches', `(etl|dbt|person)[0-9.-]+.*`, principal.replace(/.*@/, '.*@')),
];

const metricsByWeight: readonly [Metric, ...Metric[]] = [
  'runTime',
  'bytesProcessed',
  'slotHours',
  'costSoFar',
  'queueTime',
];

function metricsOf(random: Random): readonly [Metric, ...Metric[]] {
  const first = random.pick(metricsByWeight, 2);
  if (random.chance(0.6)) return [first];
  const second = random.pick(metricsByWeight, 2);
  return first === second || first === 'queueTime' || second === 'queueTime' ? [first] : [first, second];
}

function scopeOf(random: Random, base: Job, index: number): readonly Condition[] {
  const facts = factsOf(base);
  const regex = index % 10 === 5 ? [random.pick(expressions)(random, facts)] : [];
  const small = random.chance(0.5) ? [random.pick(narrow)(random, facts)] : [];
  const all = [...regex, ...small, random.pick(wide)(random, facts), random.pick(wide)(random, facts)];
  const work =
    facts.statementType === 'SELECT' || facts.statementType === ''
      ? []
      : [condition('statementType', 'is', 'SELECT', facts.statementType)];
  const fields = new Set<Field>();
  return [...all, ...work].filter(({ field }) => !fields.has(field) && fields.add(field));
}

function sketch(random: Random, base: Job, index: number): Sketch {
  return {
    name: `rule-${index}`,
    action: random.pick(['cancel', 'warn', 'cancel', 'record']),
    mode: random.chance(0.8) ? 'enforce' : 'observe',
    // The first rule is alone where there is one rule only, so it is about nearly every job.
    scope: index === 0 ? [sparesTheKept] : scopeOf(random, base, index),
    unless: random.chance(0.3) ? condition('principal', 'starts', 'bi-', 'ml-1') : undefined,
    officeHours: index % 20 === 7,
    how: random.chance(0.3) ? 'all' : 'any',
    metrics: index === 0 ? ['runTime'] : metricsOf(random),
  };
}

/**
 * So many rules as people write them: a scope by projects, identities, labels, kinds of work (each true of one job that
 * there is, so that no rule is about nothing), one in ten with an expression, one in twenty in office hours only, a
 * third with an exception, and one or two numbers.
 */
export function sketches(random: Random, jobs: readonly [Job, ...Job[]], count: number): readonly Sketch[] {
  return Array.from({ length: count }, (_, index) => sketch(random, random.pick(jobs), index));
}
