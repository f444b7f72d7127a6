import type { z } from 'zod';
import { closest, didYouMean } from './closest.ts';
import { genericPath, homeOf, nearHome, sampleOf } from './fields.ts';
import { readFault, type Fault } from './fault.ts';
import { mostProblems, type Finding, type Path } from './lines.ts';

type Issue = z.core.$ZodIssue;

const pathOf = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === 'number' ? step : String(step)));

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    const isContainer = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    return isContainer ? Reflect.get(value, step) : undefined;
  }, data);
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

/** A single value as it was written; what is no single value has none. */
function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text "${value}"`;
  return typeof value === 'object' ? 'keys with values' : wordOf(value);
}

function wrongType(expected: readonly string[], value: unknown, path: Path): Fault {
  const wanted = expected.map((kind) => kinds[kind] ?? kind).join(' or ');
  const says = `Expected ${wanted}, found ${kindOf(value)}.`;
  const isBare = typeof value === 'number' || typeof value === 'boolean';
  if (expected.includes('string') && isBare)
    return { code: 'wrong-type', says, try: `Put it in quotes: "${String(value)}".` };
  const sample = sampleOf(genericPath(path));
  return {
    code: 'wrong-type',
    says,
    try: sample.endsWith(':') ? `Write ${wanted}.` : `Write ${wanted}, such as ${sample}.`,
  };
}

function unknownKey(key: string, parent: Path, known: readonly string[]): Fault {
  const from = genericPath(parent);
  const near = closest(key, known);
  const home = homeOf(key, from) ?? (near === undefined ? nearHome(key, from) : undefined);
  const isBelow = from !== '' && home !== undefined && known.includes(home.split(/[.[]/)[0] ?? '');
  const meant = isBelow ? home : (near ?? home);
  const says = `There is no key ${key || '""'} ${from === '' ? 'at the top of a policy' : 'here'}.`;
  return { code: 'unknown-key', says, try: meant === undefined ? didYouMean(key, known) : `Did you mean ${meant}?` };
}

/** Completes faults that only know the word and the words there are. */
function completed(found: Fault, path: Path): Fault {
  if (found.code === 'unknown-timezone') {
    const zone = closest(found.says, Intl.supportedValuesOf('timeZone'));
    const says = `There is no time zone ${found.says}.`;
    return {
      ...found,
      says,
      try: zone === undefined ? 'Write an IANA name, such as Europe/Berlin.' : `Did you mean ${zone}?`,
    };
  }
  if (found.code === 'unknown-value') return unknownValue(found.says, found.try.split(','), path);
  return found;
}

function unknownValue(word: string, known: readonly string[], path: Path): Fault {
  if (path.length === 1 && path[0] === 'version') {
    return {
      code: 'unsupported-version',
      says: `Version ${word} of the policy language is not known.`,
      try: 'Write version: 1.',
    };
  }
  const body = word.replace(/^!/, '');
  return { code: 'unknown-value', says: `${word} is not a word that this key takes.`, try: didYouMean(body, known) };
}

function limits(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): Fault {
  const isSmall = issue.code === 'too_small';
  const bound = String(isSmall ? issue.minimum : issue.maximum);
  const isAmount = issue.origin === 'number' || issue.origin === 'int';
  if (isAmount) {
    return {
      code: 'out-of-range',
      says: `The number is too ${isSmall ? 'small' : 'large'}.`,
      try: `Write a number of ${isSmall ? 'at least' : 'at most'} ${bound}.`,
    };
  }
  if (isSmall)
    return { code: 'empty-list', says: 'The list is empty.', try: 'Name at least one entry, or leave the key out.' };
  return { code: 'too-many', says: `This is longer than ${bound}.`, try: 'Shorten it, or split it.' };
}

/** The branch of a union that was meant: the one that got furthest, or the only one that takes the type of the value. */
function branchOf(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const isRootType = (issue: Issue) =>
    issue.code === 'invalid_type' && issue.path.length === 0 && readFault(issue.message) === undefined;
  const fitting = branches.filter((branch) => !branch.some(isRootType));
  const wordless = fitting.find(
    (branch) => !branch.some(({ code, path }) => code === 'invalid_value' && path.length === 0),
  );
  return wordless ?? fitting[0];
}

function typeFault(issue: Issue, path: Path, data: unknown): Fault {
  const value = valueAt(data, path);
  const key = String(path.at(-1) ?? 'policy');
  if (value === undefined)
    return { code: 'missing-key', says: `${key} is missing.`, try: `Add ${sampleOf(genericPath(path))}.` };
  if (value === null) return { code: 'no-value', says: `${key} has no value.`, try: noValueAdvice(path) };
  const own = readFault(issue.message);
  if (own !== undefined) return completed(own, path);
  if (issue.code === 'invalid_value') return unknownValue(wordOf(value), issue.values.map(String), path);
  if (issue.code === 'too_small' || issue.code === 'too_big') return limits(issue);
  if (issue.code === 'invalid_type' && issue.expected === 'int') {
    return { code: 'out-of-range', says: `${wordOf(value)} is not a whole number.`, try: 'Write a whole number.' };
  }
  if (issue.code === 'invalid_union') return unionFault(issue, value, path);
  return wrongType([issue.code === 'invalid_type' ? issue.expected : 'another value'], value, path);
}

function noValueAdvice(path: Path): string {
  const sample = sampleOf(genericPath(path));
  const start = sample.endsWith(':')
    ? 'Write one, or leave the key out.'
    : `Write one, such as ${sample}, or leave the key out.`;
  return `${start} A # begins a comment unless it is in quotes.`;
}

/** The words that a union by discriminator takes; zod's types do not know this key. */
const optionsOf = (issue: Issue): readonly unknown[] | undefined =>
  'options' in issue && Array.isArray(issue.options) ? issue.options : undefined;

function unionFault(issue: Extract<Issue, { code: 'invalid_union' }>, value: unknown, path: Path): Fault {
  const options = optionsOf(issue);
  if (options !== undefined) return unknownValue(wordOf(value), options.map(String), path);
  const expected = issue.errors
    .flat()
    .map((inner) => (inner.code === 'invalid_type' ? inner.expected : 'a known word'));
  return wrongType([...new Set(expected)], value, path);
}

type Unlocated = Finding | (() => Finding);

/** Faults that take a search for what was meant are made later, and only as many as are shown. */
function findingsOfOne(issue: Issue, base: Path, data: unknown): Unlocated[] {
  const path = base.concat(pathOf(issue.path));
  if (issue.code === 'unrecognized_keys') {
    const known = readFault(issue.message)?.says.split(',') ?? [];
    return issue.keys.map((key) => () => ({ path: [...path, key], part: 'key', fault: unknownKey(key, path, known) }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ path, part: 'key', fault: typeFaultOfKey(inner, path) }));
  }
  const branch = issue.code === 'invalid_union' && optionsOf(issue) === undefined ? branchOf(issue.errors) : undefined;
  if (branch !== undefined) return branch.flatMap((inner) => findingsOfOne(inner, path, data));
  return [() => ({ path, part: 'value', fault: typeFault(issue, path, data) })];
}

const typeFaultOfKey = (issue: Issue, path: Path): Fault =>
  readFault(issue.message) ?? typeFault(issue, [], path.at(-1));

/** An entry in which no key is known looks empty to zod; that is no second problem. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const unknown = findings.filter(({ fault }) => fault.code === 'unknown-key');
  const parents = new Set(unknown.map(({ path }) => JSON.stringify(path.slice(0, -1))));
  return findings.filter(({ path, fault }) => !fault.code.startsWith('empty-') || !parents.has(JSON.stringify(path)));
}

/** What zod found wrong with the data of a policy, in the words of this product; at most one more than is shown. */
export function findingsOf(issues: readonly Issue[], data: unknown): Finding[] {
  const found = issues.flatMap((issue) => findingsOfOne(issue, [], data));
  const shown = found
    .slice(0, mostProblems + 1)
    .map((finding) => (typeof finding === 'function' ? finding() : finding));
  return withoutEchoes(shown);
}
