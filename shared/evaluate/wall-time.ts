import { daysBetween, wallTime } from './calendar.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** The day so many days after an ISO date. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** How far the clock on the wall is ahead of UTC at a moment, in ms. */
function aheadMs(atMs: number, timezone: string): number {
  const { day, minuteOfDay } = wallTime(atMs, timezone);
  const utcDay = new Date(atMs).toISOString().slice(0, 10);
  const wallMinutes = daysBetween(utcDay, day) * 1440 + minuteOfDay;
  return wallMinutes * minuteMs - Math.floor((((atMs % dayMs) + dayMs) % dayMs) / minuteMs) * minuteMs;
}

/**
 * The moment at which the clock on the wall of a time zone shows a minute of a day: epoch ms. A time that is skipped in
 * spring is the same time before the change; one that comes twice in autumn is one of the two.
 */
export function atWallTime(day: string, minuteOfDay: number, timezone: string): number {
  const asUtcMs = Date.parse(`${day}T00:00:00Z`) + minuteOfDay * minuteMs;
  const first = asUtcMs - aheadMs(asUtcMs, timezone);
  return asUtcMs - aheadMs(first, timezone);
}
