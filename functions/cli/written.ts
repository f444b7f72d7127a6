import { parseBytes } from '../../shared/jobs/bytes.ts';
import { parseDuration } from '../../shared/jobs/duration.ts';
import { parseUsd } from '../../shared/jobs/money.ts';
import type { Metric } from '../../shared/jobs/verdict.ts';
import type { Limit } from '../../shared/policy/limits.ts';
import { metrics } from '../../shared/jobs/verdict.ts';

const kindOf = {
  runTime: 'time',
  queueTime: 'time',
  bytesProcessed: 'size',
  bytesEstimated: 'size',
  slotHours: 'number',
  costSoFar: 'money',
  costEstimated: 'money',
} as const satisfies Readonly<Record<Metric, string>>;

const times = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

function writtenTime(ms: number): string {
  let rest = ms;
  const parts = times.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.length === 0 ? '0s' : parts.join('');
}

const sizes = ['PiB', 'TiB', 'GiB', 'MiB', 'KiB', 'PB', 'TB', 'GB', 'MB', 'kB'];

/** The unit in which a size is a short number, or bytes. */
function writtenSize(bytes: number): string {
  const short = sizes.flatMap((unit) => {
    const count = Number((bytes / (parseBytes(`1 ${unit}`) ?? 1)).toPrecision(4));
    const text = `${count} ${unit}`;
    return count >= 1 && parseBytes(text) === bytes ? [text] : [];
  });
  return short[0] ?? `${bytes} B`;
}

/** A plain number, without an exponent. */
const plain = (value: number) => value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 12 });

/** An amount as it is written in a policy, exactly: `1h30m`, `5 TiB`, `2.5`, `50 USD`. */
export function written(metric: Metric, value: number): string {
  const kind = kindOf[metric];
  if (kind === 'time') return writtenTime(value);
  if (kind === 'size') return writtenSize(value);
  return kind === 'money' ? `${plain(value)} USD` : plain(value);
}

/** Reads what stands for an amount of a metric in a policy; undefined where it is none. */
export function readWritten(metric: Metric, text: string): number | undefined {
  const kind = kindOf[metric];
  if (kind === 'time') return parseDuration(text);
  if (kind === 'size') return parseBytes(text);
  if (kind === 'money') return parseUsd(text);
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** A limit as it is written in a policy: `{ runTime: 45m }`. */
export function writtenLimit({ how, of }: Limit): string {
  const numbers = metrics.flatMap((metric) => {
    const value = of[metric];
    return value === undefined ? [] : [`${metric}: ${written(metric, value)}`];
  });
  const inside = `{ ${numbers.join(', ')} }`;
  return how === 'all' ? `{ all: ${inside} }` : inside;
}
