import { describe, expect, it } from 'vitest';
import { isActive } from '../../shared/evaluate/active.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { aJob, aPolicy, aRule, compiled, minutes, nowMs, type WrittenRule } from '../make.ts';

function active(window: WrittenRule['active'], at: string, timezone = 'UTC'): boolean {
  const [rule] = aPolicy({ rules: [aRule({ active: window })] }).rules;
  return isActive(rule?.active, Date.parse(at), timezone);
}

const office = { days: 'mon-fri', hours: '08:00-18:00' };
const night = { days: 'fri', hours: '22:00-06:00' };
const berlin = 'Europe/Berlin';

it('is always on where the rule names no hours', () => {
  expect(isActive(undefined, 0, 'UTC')).toBe(true);
});

describe('a window', () => {
  // 2026-03-11 is a Wednesday, 2026-03-13 a Friday.
  it.each<[string, WrittenRule['active'], string, boolean]>([
    ['is on at its first minute', office, '2026-03-11T08:00:00Z', true],
    ['is off a second before', office, '2026-03-11T07:59:59Z', false],
    ['is on in its last second', office, '2026-03-11T17:59:59Z', true],
    ['is off at its last minute', office, '2026-03-11T18:00:00Z', false],
    ['is off on another day', office, '2026-03-14T12:00:00Z', false],
    ['of days alone lasts all day', { days: 'wed' }, '2026-03-11T00:00:00Z', true],
    ['of days alone lasts to the end of the day', { days: 'wed' }, '2026-03-11T23:59:59Z', true],
    ['of days alone ends with the day', { days: 'wed' }, '2026-03-12T00:00:00Z', false],
    ['of hours alone is on every day', { hours: '08:00-18:00' }, '2026-03-15T12:00:00Z', true],
    ['may end at 24:00', { hours: '18:00-24:00' }, '2026-03-11T23:59:59Z', true],
    ['that ends at 24:00 is off at midnight', { hours: '18:00-24:00' }, '2026-03-12T00:00:00Z', false],
    ['past midnight is on at its beginning', night, '2026-03-13T22:00:00Z', true],
    ['past midnight is off just before', night, '2026-03-13T21:59:00Z', false],
    ['past midnight goes on into the next day', night, '2026-03-14T05:59:00Z', true],
    ['past midnight ends in the morning', night, '2026-03-14T06:00:00Z', false],
    ['past midnight does not begin on the next day', night, '2026-03-14T23:00:00Z', false],
    ['past midnight is off in the morning of its own day', night, '2026-03-13T05:00:00Z', false],
    [
      'past midnight at the end of the week goes on into Monday',
      { days: 'sun', hours: '22:00-06:00' },
      '2026-03-16T01:00:00Z',
      true,
    ],
    [
      'past midnight on Monday does not reach back',
      { days: 'mon', hours: '22:00-06:00' },
      '2026-03-16T01:00:00Z',
      false,
    ],
    ['may go over the weekend', { days: 'sat-mon' }, '2026-03-16T12:00:00Z', true],
    ['over the weekend is off on Tuesday', { days: 'sat-mon' }, '2026-03-17T12:00:00Z', false],
  ])('%s', (_says, window, at, expected) => {
    expect(active(window, at)).toBe(expected);
  });
});

describe("in the policy's time zone, a window", () => {
  it.each<[string, WrittenRule['active'], string, string, boolean]>([
    ['is on by the clock on the wall in winter', office, '2026-01-14T07:00:00Z', berlin, true],
    ['is off by it in winter', office, '2026-01-14T06:59:00Z', berlin, false],
    ['begins an hour earlier in summer', office, '2026-07-15T06:00:00Z', berlin, true],
    ['ends an hour earlier in summer', office, '2026-07-15T16:00:00Z', berlin, false],
    ['takes the day of the zone, not of UTC', { days: 'thu' }, '2026-03-11T23:30:00Z', berlin, true],
    ['takes the day of a zone far behind', { days: 'tue' }, '2026-03-11T06:30:00Z', 'America/Los_Angeles', true],
    ['knows zones off by 45 minutes', { hours: '12:00-13:00' }, '2026-03-11T06:15:00Z', 'Asia/Kathmandu', true],
    ['knows them to the minute', { hours: '12:00-13:00' }, '2026-03-11T06:14:00Z', 'Asia/Kathmandu', false],
    [
      'in the hour that a spring night leaves out is never on',
      { hours: '02:00-03:00' },
      '2026-03-29T00:59:00Z',
      berlin,
      false,
    ],
    [
      'in the hour that is left out is off right after, too',
      { hours: '02:00-03:00' },
      '2026-03-29T01:00:00Z',
      berlin,
      false,
    ],
    [
      'in the hour that an autumn night has twice is on the first time',
      { hours: '02:00-03:00' },
      '2026-10-25T00:30:00Z',
      berlin,
      true,
    ],
    [
      'in the hour that is there twice is on the second time',
      { hours: '02:00-03:00' },
      '2026-10-25T01:30:00Z',
      berlin,
      true,
    ],
    [
      'past midnight holds through the night of the change',
      { days: 'sat', hours: '22:00-06:00' },
      '2026-03-29T03:59:00Z',
      berlin,
      true,
    ],
    [
      'past midnight ends by the new time',
      { days: 'sat', hours: '22:00-06:00' },
      '2026-03-29T04:00:00Z',
      berlin,
      false,
    ],
  ])('%s', (_says, window, at, timezone, expected) => {
    expect(active(window, at, timezone)).toBe(expected);
  });
});

it('keeps a rule from acting outside its hours, by the clock of the policy', () => {
  const rules = [aRule({ active: { hours: '11:00-12:00' } })];
  const job = aJob({ runTimeMs: minutes(31) });
  expect(judge(compiled({ rules }), job, nowMs)).toEqual([]);
  expect(judge(compiled({ rules, timezone: berlin }), job, nowMs)).toHaveLength(1);
});
