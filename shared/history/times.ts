const earliestMs = Date.UTC(2010, 0);
const latestMs = Date.UTC(2100, 0);

const written = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/** How far a zone such as `+02`, `+0200` or `+02:00` is ahead of UTC. */
function aheadMs(zone: string | undefined): number {
  if (zone === undefined || /^(z|utc)$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** Rows of one day come together: days are few, and reading one takes long. */
const days = new Map<string, number>();
const mostDays = 1000;

function dayMs(day: string): number {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= mostDays) days.clear();
  const ms = Date.parse(`${day}T00:00:00Z`);
  days.set(day, ms);
  return ms;
}

/** Seconds, milliseconds or microseconds since 1970, told apart by their size. */
function ofNumber(number: number): number {
  if (number >= 1e14) return Math.floor(number / 1000);
  return number >= 1e11 ? Math.floor(number) : Math.floor(number * 1000);
}

function msOf(value: unknown): number | undefined {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value === 'object' && value !== null && 'value' in value) return msOf(value.value);
  if (typeof value !== 'string') return undefined;
  const [, day, hour, minute, second, fraction = '', zone] = written.exec(value) ?? [];
  if (day !== undefined) {
    const ofDayMs = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
    return dayMs(day) + ofDayMs + Number(fraction.slice(0, 3).padEnd(3, '0')) - aheadMs(zone);
  }
  return /^\d+(\.\d+)?(e\d+)?$/i.test(value) ? ofNumber(Number(value)) : undefined;
}

/**
 * Epoch ms of a TIMESTAMP as BigQuery's tools write it: `2026-11-30 10:00:00.123456 UTC` (extract jobs, `bq query`,
 * where the zone may be missing and is UTC), RFC 3339 (TO_JSON_STRING), `{value}` (the Node client), or seconds, ms or µs
 * since 1970 (the REST API). Finer than 1 ms is cut off; undefined where it is none of these, or not of 2010 to 2100.
 */
export function timestampMs(value: unknown): number | undefined {
  const ms = msOf(value);
  return ms !== undefined && ms >= earliestMs && ms < latestMs ? ms : undefined;
}
