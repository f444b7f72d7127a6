import { expect, it } from 'vitest';
import { every, not, some, type Truth } from '../../shared/evaluate/truth.ts';

it.each<[readonly Truth[], Truth]>([
  [[], true],
  [[true], true],
  [[false], false],
  [[undefined], undefined],
  [[true, true], true],
  [[true, false], false],
  [[true, undefined], undefined],
  [[undefined, undefined], undefined],
  [[undefined, false], false],
  [[false, undefined], false],
])('every of %j is %s', (truths, expected) => {
  expect(every(truths)).toBe(expected);
});

it.each<[readonly Truth[], Truth]>([
  [[], false],
  [[true], true],
  [[false], false],
  [[undefined], undefined],
  [[false, false], false],
  [[false, true], true],
  [[false, undefined], undefined],
  [[undefined, undefined], undefined],
  [[undefined, true], true],
  [[true, undefined], true],
])('some of %j is %s', (truths, expected) => {
  expect(some(truths)).toBe(expected);
});

it('turns true and false around and leaves unknown unknown', () => {
  expect(not(true)).toBe(false);
  expect(not(false)).toBe(true);
  expect(not(undefined)).toBeUndefined();
});
