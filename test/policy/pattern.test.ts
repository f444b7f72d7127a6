import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, compileValues, patternFault } from '../../shared/policy/pattern.ts';

const groups = { finance: ['close-*@x', '/month-(end|start)@x/'], odd: ['constructor'] };

type Row = readonly [pattern: string, value: string, holds: boolean];

const rows: readonly Row[] = [
  ['etl', 'etl', true],
  ['etl', 'etl-1', false],
  ['etl', 'ETL', false],
  ['etl-*', 'etl-', true],
  ['etl-*', 'etl-daily', true],
  ['etl-*', 'my-etl-daily', false],
  ['*@example.com', 'sam@example.com', true],
  ['*@example.com', 'sam@example.com.evil.org', false],
  ['*', '', true],
  ['*', 'anything\nat all', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['*ab', 'aab', true],
  ['ab*ba', 'aba', false],
  ['a**b', 'ab', true],
  ['a.c', 'abc', false],
  ['a?c', 'abc', false],
  ['[ab]', 'a', false],
  ['(a|b)', 'a', false],
  ['^a$', 'a', false],
  ['/etl-(daily|hourly)/', 'etl-daily', true],
  ['/etl-(daily|hourly)/', 'etl-daily-2', false],
  ['/etl-(daily|hourly)/', 'my-etl-daily', false],
  ['/a|b/', 'ab', false],
  ['/a|bc/', 'bc', true],
  ['/(?i)etl/', 'ETL', true],
  ['/\\d+/', '123', true],
  ['/a/b/', 'a/b', true],
  ['@finance', 'close-1@x', true],
  ['@finance', 'month-end@x', true],
  ['@finance', 'sam@x', false],
];

describe('compilePattern', () => {
  it.each(rows)('%s held against %j is %s', (text, value, holds) => {
    const pattern = compilePattern(text, groups);
    expect('test' in pattern && pattern.test(value)).toBe(holds);
    const negated = compilePattern(`!${text}`, groups);
    expect(negated).toMatchObject({ negated: true });
    expect('test' in negated && negated.test(value)).toBe(holds);
  });

  it('compares without case where it is told to, in globs, expressions and groups alike', () => {
    for (const text of ['SAM@*', '/SAM@.*/', '@people']) {
      const pattern = compilePattern(text, { people: ['Sam@*'] }, true);
      expect('test' in pattern && pattern.test('sAm@Example.com')).toBe(true);
    }
  });

  it.each([
    ['@nobody', 'unknown-group'],
    ['@constructor', 'unknown-group'],
    ['!', 'bad-pattern'],
    ['', 'bad-pattern'],
    ['!!a', 'bad-pattern'],
    ['a'.repeat(513), 'bad-pattern'],
    ['/(/', 'bad-regex'],
    ['/a', 'bad-regex'],
    ['//', 'bad-regex'],
    ['/(?=a)/', 'bad-regex'],
    ['/(a)\\1/', 'bad-regex'],
    ['/((a{500}){500}){500}/', 'bad-regex'],
  ])('says of %s that it is a %s', (text, code) => {
    expect(compilePattern(text, groups)).toMatchObject({ code, severity: 'error' });
  });

  it('allows 512 characters, and no more', () => {
    expect(patternFault('a'.repeat(512))).toBeUndefined();
    expect(patternFault(`!${'a'.repeat(512)}`)).toBeUndefined();
    expect(patternFault('a'.repeat(513))).toMatchObject({ code: 'bad-pattern' });
  });

  it.each(['/(a+)+/', '/(a|a)*/', '/(a*)*b/', '/(.*)(.*)(.*)(.*)x/', '/([a-z]+)*!/'])(
    'reads 60,000 characters once only for %s, on which other engines never end',
    (text) => {
      const pattern = compilePattern(text);
      expect('test' in pattern && pattern.test(`${'a'.repeat(60_000)}?`)).toBe(false);
    },
  );

  it('looks at no value of more than 64 KiB', () => {
    const pattern = compilePattern('a*');
    expect('test' in pattern && pattern.test('a'.repeat(65_536))).toBe(true);
    expect('test' in pattern && pattern.test('a'.repeat(65_537))).toBe(false);
  });

  it('reads 60,000 characters once only for a glob of many stars', () => {
    const pattern = compilePattern('*a'.repeat(200) + 'b');
    expect('test' in pattern && pattern.test('a'.repeat(60_000))).toBe(false);
  });
});

/** The plainest possible glob matcher: exponential, and obviously right. */
function naive(glob: string, value: string): boolean {
  if (glob === '') return value === '';
  if (glob.startsWith('*')) return naive(glob.slice(1), value) || (value !== '' && naive(glob, value.slice(1)));
  return value.startsWith(glob[0] ?? '') && naive(glob.slice(1), value.slice(1));
}

describe('globs', () => {
  it('agree with the plainest possible matcher', () => {
    const word = (letters: readonly string[]) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((all) => all.join(''));
    fc.assert(
      fc.property(word(['a', 'b', '*']), word(['a', 'b']), (glob, value) => {
        const pattern = compilePattern(`x${glob}`);
        return 'test' in pattern && pattern.test(`x${value}`) === naive(glob, value);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('compileValues', () => {
  it.each<[values: string[], value: string | null | undefined, holds: boolean | undefined]>([
    [['prod'], 'prod', true],
    [['prod'], 'dev', false],
    [['prod', 'dev'], 'dev', true],
    [['!prod'], 'prod', false],
    [['!prod'], 'dev', true],
    [['*', '!prod'], 'prod', false],
    [['*', '!prod'], 'dev', true],
    [['!prod', '!dev'], 'dev', false],
    [['!prod', '!dev'], 'lab', true],
    [['a', 'b', '!b'], 'b', false],
    [['@finance'], 'close-9@x', true],
    [['!@finance'], 'month-end@x', false],
    [['!@finance'], 'sam@x', true],
    [['*@x', '!@finance'], 'sam@x', true],
    [['prod'], null, false],
    [['*'], null, false],
    [['!prod'], null, true],
    [['*', '!prod'], null, false],
    [['prod'], undefined, undefined],
    [['!prod'], undefined, undefined],
    [['*'], undefined, undefined],
    [['*'], 'a'.repeat(65_537), undefined],
    [['!prod'], 'a'.repeat(65_537), undefined],
    [['*'], 'a'.repeat(65_536), true],
  ])('%j held against %s is %s', (values, value, holds) => {
    expect(compileValues(values, { groups })(value)).toBe(holds);
  });

  it('refuses values that nobody has checked, instead of guessing', () => {
    expect(() => compileValues(['/(/'])).toThrow(/^\[policy\]/);
    expect(() => compileValues(['@ghosts'], { groups })).toThrow(/no group @ghosts/);
  });

  const entry = fc
    .tuple(fc.boolean(), fc.constantFrom('a', 'b', 'a*', '*', '/a|b/', '@g'))
    .map(([not, body]) => (not ? `!${body}` : body));
  const written = fc.array(entry, { minLength: 1, maxLength: 5 });
  const value = fc.constantFrom('a', 'b', 'ab', 'c', '', null, undefined);
  const options = { groups: { g: ['a', 'c'] } };

  it('leaves unknown unknown, whatever is asked', () => {
    fc.assert(fc.property(written, (values) => compileValues(values, options)(undefined) === undefined));
  });

  it('never depends on the order of the entries', () => {
    fc.assert(
      fc.property(written, value, (values, one) => {
        expect(compileValues(values.toReversed(), options)(one)).toBe(compileValues(values, options)(one));
      }),
    );
  });

  it('never holds more often with one more negated entry', () => {
    fc.assert(
      fc.property(written, value, fc.constantFrom('!a', '!b*', '!@g'), (values, one, more) => {
        const before = compileValues(values, options)(one);
        const after = compileValues([...values, more], options)(one);
        return after === undefined ? before === undefined : !(after && before === false);
      }),
    );
  });

  it('holds exactly when some positive entry does, or there is none, and no negated one does', () => {
    fc.assert(
      fc.property(written, fc.constantFrom('a', 'b', 'ab', 'c', ''), (values, one) => {
        const holds = (text: string) => compileValues([text], options)(one) === true;
        const positive = values.filter((text) => !text.startsWith('!'));
        const negated = values.filter((text) => text.startsWith('!'));
        const expected = (positive.length === 0 || positive.some(holds)) && negated.every(holds);
        expect(compileValues(values, options)(one)).toBe(expected);
      }),
    );
  });
});
