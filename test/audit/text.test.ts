import { expect, it } from 'vitest';
import { isoTime, isoTimeIfKnown } from '../../shared/audit/text.ts';

it.each<[string, number, string]>([
  ['a moment', Date.UTC(2026, 10, 30), '2026-11-30T00:00:00.000Z'],
  ['the last moment of four digits', Date.UTC(9999, 11, 31, 23, 59, 59, 999), '9999-12-31T23:59:59.999Z'],
  ['the first moment of the year 1', -62_135_596_800_000, '0001-01-01T00:00:00.000Z'],
])('writes %s as RFC 3339', (_what, ms, expected) => {
  expect(isoTime(ms)).toBe(expected);
  expect(isoTimeIfKnown(ms)).toBe(expected);
});

it.each<[string, number]>([
  ['a year of five digits', Date.UTC(10_000, 0, 1)],
  ['the year 0', -62_135_596_800_001],
  ['more than any date', 8.64e15 + 1],
  ['no number', Number.NaN],
  ['no end', Number.POSITIVE_INFINITY],
])('takes %s for no time', (_what, ms) => {
  expect(isoTime(ms)).toBe('1970-01-01T00:00:00.000Z');
  expect(isoTimeIfKnown(ms)).toBeUndefined();
});

it('does not know what is not given', () => {
  expect(isoTimeIfKnown(undefined)).toBeUndefined();
});
