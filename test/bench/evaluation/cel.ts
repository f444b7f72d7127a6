import { Environment } from '@marcbachmann/cel-js';
import { aDeployment } from '../../make.ts';
import type { Contender } from './contender.ts';
import { factsOf, fields, numbers, type Facts, type Field } from './facts.ts';
import type { Condition, PlainLimit, PlainRule } from './rules.ts';

/** A name that CEL takes. */
const variable = (field: Field) => field.replace('.', '_');
const text = (word: string) => JSON.stringify(word);
const decimal = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));

function holds({ field, how, words, negated }: Condition): string {
  const name = variable(field);
  const tests = {
    is: () => (words.length === 1 ? `${name} == ${text(words[0])}` : `${name} in [${words.map(text).join(', ')}]`),
    starts: () => words.map((word) => `${name}.startsWith(${text(word)})`).join(' || '),
    ends: () => words.map((word) => `${name}.endsWith(${text(word)})`).join(' || '),
    matches: () => words.map((word) => `${name}.matches(${text(`^(?:${word})$`)})`).join(' || '),
  };
  return `${negated ? '!' : ''}(${tests[how]()})`;
}

function over({ how, of }: PlainLimit): string {
  return `(${of.map(([metric, value]) => `${metric} > ${decimal(value)}`).join(how === 'all' ? ' && ' : ' || ')})`;
}

function reach({ action, scope }: PlainRule): string[] {
  if (action !== 'cancel') return [];
  const own = `principal != ${text(aDeployment().ownPrincipal ?? '')}`;
  const namesWork = scope.some(({ field }) => field === 'statementType');
  return [...(namesWork ? [] : ['jobType == "query"', 'statementType == "SELECT"']), '!continuous', own];
}

/** A rule as one expression: the limit first, which is the fastest order. */
function celOf(rule: PlainRule): string {
  const hours = ['weekday in ["mon", "tue", "wed", "thu", "fri"]', 'minuteOfDay >= 480.0', 'minuteOfDay < 1080.0'];
  const unless = rule.unless === undefined ? [] : [holds({ ...rule.unless, negated: true })];
  const parts = [over(rule.limit), ...reach(rule), ...rule.scope.map(holds), ...unless];
  return [...parts, ...(rule.officeHours ? hours : [])].join(' && ');
}

function environment(): Environment {
  const env = new Environment();
  for (const field of fields) env.registerVariable(variable(field), 'string');
  for (const metric of numbers) env.registerVariable(metric, 'double');
  env.registerVariable('continuous', 'bool').registerVariable('weekday', 'string');
  return env.registerVariable('minuteOfDay', 'double');
}

/** The facts by the names of the variables; undefined for a job that is not judged. */
function contextOf(facts: Facts): Record<string, unknown> | undefined {
  const texts = fields.map((field) => [variable(field), facts[field]]);
  return facts.judged ? { ...facts, ...Object.fromEntries(texts) } : undefined;
}

/** Google's expression language in JavaScript: one typed and parsed expression a rule, each evaluated for each job. */
export function cel(rules: readonly PlainRule[]): Contender {
  const env = environment();
  const programs = rules.map((rule) => ({ name: rule.name, applies: env.parse(celOf(rule)) }));
  return {
    id: 'cel',
    name: '@marcbachmann/cel-js',
    load: (jobs) => {
      const contexts = jobs.map((job) => contextOf(factsOf(job)));
      const applying = (context: Record<string, unknown> | undefined) =>
        context === undefined
          ? []
          : programs.filter(({ applies }) => applies(context) === true).map(({ name }) => name);
      return {
        run: () => contexts.reduce((count, context) => count + applying(context).length, 0),
        pairs: () => Promise.resolve(contexts.map(applying)),
      };
    },
  };
}
