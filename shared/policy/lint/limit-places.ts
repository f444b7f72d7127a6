import type { Metric } from '../../jobs/verdict.ts';
import type { Path } from '../lines.ts';
import type { Limit } from '../limits.ts';
import type { Rule } from '../rule.ts';
import { metricsOf } from './limits-within.ts';
import type { Subject } from './subject.ts';

/** One number of a limit and where it stands. `rule` is set for limits and warning lines of rules. */
export interface LimitPlace {
  readonly metric: Metric;
  readonly threshold: number;
  readonly path: Path;
  readonly limit: Limit;
  readonly rule?: Rule;
}

/** Where a number of a limit stands. */
export function limitPath(path: Path, { how }: Limit, metric: Metric): Path {
  return how === 'all' ? [...path, 'all', metric] : [...path, metric];
}

function placesIn(limit: Limit | undefined, path: Path, rule?: Rule): LimitPlace[] {
  if (limit === undefined) return [];
  return metricsOf(limit).map((metric) => ({
    metric,
    threshold: limit.of[metric] ?? 0,
    path: limitPath(path, limit, metric),
    limit,
    ...(rule === undefined ? {} : { rule }),
  }));
}

/** Every number of every limit, warning line and ceiling. */
export function limitPlaces({ policy }: Subject): LimitPlace[] {
  return [
    ...policy.rules.flatMap((rule, index) => [
      ...placesIn(rule.limit, ['rules', index, 'limit'], rule),
      ...placesIn(rule.warnAt, ['rules', index, 'warnAt'], rule),
    ]),
    ...placesIn(policy.protect.upTo, ['protect', 'upTo']),
    ...placesIn(policy.optOut?.upTo, ['optOut', 'upTo']),
  ];
}
