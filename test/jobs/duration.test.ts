import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../shared/jobs/duration.ts';

it.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['6h', 21_600_000],
  ['2d', 172_800_000],
  ['250ms', 250],
  ['0s', 0],
  ['29m50s', 1_790_000],
  ['1d12h', 129_600_000],
  ['1.5h', 5_400_000],
  ['1.1h', 3_960_000],
  ['4.1m', 246_000],
  ['8.2h', 29_520_000],
  ['0.035d', 3_024_000],
  ['1.005s', 1005],
])('reads %s as %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  ['nothing', ''],
  ['a number without a unit', '30'],
  ['a unit without a number', 'm'],
  ['a space', '30 m'],
  ['a space between parts', '29m 50s'],
  ['a unit it does not know', '3w'],
  ['a unit in capitals', '30M'],
  ['a unit in words', '30min'],
  ['a sign', '-5m'],
  ['an exponent', '1e3s'],
  ['a part without a unit', '1h30'],
  ['text before', 'about 5m'],
  ['text after', '5m or so'],
  ['a line break', '5m\n'],
  ['a decimal comma', '1,5h'],
  ['more than can be counted', '99999999999999999d'],
  ['less than a millisecond', '0.1ms'],
])('does not read %s as a time', (_what, text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it('refuses very long text instead of searching it', () => {
  expect(parseDuration('1'.repeat(300_000))).toBeUndefined();
});

it('reads every whole number of every unit exactly', () => {
  const units = fc.constantFrom<[string, number]>(['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000]);
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), units, (count, [unit, factor]) => {
      expect(parseDuration(`${count}${unit}`)).toBe(count * factor);
    }),
  );
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [999.6, '999 ms'],
  [1000, '1 s'],
  [45_000, '45 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [1_860_000, '31 min'],
  [1_790_000, '29 min 50 s'],
  [3_600_000, '1 h'],
  [3_630_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [273_600_000, '3 d 4 h'],
  [-90_000, '-1 min 30 s'],
  [-0.4, '0 ms'],
])('says %d ms as "%s"', (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});
