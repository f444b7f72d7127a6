import { RE2JS } from 're2js';
import type { Problem } from '../jobs/problem.ts';
import type { Fault } from './fault.ts';
import { compileGlob } from './glob.ts';

/** Named lists of patterns, as a policy's `groups`. */
export type Groups = Readonly<Record<string, readonly string[]>>;

/** One compiled pattern. `test` says whether what is written after a leading `!` covers the whole value. */
export interface Pattern {
  readonly negated: boolean;
  readonly test: (value: string) => boolean;
}

/** `groups` are the policy's; `lowerCase` compares without case, as principals are compared. */
export interface PatternOptions {
  readonly groups?: Groups;
  readonly lowerCase?: boolean;
}

/** A test of one field: undefined (unknown) in, undefined out; null is a field that is known to be absent. */
export type ValueTest = (value: string | null | undefined) => boolean | undefined;

const longestPattern = 512;
/** Values beyond this are not looked at: they are unknown, and unknown never leads to a cancel. */
const longestValue = 65_536;

const isExpression = (body: string) => body.startsWith('/');

/** The expression between its slashes. */
const expressionOf = (body: string) => body.slice(1, -1);

function expressionFault(body: string): Fault | undefined {
  if (!body.endsWith('/') || body.length < 3) {
    const says = `"${body}" begins with a slash, like an expression, but is not one.`;
    return {
      code: 'bad-regex',
      says,
      try: 'Write the expression between two slashes, such as "/etl-(daily|hourly)/".',
    };
  }
  try {
    RE2JS.compile(expressionOf(body));
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace('error parsing regexp: ', '') : 'it does not parse';
    return { code: 'bad-regex', says: `The expression is not valid RE2: ${why}.`, try: regexAdvice(why) };
  }
}

function regexAdvice(why: string): string {
  if (why.includes('(?'))
    return 'RE2 has no look-ahead or look-behind; use unless, or a second entry that begins with "!".';
  if (why.includes('repeat')) return 'Repeat at most 1000 times altogether.';
  return 'Correct the expression; a backslash before a character makes it stand for itself.';
}

/** What is wrong with the way a pattern is written; undefined when it can be used. Groups are not looked up. */
export function patternFault(text: string): Fault | undefined {
  const body = text.startsWith('!') ? text.slice(1) : text;
  if (body === '')
    return {
      code: 'bad-pattern',
      says: 'There is nothing after the "!".',
      try: 'Write what is meant, such as "!prod".',
    };
  if (body.startsWith('!'))
    return { code: 'bad-pattern', says: 'Two "!" cancel each other out.', try: `Write "${body.slice(1)}".` };
  if (body.length > longestPattern) {
    const says = `The pattern has ${body.length} characters, more than ${longestPattern}.`;
    return { code: 'bad-pattern', says, try: 'Split it into a list or a group.' };
  }
  return isExpression(body) ? expressionFault(body) : undefined;
}

/** The name of the group that a value refers to; undefined when it is a pattern of its own. */
export function groupName(text: string): string | undefined {
  return /^!?@(.*)$/s.exec(text)?.[1];
}

function compileBody(body: string, lowerCase: boolean): (value: string) => boolean {
  if (!isExpression(body)) return compileGlob(lowerCase ? body.toLowerCase() : body);
  const expression = RE2JS.compile(expressionOf(body), lowerCase ? RE2JS.CASE_INSENSITIVE : 0);
  return (value) => expression.matches(value);
}

type Test = (value: string) => boolean;

/** Whether any of the tests holds. Every job meets these, so that the usual one test costs no more than itself. */
function anyOf(tests: readonly Test[]): Test {
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (value) => {
    for (const holds of tests) if (holds(value)) return true;
    return false;
  };
}

function bodiesOf(body: string, groups: Groups): readonly string[] | undefined {
  const group = groupName(body);
  if (group === undefined) return [body];
  return Object.hasOwn(groups, group) ? groups[group] : undefined;
}

/**
 * Compiles one pattern; a group holds when any of its members does. A value of more than 64 KiB passes no test.
 * What cannot be compiled is a Problem without a place.
 */
export function compilePattern(text: string, groups: Groups = {}, lowerCase = false): Pattern | Problem {
  const negated = text.startsWith('!');
  const bodies = bodiesOf(negated ? text.slice(1) : text, groups);
  const unknownGroup: Fault = { code: 'unknown-group', says: `There is no group ${text}.`, try: 'Add it to groups.' };
  const wrong =
    bodies === undefined ? unknownGroup : [text, ...bodies].map(patternFault).find((fault) => fault !== undefined);
  if (bodies === undefined || wrong !== undefined)
    return { severity: 'error', where: text, text, ...(wrong ?? unknownGroup) };
  const holds = anyOf(bodies.map((body) => compileBody(body, lowerCase)));
  const test = (value: string) => value.length <= longestValue && holds(lowerCase ? value.toLowerCase() : value);
  return { negated, test };
}

function compileAll(written: readonly string[], { groups, lowerCase }: PatternOptions): Pattern[] {
  return written.map((text) => {
    const pattern = compilePattern(text, groups, lowerCase);
    if ('test' in pattern) return pattern;
    throw new Error(`[policy] the pattern ${text} was not checked before use: ${pattern.says}`);
  });
}

/**
 * Compiles the values of one key: any positive entry may hold (without positive entries, all do) and no negated one may
 * fail. Absent (null) passes no positive entry and every negated one. Throws on values that no loader has checked.
 */
export function compileValues(written: readonly string[], options: PatternOptions = {}): ValueTest {
  const patterns = compileAll(written, options);
  const positive = patterns.filter(({ negated }) => !negated).map(({ test }) => test);
  const negative = patterns.filter(({ negated }) => negated).map(({ test }) => test);
  const [isWanted, isUnwanted] = [positive.length === 0 ? () => true : anyOf(positive), anyOf(negative)];
  return (value) => {
    if (value === undefined || (value !== null && value.length > longestValue)) return undefined;
    if (value === null) return positive.length === 0;
    return isWanted(value) && !isUnwanted(value);
  };
}
