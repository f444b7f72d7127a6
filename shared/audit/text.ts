import { createHash } from 'node:crypto';

/** The text as well-formed Unicode with at most `max` UTF-16 units; what was cut off is replaced by `…`. */
export function bounded(text: string, max: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= max) return whole;
  const cut = whole.slice(0, max - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** RFC 3339, which CloudEvents want, and BigQuery's TIMESTAMP know only years of four digits. */
const firstMs = Date.parse('0001-01-01T00:00:00.000Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');
const isTime = (ms: number) => ms >= firstMs && ms <= lastMs;

/** RFC 3339 in UTC of an epoch time in ms; what is no time of the years 1 to 9999 becomes the epoch. */
export function isoTime(ms: number): string {
  return new Date(isTime(ms) ? ms : 0).toISOString();
}

/** RFC 3339 in UTC of an epoch time in ms; undefined where it is unknown or no time of the years 1 to 9999. */
export function isoTimeIfKnown(ms: number | undefined): string | undefined {
  return ms !== undefined && isTime(ms) ? isoTime(ms) : undefined;
}

/** First `length` hex digits of the SHA-256 of the text. */
export function sha256(text: string, length = 64): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/**
 * The text as one part of an id: itself where it is short and plain (no dot, which separates parts), else what is plain
 * in it and a hash, so that different texts stay different.
 */
export function idPart(text: string, plain = /^[\w-]{1,64}$/): string {
  if (plain.test(text)) return text;
  return `${text.slice(0, 40).replaceAll(/[^\w-]+/g, '-')}-${sha256(text, 12)}`;
}
