const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
};

/** Matches a time such as `90s`, `29m50s` or `1h 30m`, for use inside other patterns. */
export const DURATION_PATTERN = String.raw`\d+(?:\.\d+)?(?:ms|[smhd])(?:\s*\d+(?:\.\d+)?(?:ms|[smhd]))*`;

/** Matches a size such as `3 TB` or `500 MiB`, for use inside other patterns. */
export const BYTES_PATTERN = String.raw`\d+(?:\.\d+)?\s*(?:[KMGTP]i?)?B`;

const WHOLE_DURATION = new RegExp(`^${DURATION_PATTERN}$`);
const WHOLE_BYTES = new RegExp(`^${BYTES_PATTERN}$`);

/** A time such as `29m50s` in milliseconds; undefined when the text is no time with units. */
export function parseDurationMs(text: string): number | undefined {
  if (!WHOLE_DURATION.test(text)) return undefined;
  const parts = text.matchAll(/([\d.]+)(ms|[smhd])/g);
  let totalMs = 0;
  for (const [, amount, unit = ''] of parts) totalMs += Number(amount) * (MS_PER_UNIT[unit] ?? Number.NaN);
  return Math.round(totalMs);
}

/** A size such as `3 TB` (decimal) or `3 TiB` (binary) in bytes; undefined when the text is no size with a unit. */
export function parseBytes(text: string): number | undefined {
  if (!WHOLE_BYTES.test(text)) return undefined;
  const [, amount, unit = ''] = /^([\d.]+)\s*(\w+)$/.exec(text) ?? [];
  return Math.round(Number(amount) * (BYTES_PER_UNIT[unit] ?? Number.NaN));
}
