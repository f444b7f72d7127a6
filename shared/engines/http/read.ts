type Fields = Readonly<Record<string, unknown>>;

/** Takes typed values out of a record nobody vouches for. What cannot be read is left out and said in `doubts`. */
export interface Reader {
  readonly doubts: ReadonlySet<string>;
  /** The value as it came; undefined where it is missing or null. */
  find(path: string): unknown;
  /** A non-empty string. */
  text(path: string): string | undefined;
  /** An int64 ≥ 0 that a number holds exactly. The API sends int64 as strings, its clients also as numbers. */
  count(path: string): number | undefined;
  /** Epoch ms between 2010 and 2100, from a number of milliseconds. */
  timeMs(path: string): number | undefined;
  /** The same from a number of seconds. */
  secondsMs(path: string): number | undefined;
  /** The same from an RFC 3339 time, which may have up to nine digits behind the second; what is finer than 1 ms is cut off. */
  isoMs(path: string): number | undefined;
  doubt(says: string): undefined;
}

const earliestMs = Date.UTC(2010, 0);
const latestMs = Date.UTC(2100, 0);

/** A reader of one record. Paths are written with dots, as in `statistics.query.totalSlotMs`. */
export function reader(record: unknown): Reader {
  const doubts = new Set<string>();
  const doubt = (says: string): undefined => void doubts.add(says);
  const find = (path: string): unknown => valueAt(record, path, (part) => doubt(`${part} is not an object`));
  const count = (path: string): number | undefined => {
    const value = find(path);
    if (value === undefined) return undefined;
    const number = exactInteger(value);
    if (number === undefined) return doubt(`${path} is ${shown(value)}, which is no exact whole number`);
    return number < 0 ? doubt(`${path} is ${shown(value)}, less than nothing`) : number;
  };
  const text = (path: string): string | undefined => {
    const value = find(path);
    if (value === undefined || value === '') return undefined;
    return typeof value === 'string' ? value : doubt(`${path} is ${shown(value)}, which is no text`);
  };
  const plausible = (path: string, ms: number): number | undefined =>
    ms < earliestMs || ms >= latestMs ? doubt(`${path} is ${shown(find(path))}, which is no plausible time`) : ms;
  const inUnits = (path: string, unitMs: number): number | undefined => {
    const units = count(path);
    return units === undefined ? undefined : plausible(path, units * unitMs);
  };
  const isoMs = (path: string): number | undefined => {
    const value = text(path);
    if (value === undefined) return undefined;
    const ms = rfc3339Ms(value);
    return ms === undefined ? doubt(`${path} is ${shown(value)}, which is no RFC 3339 time`) : plausible(path, ms);
  };
  return {
    doubts,
    find,
    text,
    count,
    timeMs: (path) => inUnits(path, 1),
    secondsMs: (path) => inUnits(path, 1000),
    isoMs,
    doubt,
  };
}

/** The value at a dotted path; undefined where it is missing or null. */
export function valueAt(record: unknown, path: string, notAnObject?: (part: string) => void): unknown {
  let value = record;
  const walked: string[] = [];
  for (const key of path.split('.')) {
    if (value === undefined || value === null) return undefined;
    if (!isFields(value)) {
      notAnObject?.(walked.join('.') || 'the record');
      return undefined;
    }
    value = value[key];
    walked.push(key);
  }
  return value ?? undefined;
}

/** Whether a value is an object with named fields, not a list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Epoch ms of an RFC 3339 time (protobuf's Timestamp in JSON: `Z` or an offset, 0 to 9 digits of a second). */
function rfc3339Ms(text: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  if (parts === null) return undefined;
  const [, second = '', fraction = '', zone = ''] = parts;
  const ms = Date.parse(`${second}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function exactInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return undefined;
  const big = BigInt(value);
  const fits = big >= BigInt(Number.MIN_SAFE_INTEGER) && big <= BigInt(Number.MAX_SAFE_INTEGER);
  return fits ? Number(big) : undefined;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 40);
}
