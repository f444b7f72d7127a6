import type { Active } from '../policy/calendar.ts';
import { weekdays } from '../policy/calendar.ts';
import { wallTime } from './calendar.ts';

/** Whether a rule with these hours acts at `nowMs`. A window past midnight belongs to the day on which it begins. */
export function isActive(active: Active | undefined, nowMs: number, timezone: string): boolean {
  if (active === undefined) return true;
  const { weekday, minuteOfDay } = wallTime(nowMs, timezone);
  const { days, fromMinute, toMinute } = active;
  if (fromMinute < toMinute) return days.includes(weekday) && minuteOfDay >= fromMinute && minuteOfDay < toMinute;
  if (minuteOfDay >= fromMinute) return days.includes(weekday);
  const dayBefore = weekdays[(weekdays.indexOf(weekday) + 6) % 7];
  return minuteOfDay < toMinute && dayBefore !== undefined && days.includes(dayBefore);
}
