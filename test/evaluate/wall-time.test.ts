import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wallTime } from '../../shared/evaluate/calendar.ts';
import { atWallTime, dayAfter } from '../../shared/evaluate/wall-time.ts';

const table: [string, number, string, string][] = [
  ['2026-03-11', 0, 'UTC', '2026-03-11T00:00:00.000Z'],
  ['2026-03-11', 600, 'Europe/Berlin', '2026-03-11T09:00:00.000Z'],
  ['2026-07-11', 600, 'Europe/Berlin', '2026-07-11T08:00:00.000Z'],
  ['2026-03-11', 600, 'America/Los_Angeles', '2026-03-11T17:00:00.000Z'],
  ['2026-03-11', 600, 'Asia/Kolkata', '2026-03-11T04:30:00.000Z'],
  ['2026-03-11', 60, 'Pacific/Kiritimati', '2026-03-10T11:00:00.000Z'],
  ['2026-03-11', 1440, 'UTC', '2026-03-12T00:00:00.000Z'],
  ['2026-03-29', 240, 'Europe/Berlin', '2026-03-29T02:00:00.000Z'],
  ['2026-10-25', 240, 'Europe/Berlin', '2026-10-25T03:00:00.000Z'],
  ['2026-03-08', 240, 'America/Los_Angeles', '2026-03-08T11:00:00.000Z'],
  ['2026-11-01', 240, 'America/Los_Angeles', '2026-11-01T12:00:00.000Z'],
  ['2026-12-31', 1439, 'America/New_York', '2027-01-01T04:59:00.000Z'],
];

it.each(table)('%s, minute %i in %s is %s', (day, minute, timezone, iso) => {
  expect(new Date(atWallTime(day, minute, timezone)).toISOString()).toBe(iso);
});

it('is what the clock on the wall shows then, but in the hour that spring skips', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Los_Angeles',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Kiritimati',
  ];
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 700 }),
      fc.integer({ min: 240, max: 1439 }),
      fc.constantFrom(...zones),
      (days, minute, zone) => {
        const day = dayAfter('2026-01-01', days);
        const { day: shown, minuteOfDay } = wallTime(atWallTime(day, minute, zone), zone);
        expect([shown, minuteOfDay]).toEqual([day, minute]);
      },
    ),
  );
});

it('counts days over months and years', () => {
  expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
  expect(dayAfter('2028-03-01', -1)).toBe('2028-02-29');
});
