import { atWallTime } from '../../shared/evaluate/wall-time.ts';
import { wallTime } from '../../shared/evaluate/calendar.ts';

const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|UTC|[+-]\d\d:\d\d)?$/;

/** How a time is written, for problems and help. */
export const momentForms = '2026-11-30T14:00Z, or 2026-11-30 14:00 in the time zone of the policy';

function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day);
}

/** Reads `2026-11-30T14:00:00Z`, or `2026-11-30 14:00` in a time zone, as epoch ms; undefined when it is neither. */
export function parseMoment(text: string, timezone: string): number | undefined {
  const [, day, hour = '00', minute = '00', second = '00', zone] = form.exec(text.trim()) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (zone === undefined) {
    return atWallTime(day, Number(hour) * 60 + Number(minute), timezone) + Number(second) * 1000;
  }
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}${zone === 'UTC' ? 'Z' : zone}`);
  return Number.isFinite(ms) ? ms : undefined;
}

/** Says a moment as the clock on the wall of a time zone shows it: `Mon 2026-11-30 14:00 Europe/Berlin`. */
export function momentWords(atMs: number, timezone: string): string {
  const { day, weekday, minuteOfDay } = wallTime(atMs, timezone);
  const clock = [Math.floor(minuteOfDay / 60), minuteOfDay % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return `${weekday.slice(0, 1).toUpperCase()}${weekday.slice(1)} ${day} ${clock} ${timezone}`;
}
