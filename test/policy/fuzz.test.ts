import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { decodePolicy } from '../../shared/policy/characters.ts';
import { mostProblems } from '../../shared/policy/lines.ts';
import { printProblem } from '../../shared/policy/problem-text.ts';
import { load, textOf } from './read.ts';

const sources = [
  'test/fixtures/policies/good-quoting.yaml',
  'test/fixtures/policies/good-zeros.yaml',
  'infra/local/policies/demo.yaml',
].map(textOf);

/** Things that have been the undoing of readers of YAML. */
const nasty = [
  '!x',
  '*x',
  '&x',
  '@x',
  '<<: *x',
  '? ',
  '- - - ',
  '[[[[',
  '{{{{',
  ']',
  '}',
  '"',
  "'",
  '|',
  '>',
  '#',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  ': ',
  ':\n',
  '\t',
  '\r',
  '\0',
  '\uFEFF',
  '\u200B',
  '\uD800',
  '\uFFFD',
  '__proto__: ',
  'constructor: ',
  '!!js/function x',
  '!!binary x',
  '.inf',
  '.nan',
  '0x1f',
  '1e999',
  '-0',
  'null',
  '~',
  'true',
  '2026-02-30',
  '/((a+)+)+/',
  '/(/',
  '30',
  '30m',
  '[]',
  '{}',
  'xoxb-0000-synthetic',
  '\n\n',
  '  ',
  'é'.repeat(50),
];

const edit = fc.record({
  at: fc.nat(4000),
  cut: fc.nat(12),
  put: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...nasty) },
    { weight: 1, arbitrary: fc.string({ maxLength: 8, unit: 'binary' }) },
  ),
});

const mutated = fc
  .tuple(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) =>
    edits.reduce((before, { at, cut, put }) => {
      const place = at % (before.length + 1);
      return before.slice(0, place) + put + before.slice(place + cut);
    }, text),
  );

/** Either a policy or problems, each of which can be shown; and the same answer again. */
function holds(text: string): void {
  const { policy, problems, notes } = load(text);
  expect(policy === undefined).toBe(problems !== undefined);
  const lines = text.split('\n').length;
  for (const problem of problems ?? notes ?? []) {
    expect(problem.says).not.toBe('');
    expect(problem.try).not.toBe('');
    expect(problem.line ?? 1).toBeLessThanOrEqual(lines);
    expect(problem.column ?? 1).toBeGreaterThanOrEqual(1);
    expect(printProblem(problem, text)).toContain(problem.code);
    expect(JSON.stringify(problem)).not.toContain('0000-synthetic');
  }
  expect(problems?.length ?? 1).toBeGreaterThan(0);
  expect(problems?.length ?? 1).toBeLessThanOrEqual(mostProblems + 1);
  const said = (problems ?? notes ?? []).map((problem) => JSON.stringify(problem));
  expect(new Set(said).size).toBe(said.length);
  expect(load(text)).toEqual({ policy, problems, notes });
}

describe('the loader ends with a policy or with problems', () => {
  it('for policies that were edited at random', () => fc.assert(fc.property(mutated, holds), { numRuns: 300 }), 60_000);

  it(
    'for any text',
    () => fc.assert(fc.property(fc.string({ maxLength: 400, unit: 'binary' }), holds), { numRuns: 300 }),
    60_000,
  );

  it('for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => holds(decodePolicy(bytes))),
      { numRuns: 300 },
    );
  }, 60_000);

  it('for any data under the keys of a policy', () => {
    const keys = [
      'version',
      'mode',
      'targets',
      'rules',
      'owners',
      'routes',
      'channels',
      'groups',
      'silences',
      'breaker',
      'match',
      'limit',
      'name',
      'action',
      'to',
    ];
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(...nasty, 1, 0, -1, 1.5, true, null, 'cancel', 'bigquery', '30m', '@finance'),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 6 }),
      ),
    }));
    const policy = fc.dictionary(fc.constantFrom(...keys), tree, { minKeys: 1 });
    fc.assert(
      fc.property(policy, (data) => holds(stringify(data))),
      { numRuns: 200 },
    );
  }, 60_000);
});

describe('the loader ends soon', () => {
  const large = (unit: string) => unit.repeat(Math.floor((250 * 1024) / unit.length));
  const head =
    'version: 1\ntargets: [{ engine: bigquery, projects: [a] }]\nrules:\n  - { name: a, action: record, limit: { runTime: 1h }';

  it.each([
    ['brackets', large('[')],
    ['dashes', large('- ')],
    ['question marks', large('? ')],
    ['colons', large(': ')],
    ['nested keys', large('a: ')],
    ['flow maps', large('{a: ')],
    ['closing brackets', large(']')],
    ['quotes', large('"')],
    ['anchors and tags', `x: [${large('&a !b c,')}]`],
    ['aliases', `x: [${large('*a ,')}]`],
    ['empty lines', large('\n')],
    ['comments', large('#\n')],
    ['the same key', large('a: 1\n')],
    ['list items', large('- a\n')],
    ['second documents', large('---\n')],
    ['directives', large('%a\n')],
    ['unknown rules', `${head}, overrides: [${Array.from({ length: 30_000 }, (_, index) => `x${index}`).join(',')}] }`],
    [
      'unknown groups',
      `${head}, match: { project: [${Array.from({ length: 20_000 }, (_, index) => `"@x${index}"`).join(',')}] } }`,
    ],
    [
      'expressions',
      `${head}, match: { project: [${Array.from({ length: 12_000 }, (_, index) => `"/(a{${index % 999}}|b)*/"`).join(',')}] } }`,
    ],
    ['a pattern without end', `${head}, match: { project: "${large('*a')}" } }`],
    ['a time without end', `${head} }\nnotices: { repeat: ${large('1')} }`],
    ['half an address', `${head} }\nowners: { fallback: { email: "${large('a@')}" } }`],
    ['half a secret', `${head}, description: "${large('http://a')}" }`],
    ['half a key', `${head}, description: "${large('-----BEGIN ')}" }`],
  ])('for 250 KiB of %s', (_, text) => {
    expect(load(text).problems?.length).toBeGreaterThan(0);
  });
});
