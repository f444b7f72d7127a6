import { isFields } from '../http/read.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Set as soon as anything is not as it nearly always is: then the record is read with care instead. */
export interface Oddity {
  found: boolean;
}

const nothing: Fields = {};
/** So many digits are exact in a number, whatever they are. */
const mostDigits = 15;
const earliestMs = Date.UTC(2010, 0);
const latestMs = Date.UTC(2100, 0);
const clocksMs = 60_000;

/** What of a part is not there is missing from it as well. */
export function partOf(value: unknown, odd: Oddity): Fields {
  if (value === undefined || value === null) return nothing;
  if (isFields(value)) return value;
  odd.found = true;
  return nothing;
}

export function textOf(value: unknown, odd: Oddity): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (value !== undefined && value !== null) odd.found = true;
  return undefined;
}

/** An int64 as the API sends it: digits in a text. */
export function countOf(value: unknown, odd: Oddity): number | undefined {
  if (value === undefined || value === null) return undefined;
  const count = typeof value === 'string' ? digitsOf(value) : -1;
  if (count < 0) odd.found = true;
  return count;
}

/** The number that digits stand for; below 0 for anything else, and for more digits than are always exact. */
function digitsOf(text: string): number {
  if (text === '' || text.length > mostDigits) return -1;
  let number = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

export function timeOf(value: unknown, afterMs: number | undefined, odd: Oddity): number | undefined {
  const ms = countOf(value, odd);
  if (ms === undefined) return undefined;
  if (ms < earliestMs || ms >= latestMs || ms < (afterMs ?? ms) - clocksMs) odd.found = true;
  return ms;
}
