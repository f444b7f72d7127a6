import { describe, expect, it } from 'vitest';
import { compareValues, coversLabel, coversPattern } from '../../../shared/policy/difference/covers.ts';

describe('a pattern covers another', () => {
  it.each([
    ['*', 'a-*'],
    ['*', '/a-(b|c)/'],
    ['a-*', 'a-prod'],
    ['a-*', 'a-b-*'],
    ['a*z', 'ab*cz'],
    ['/a-(b|c)/', 'a-b'],
    ['/a-(b|c)/', '/a-(b|c)/'],
  ])('%s covers %s', (wide, narrow) => {
    expect(coversPattern(wide, narrow)).toBe(true);
  });
  it.each([
    ['a-*', '*'],
    ['a-prod', 'a-*'],
    ['a-*', 'b-prod'],
    ['a-*', 'A-prod'],
    ['/a-.*/', 'a-*'],
    ['a-*', '/a-b/'],
    ['/a-(b|c)/', 'a-d'],
  ])('%s is not known to cover %s', (wide, narrow) => {
    expect(coversPattern(wide, narrow)).toBe(false);
  });
  it('does so without case where the policy looks without case', () => {
    expect(coversPattern('*@Example.com', 'ANA@example.com', true)).toBe(true);
    expect(coversPattern('/.*@Example\\.com/', 'ANA@example.com', true)).toBe(true);
  });
});

it.each([
  ['present', 'prod', true],
  ['present', 'p*', true],
  ['present', 'absent', false],
  ['*', 'present', true],
  ['*', 'absent', false],
  ['p*', 'present', false],
  ['absent', 'prod', false],
  ['absent', 'absent', true],
  ['prod', 'present', false],
])('of labels, %s covers %s: %s', (wide, narrow, covers) => {
  expect(coversLabel(wide, narrow)).toBe(covers);
});

const extent = (before: readonly string[] | undefined, after: readonly string[] | undefined) =>
  compareValues(
    { values: before, groups: { g: ['a', 'b'] } },
    { values: after, groups: { g: ['a', 'b'] } },
    coversPattern,
  );

it.each([
  [undefined, undefined, 'same'],
  [undefined, ['*'], 'narrower'],
  [['*'], undefined, 'wider'],
  [['a', 'b'], ['b', 'a'], 'same'],
  [['@g'], ['a', 'b'], 'same'],
  [['@g'], ['a', 'c'], 'either'],
  [['!@g'], ['!a'], 'wider'],
  [['!a'], ['!a', '!b'], 'narrower'],
  [['!a'], ['x', '!a'], 'narrower'],
  [['!a'], ['*', '!a'], 'narrower'],
  [['x', '!a'], ['!a'], 'wider'],
  [['a*', '!ab'], ['a*', '!ac'], 'either'],
  [['a*', '!a*'], ['a*', '!ab'], 'wider'],
  [['!b'], ['a'], 'narrower'],
  [['!b'], ['a', 'b'], 'either'],
  [['!b'], ['a*'], 'either'],
] as const)('from %j to %j is %s', (before, after, expected) => {
  expect(extent(before, after)).toBe(expected);
});

it('does not take a word for another where things are written in several ways', () => {
  const values = (...written: readonly string[]) => ({ values: written, groups: {}, hasSpellings: true });
  const path = '!*/reservations/bi';
  expect(compareValues(values(path), values('admin:EU.bi'), coversPattern)).toBe('either');
  expect(compareValues(values('!bi'), values('admin:EU.bi'), coversPattern)).toBe('either');
});
