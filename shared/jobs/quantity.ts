import { formatBytes } from './bytes.ts';
import { formatDuration } from './duration.ts';
import { formatUsd } from './money.ts';
import type { Metric } from './verdict.ts';

/** Says a metric's number in its unit: `31 min`, `1.25 TiB`, `2.4 slot hours`, `50 USD`. */
export function formatQuantity(metric: Metric, value: number): string {
  switch (metric) {
    case 'runTime':
    case 'queueTime':
      return formatDuration(value);
    case 'bytesProcessed':
    case 'bytesEstimated':
      return formatBytes(value);
    case 'slotHours':
      return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} slot hours`;
    case 'costSoFar':
    case 'costEstimated':
      return formatUsd(value);
  }
}

const verbs: Readonly<Record<Metric, string>> = {
  runTime: 'has run for',
  queueTime: 'has waited in the queue for',
  bytesProcessed: 'has processed',
  bytesEstimated: 'is estimated to process',
  slotHours: 'has used',
  costSoFar: 'has cost about',
  costEstimated: 'is estimated to cost',
};

/** The words before a metric's number: `has run for`, `is estimated to process` … */
export function verbOf(metric: Metric): string {
  return verbs[metric];
}
