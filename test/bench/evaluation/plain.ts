import type { Metric } from '../../../shared/jobs/verdict.ts';
import type { Facts } from './facts.ts';
import type { Condition, PlainLimit, PlainRule, Sketch } from './rules.ts';

type Test = (facts: Facts) => boolean;

function wordTest({ how, words }: Condition): (value: string) => boolean {
  if (how === 'is') return (value) => words.includes(value);
  if (how === 'starts') return (value) => words.some((word) => value.startsWith(word));
  if (how === 'ends') return (value) => words.some((word) => value.endsWith(word));
  const expressions = words.map((word) => new RegExp(`^(?:${word})$`));
  return (value) => expressions.some((expression) => expression.test(value));
}

function conditionTest(condition: Condition): Test {
  const holds = wordTest(condition);
  return (facts) => holds(facts[condition.field]) !== condition.negated;
}

/** Whether a rule is about a job, whatever its numbers are. Office hours are left out: it is Wednesday, 10:00. */
export function scopeTest({ scope, unless, action }: Sketch | PlainRule): Test {
  const tests = scope.map(conditionTest);
  const isExcepted = unless === undefined ? () => false : conditionTest(unless);
  const reachesAll = action !== 'cancel' || scope.some(({ field }) => field === 'statementType');
  const reaches: Test = ({ jobType, statementType, continuous }) =>
    action !== 'cancel' || (!continuous && (reachesAll || (jobType === 'query' && statementType === 'SELECT')));
  return (facts) => facts.judged && reaches(facts) && tests.every((holds) => holds(facts)) && !isExcepted(facts);
}

/** The numbers that rules of the bench ask for. */
export const numberOf = (facts: Facts, metric: Metric): number =>
  metric === 'bytesEstimated' || metric === 'costEstimated' ? -1 : facts[metric];

function limitTest({ how, of }: PlainLimit): Test {
  const isOver = (facts: Facts) => of.map(([metric, threshold]) => numberOf(facts, metric) > threshold);
  return (facts) => (how === 'all' ? !isOver(facts).includes(false) : isOver(facts).includes(true));
}

/** Whether any of the rules applies to a job: the plainest evaluator, which the bench sets up its work with. */
export function anyApplies(rules: readonly PlainRule[]): Test {
  const tests = rules.map((rule) => ({ isOver: limitTest(rule.limit), isInScope: scopeTest(rule) }));
  return (facts) => tests.some(({ isOver, isInScope }) => isOver(facts) && isInScope(facts));
}
