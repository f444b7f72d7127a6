import { weekdays, type Weekday } from '../policy/calendar.ts';

/** A moment as the clock on the wall shows it in a time zone. `day` is the ISO date. */
export interface WallTime {
  readonly day: string;
  readonly weekday: Weekday;
  readonly minuteOfDay: number;
}

const dayMs = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formatters.set(timezone, made);
  return made;
}

let last: { readonly nowMs: number; readonly timezone: string; readonly time: WallTime } | undefined;

/** What the clock on the wall shows at `nowMs` in an IANA time zone. All jobs of a page are judged at one moment. */
export function wallTime(nowMs: number, timezone: string): WallTime {
  if (last?.nowMs !== nowMs || last.timezone !== timezone) last = { nowMs, timezone, time: readWall(nowMs, timezone) };
  return last.time;
}

function readWall(nowMs: number, timezone: string): WallTime {
  const parts = Object.fromEntries(
    formatterOf(timezone)
      .formatToParts(nowMs)
      .map((part) => [part.type, part.value]),
  );
  return {
    day: `${parts['year']}-${parts['month']}-${parts['day']}`,
    weekday: weekdays.find((known) => known === parts['weekday']?.toLowerCase()) ?? 'mon',
    minuteOfDay: Number(parts['hour']) * 60 + Number(parts['minute']),
  };
}

/** How many whole days `day` lies after `other`; both are ISO dates. */
export function daysBetween(other: string, day: string): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${other}T00:00:00Z`)) / dayMs);
}

function isWorkingDay(epochDayMs: number): boolean {
  // 1 January 1970 was a Thursday.
  const weekday = (Math.floor(epochDayMs / dayMs) + 4) % 7;
  return weekday !== 0 && weekday !== 6;
}

function workingDays(fromMs: number, toMs: number): number {
  let count = 0;
  for (let at = fromMs; at <= toMs; at += dayMs) if (isWorkingDay(at)) count += 1;
  return count;
}

function isInside(workingDayMs: number, firstDay: number, lastDay: number): boolean {
  const [year = 0, month = 1] = new Date(workingDayMs).toISOString().split('-').map(Number);
  const passed = workingDays(Date.UTC(year, month - 1, 1), workingDayMs);
  const left = -workingDays(workingDayMs, Date.UTC(year, month, 0));
  const fromStart = firstDay < 0 ? left >= firstDay : passed >= firstDay;
  const tillEnd = lastDay < 0 ? left <= lastDay : passed <= lastDay;
  return firstDay < 0 && lastDay > 0 ? fromStart || tillEnd : fromStart && tillEnd;
}

/**
 * Whether a day lies in a window of working days (Monday to Friday) around a month's end: -1 is the last working day of
 * a month, 1 the first of the next. A weekend belongs to the window when the working days on both sides of it do.
 */
export function isAroundMonthEnd(day: string, firstDay: number, lastDay: number): boolean {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  let beforeMs = atMs;
  let afterMs = atMs;
  while (!isWorkingDay(beforeMs)) beforeMs -= dayMs;
  while (!isWorkingDay(afterMs)) afterMs += dayMs;
  return isInside(beforeMs, firstDay, lastDay) && isInside(afterMs, firstDay, lastDay);
}
