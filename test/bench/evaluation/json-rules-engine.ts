import { Engine, type RuleProperties, type TopLevelCondition } from 'json-rules-engine';
import { aDeployment } from '../../make.ts';
import type { Contender } from './contender.ts';
import { factsOf, type Facts } from './facts.ts';
import type { Condition, PlainLimit, PlainRule } from './rules.ts';

type Test = TopLevelCondition | { fact: string; operator: string; value: unknown; priority?: number };

/** Conditions of a higher priority are looked at first, and the others only when those hold. */
const early = 10;

const one = (fact: string, operator: string, value: unknown): Test => ({ fact, operator, value });
const not = (test: Test): TopLevelCondition => ({ not: test });

function holds({ field, how, words, negated }: Condition): Test {
  if (how === 'is') return one(field, negated ? 'notIn' : 'in', words);
  const tests = words.map((word) => one(field, how, how === 'matches' ? `^(?:${word})$` : word));
  return negated ? not({ any: tests }) : { any: tests };
}

function over({ how, of }: PlainLimit): TopLevelCondition {
  const tests = of.map(([metric, value]) => one(metric, 'greaterThan', value));
  return how === 'all' ? { all: tests, priority: early } : { any: tests, priority: early };
}

function reach({ action, scope }: PlainRule): Test[] {
  if (action !== 'cancel') return [];
  const namesWork = scope.some(({ field }) => field === 'statementType');
  const work = [one('jobType', 'equal', 'query'), one('statementType', 'equal', 'SELECT')];
  return [
    ...(namesWork ? [] : work),
    one('continuous', 'equal', false),
    one('principal', 'notEqual', aDeployment().ownPrincipal),
  ];
}

const officeHours: readonly Test[] = [
  one('weekday', 'in', ['mon', 'tue', 'wed', 'thu', 'fri']),
  one('minuteOfDay', 'greaterThanInclusive', 480),
  one('minuteOfDay', 'lessThan', 1080),
];

/** A rule as that library takes it. */
function jsonRule(rule: PlainRule): RuleProperties {
  const unless = rule.unless === undefined ? [] : [holds({ ...rule.unless, negated: true })];
  const tests = [over(rule.limit), ...reach(rule), ...rule.scope.map(holds), ...unless];
  return {
    conditions: { all: [...tests, ...(rule.officeHours ? officeHours : [])] },
    event: { type: rule.name },
  };
}

function engineOf(rules: readonly PlainRule[]): Engine {
  const engine = new Engine(rules.map(jsonRule));
  const expressions = new Map<string, RegExp>();
  engine.addOperator('starts', (value: string, word: string) => value.startsWith(word));
  engine.addOperator('ends', (value: string, word: string) => value.endsWith(word));
  engine.addOperator('matches', (value: string, word: string) => {
    const expression = expressions.get(word) ?? new RegExp(word);
    expressions.set(word, expression);
    return expression.test(value);
  });
  return engine;
}

/** The best known rule library of the language: the rules as its JSON, with the operators for text added to it. */
export function jsonRulesEngine(rules: readonly PlainRule[]): Contender {
  const engine = engineOf(rules);
  const applying = async (facts: Facts): Promise<string[]> => {
    if (!facts.judged) return [];
    const { events } = await engine.run(facts);
    return events.map(({ type }) => type);
  };
  return {
    id: 'json',
    name: 'json-rules-engine',
    load: (jobs) => {
      const all = jobs.map(factsOf);
      const run = async () => {
        let count = 0;
        for (const facts of all) count += (await applying(facts)).length;
        return count;
      };
      const pairs = async () => {
        const found: string[][] = [];
        for (const facts of all) found.push(await applying(facts));
        return found;
      };
      return { run, pairs };
    },
  };
}
