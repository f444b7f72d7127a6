import { createHash } from 'node:crypto';

/** The text as well-formed Unicode with at most `max` UTF-16 units; what was cut off is replaced by `…`. */
export function bounded(text: string, max: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= max) return whole;
  const cut = whole.slice(0, max - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

const lastMs = 8.64e15;

/** ISO 8601 in UTC of an epoch time in ms; what is no time at all becomes the epoch. */
export function isoTime(ms: number): string {
  return new Date(Math.abs(ms) <= lastMs ? ms : 0).toISOString();
}

/** ISO 8601 in UTC of an epoch time in ms; undefined where it is unknown or no time at all. */
export function isoTimeIfKnown(ms: number | undefined): string | undefined {
  return ms !== undefined && Math.abs(ms) <= lastMs ? isoTime(ms) : undefined;
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
