const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Reads `90s`, `30m`, `6h`, `2d` or a sum such as `29m50s` as milliseconds; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const parts = text.match(/\d+(?:\.\d+)?[a-z]+/g);
  if (parts === null || parts.join('') !== text) return undefined;
  let totalMs = 0;
  for (const part of parts) {
    const [, amount, unit] = form.exec(part) ?? [];
    const factor = unit === undefined ? undefined : unitMs[unit];
    if (amount === undefined || factor === undefined) return undefined;
    totalMs += Number(amount) * factor;
  }
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
}

/** Says a time in words of at most two units: `45 s`, `31 min`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const sign = ms < 0 ? '-' : '';
  if (seconds < 1) return `${sign}${Math.abs(Math.round(ms))} ms`;
  const steps: readonly [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const first = steps.findIndex(([, size]) => seconds >= size);
  const words: string[] = [];
  let rest = seconds;
  for (const [unit, size] of steps.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    if (count > 0) words.push(`${count} ${unit}`);
    rest -= count * size;
  }
  return sign + words.join(' ');
}
