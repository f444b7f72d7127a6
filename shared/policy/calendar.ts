import { z } from 'zod';
import { always, entry, type Fixed } from './entry.ts';
import { fault } from './fault.ts';
import { jobMatch } from './match.ts';
import { checkedText, name, text } from './scalars.ts';

/** The days of a week, in order, by the words that policies use. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** The days that `mon`, `mon-fri` or `sat-mon` names; undefined when it is none of these. */
export function parseDays(written: string): Weekday[] | undefined {
  const [first, last = first, ...more] = written.split('-').map((day) => weekdays.findIndex((known) => known === day));
  if (first === undefined || last === undefined || first < 0 || last < 0 || more.length > 0) return undefined;
  const length = ((last - first + 7) % 7) + 1;
  return weekdays.filter((_, index) => (index - first + 7) % 7 < length);
}

const dayRange = z
  .string()
  .transform((written, context) => {
    const days = parseDays(written);
    if (days !== undefined) return days;
    const message = fault(
      'bad-days',
      `"${written}" is not a day or a range of days.`,
      'Write mon, mon-fri, or a list such as [mon, wed].',
    );
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ pattern: '^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$' });

const days = z
  .union([dayRange, z.array(dayRange).min(1)])
  .transform((written) => weekdays.filter((day) => written.flat().includes(day)))
  .meta({ id: 'Days', description: 'mon, tue, wed, thu, fri, sat, sun; a range such as mon-fri; or a list of these.' });

/** Minutes of the day from `08:00-18:00`; undefined when it is not such a window. */
export function parseHours(written: string): { fromMinute: number; toMinute: number } | undefined {
  const [, ...parts] = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(written) ?? [];
  const [fromHour, fromMinutes, toHour, toMinutes] = parts.map(Number);
  if (fromHour === undefined || fromMinutes === undefined || toHour === undefined || toMinutes === undefined)
    return undefined;
  const window = { fromMinute: fromHour * 60 + fromMinutes, toMinute: toHour * 60 + toMinutes };
  return window.toMinute > 1440 || window.fromMinute === window.toMinute ? undefined : window;
}

const hours = z
  .string({ error: ({ input }) => (typeof input === 'number' ? badHours(String(input)) : undefined) })
  .transform((written, context) => {
    const window = parseHours(written);
    if (window !== undefined) return window;
    context.addIssue({ code: 'custom', message: badHours(written) });
    return z.NEVER;
  })
  .meta({
    id: 'Hours',
    description: 'From-to on the 24-hour clock. An end before the start means past midnight.',
    pattern: '^\\d\\d:\\d\\d-\\d\\d:\\d\\d$',
    samples: ['08:00-18:00', '22:00-06:00'],
  });

function badHours(written: string): string {
  return fault(
    'bad-hours',
    `"${written}" is not a window of hours.`,
    'Write "08:00-18:00", with quotes; 24:00 is the end of the day.',
  );
}

const noWindow = fault(
  'empty-window',
  'Neither days nor hours are named.',
  'Name days: mon-fri, hours: "08:00-18:00", or both.',
);

/** `active`: days of the week and minutes of the day in the policy's time zone; a window past midnight belongs to the day it begins on. */
export const active = entry({
  days: days.optional().meta({ description: 'On these days. Left out: every day.', samples: ['mon-fri'] }),
  hours: hours.optional().meta({
    description:
      "In these hours of the policy's time zone. Left out: all day. A window past midnight belongs to the day on which it begins.",
    samples: ['08:00-18:00'],
  }),
})
  .superRefine((written, context) => {
    if (written.days === undefined && written.hours === undefined)
      context.addIssue({ code: 'custom', message: noWindow });
  }, always)
  .transform(({ days, hours }) => ({ days: days ?? [...weekdays], ...(hours ?? { fromMinute: 0, toMinute: 1440 }) }));

/** The days of a month of the Gregorian calendar. */
function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

function dateFault(written: string): string | undefined {
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(written) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined)
    return fault('bad-date', `"${written}" is not a date.`, 'Write year-month-day, such as 2027-01-31.');
  if (day >= 1 && day <= daysIn(year, month)) return undefined;
  return fault('bad-date', `${written} does not exist in the calendar.`, 'Write a day that does, such as 2027-01-31.');
}

/** A day that exists, as `2027-01-31`. */
export const date = checkedText(dateFault).meta({
  id: 'Date',
  description: "A day, as year-month-day, in the policy's time zone.",
  pattern: '^\\d{4}-\\d\\d-\\d\\d$',
  samples: ['2027-01-31'],
});

const monthDay = z.int().min(-15).max(15);
const badMonthEnd = fault(
  'bad-month-end',
  'These are not two working days around the end of a month, the earlier one first.',
  'Write [-2, 5]: from the last but one working day of a month to the fifth of the next. There is no day 0.',
);

const monthEnd = z
  .tuple([monthDay, monthDay], { error: badMonthEnd })
  .refine(([first, last]) => first !== 0 && last !== 0 && first <= last, { error: badMonthEnd })
  .transform(([firstDay, lastDay]) => ({ firstDay, lastDay }));

const freezeWhen = fault(
  'freeze-time',
  'A freeze needs its time: either days: {monthEnd: [...]}, or both from: and to:.',
  'Write days: { monthEnd: [-2, 5] }, or from: 2026-12-24 and to: 2027-01-02.',
);
const backwards = fault('backwards', 'The end is before the start.', 'Swap from: and to:, or correct the year.');

/** `freezes`: times in which matching jobs are only observed. */
export const freeze = entry({
  name: name.or(text).meta({ description: 'What the freeze is called in messages.', samples: ['month-end close'] }),
  match: jobMatch.default([]).describe('Which jobs are only observed. Left out: every job.'),
  days: entry({
    monthEnd: monthEnd.meta({
      description:
        'First and last working day around the end of a month: -1 is the last working day of a month, 1 the first of the next.',
      samples: [[-2, 5]],
    }),
  })
    .optional()
    .describe('Days that come again each month.'),
  from: date.optional().describe('The first day of a freeze that comes once.'),
  to: date.optional().describe('The last day of a freeze that comes once; the whole day counts.'),
  reason: text.meta({
    description: 'Why. It stands in what is said about a cancel that is held back.',
    samples: ['close'],
  }),
  approvedBy: text.optional().meta({ description: 'Who decided it.', samples: ['finance-systems@example.com'] }),
})
  .superRefine(({ days, from, to }, context) => {
    const once = from !== undefined && to !== undefined;
    const half = (from === undefined) !== (to === undefined);
    if (half || once === (days !== undefined)) context.addIssue({ code: 'custom', message: freezeWhen });
    if (once && dateFault(from) === undefined && dateFault(to) === undefined && to < from) {
      context.addIssue({ code: 'custom', path: ['to'], message: backwards });
    }
  }, always)
  .transform(({ days, from = '', to = '', ...rest }) => ({
    ...rest,
    when: days === undefined ? { how: 'dates' as const, from, to } : { how: 'monthEnd' as const, ...days.monthEnd },
  }))
  .meta({ id: 'Freeze', description: 'A time in which matching jobs are only observed.' });

/** A rule's hours. `toMinute` before `fromMinute` means past midnight. */
export type Active = Fixed<z.output<typeof active>>;
/** `dates`: both days included. `monthEnd`: working days, -1 the last of a month, 1 the first of the next. */
export type Freeze = Fixed<z.output<typeof freeze>>;
