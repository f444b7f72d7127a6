import { metrics, type Metric } from '../../jobs/verdict.ts';
import type { Limit } from '../limits.ts';

/** The metrics of a limit, in their order. */
export function metricsOf(limit: Limit): readonly Metric[] {
  return metrics.filter((metric) => limit.of[metric] !== undefined);
}

/** Whether a limit is certainly passed once these metrics have passed the thresholds of `known`. */
function follows(limit: Limit, passed: readonly Metric[], known: Limit): boolean {
  const isOver = (metric: Metric) =>
    passed.includes(metric) && (known.of[metric] ?? -1) >= (limit.of[metric] ?? Infinity);
  return limit.how === 'all' ? metricsOf(limit).every(isOver) : metricsOf(limit).some(isOver);
}

/** Whether a job over `inner` is always over `outer` as well. False where that cannot be told. */
export function limitWithin(inner: Limit, outer: Limit): boolean {
  const named = metricsOf(inner);
  return inner.how === 'all' ? follows(outer, named, inner) : named.every((metric) => follows(outer, [metric], inner));
}
