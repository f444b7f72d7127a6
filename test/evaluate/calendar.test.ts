import { describe, expect, it } from 'vitest';
import { daysBetween, isAroundMonthEnd, wallTime } from '../../shared/evaluate/calendar.ts';

describe('the clock on the wall', () => {
  it.each([
    ['2026-03-11T10:05:00Z', 'UTC', { day: '2026-03-11', weekday: 'wed', minuteOfDay: 605 }],
    ['2026-03-11T00:00:00Z', 'UTC', { day: '2026-03-11', weekday: 'wed', minuteOfDay: 0 }],
    ['2026-03-11T23:59:59.999Z', 'UTC', { day: '2026-03-11', weekday: 'wed', minuteOfDay: 1439 }],
    ['2026-12-31T23:30:00Z', 'Europe/Berlin', { day: '2027-01-01', weekday: 'fri', minuteOfDay: 30 }],
    ['2026-03-01T02:00:00Z', 'America/New_York', { day: '2026-02-28', weekday: 'sat', minuteOfDay: 1260 }],
    ['2026-03-08T10:00:00Z', 'Pacific/Kiritimati', { day: '2026-03-09', weekday: 'mon', minuteOfDay: 0 }],
  ])('shows %s in %s', (at, timezone, expected) => {
    expect(wallTime(Date.parse(at), timezone)).toEqual(expected);
  });
});

it.each([
  ['2026-03-11', '2026-03-11', 0],
  ['2026-03-11', '2026-03-12', 1],
  ['2026-03-11', '2026-03-10', -1],
  ['2026-02-28', '2026-03-01', 1],
  ['2028-02-28', '2028-03-01', 2],
  ['2026-03-28', '2026-03-30', 2],
  ['2026-12-31', '2027-01-07', 7],
])('counts from %s to %s %i days', (other, day, expected) => {
  expect(daysBetween(other, day)).toBe(expected);
});

describe('around the end of a month', () => {
  // In 2026, 30 January and 27 February are Fridays, 31 December is a Thursday.
  it.each<[string, number, number, string, boolean]>([
    ['the third-last working day is before [-2, 5]', -2, 5, '2026-01-28', false],
    ['the last but one working day begins [-2, 5]', -2, 5, '2026-01-29', true],
    ['the last working day is in it', -2, 5, '2026-01-30', true],
    ['a weekend in the middle of it is in it', -2, 5, '2026-01-31', true],
    ['the Sunday of that weekend is in it', -2, 5, '2026-02-01', true],
    ['the fifth working day is the last of it', -2, 5, '2026-02-06', true],
    ['the weekend after it is not in it', -2, 5, '2026-02-07', false],
    ['the sixth working day is not in it', -2, 5, '2026-02-09', false],
    ['the middle of the month is not in it', -2, 5, '2026-02-13', false],
    ['it goes over the end of the year', -2, 5, '2026-12-30', true],
    ['it goes on in the new year', -2, 5, '2027-01-07', true],
    ['it ends in the new year', -2, 5, '2027-01-08', false],
    ['a month that begins on a weekend counts from its Monday', 1, 5, '2026-02-02', true],
    ['the weekend before the first working day is not in [1, 5]', 1, 5, '2026-02-01', false],
    ['the last day of a month is not in [1, 5]', 1, 5, '2026-01-30', false],
    ['the sixth working day is not in [1, 5]', 1, 5, '2026-02-09', false],
    ['[2, 3] leaves the first working day out', 2, 3, '2026-02-02', false],
    ['[2, 3] takes the third', 2, 3, '2026-02-04', true],
    ['[-3, -1] takes the third-last working day', -3, -1, '2026-01-28', true],
    ['[-3, -1] takes the last', -3, -1, '2026-01-30', true],
    ['[-3, -1] leaves the weekend after it out', -3, -1, '2026-01-31', false],
    ['[-3, -2] leaves the last working day out', -3, -2, '2026-01-30', false],
    ['[-3, -1] leaves the first of the next month out', -3, -1, '2026-02-02', false],
    ['a leap day is the last but one working day of its week', -1, -1, '2028-02-29', true],
    ['[-5, -1] keeps a weekend between two of its days', -5, -1, '2026-03-28', true],
  ])('%s', (_says, firstDay, lastDay, day, expected) => {
    expect(isAroundMonthEnd(day, firstDay, lastDay)).toBe(expected);
  });
});
