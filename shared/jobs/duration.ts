const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
/** No time is written longer; text without an end would make the search below slow. */
const longest = 64;

/** Reads `90s`, `30m`, `6h`, `2d` or a sum such as `29m50s` as whole milliseconds; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  if (text.length > longest) return undefined;
  const parts = text.match(/\d+(?:\.\d+)?[a-z]+/g);
  if (parts === null || parts.join('') !== text) return undefined;
  let totalMs = 0;
  for (const part of parts) {
    const [, amount, unit] = form.exec(part) ?? [];
    const factor = unit === undefined ? undefined : unitMs[unit];
    if (amount === undefined || factor === undefined) return undefined;
    totalMs += Number(amount) * factor;
  }
  return wholeMs(totalMs);
}

/** 1.1 h is 3960000.0000000005 ms in floating point: that is meant as a whole number, 0.1 ms is not. */
function wholeMs(ms: number): number | undefined {
  const whole = Math.round(ms);
  return Number.isSafeInteger(whole) && Math.abs(ms - whole) < 0.001 ? whole : undefined;
}

/** Says a time in words of at most two units: `45 s`, `31 min`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const size = Math.floor(Math.abs(ms));
  const seconds = Math.floor(size / 1000);
  const sign = ms < 0 && size > 0 ? '-' : '';
  if (seconds < 1) return `${sign}${size} ms`;
  const steps: readonly [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const first = steps.findIndex(([, unitS]) => seconds >= unitS);
  const words: string[] = [];
  let rest = seconds;
  for (const [unit, unitS] of steps.slice(first, first + 2)) {
    const count = Math.floor(rest / unitS);
    if (count > 0) words.push(`${count} ${unit}`);
    rest -= count * unitS;
  }
  return sign + words.join(' ');
}
