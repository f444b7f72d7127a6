import { formatQuantity } from '../../jobs/quantity.ts';
import { metrics, type Metric } from '../../jobs/verdict.ts';
import type { Limit } from '../limits.ts';
import { together, type Extent } from './change.ts';

/** How one number of a limit compares. `wider`: more jobs pass it, or sooner. */
export interface LimitDifference {
  readonly metric: Metric | undefined;
  readonly extent: Extent;
  readonly says: string;
}

const metricsOf = ({ of }: Limit) => metrics.filter((metric) => of[metric] !== undefined);

function numbers(limit: Limit): string {
  const words = metricsOf(limit).map((metric) => `${metric} ${formatQuantity(metric, limit.of[metric] ?? 0)}`);
  return words.join(limit.how === 'all' ? ' and ' : ' or ');
}

function compareNumber(metric: Metric, before: Limit, after: Limit, how: Limit['how']): LimitDifference | undefined {
  const [old, now] = [before.of[metric], after.of[metric]];
  if (old === now) return undefined;
  if (old === undefined || now === undefined) {
    const isMore = old === undefined;
    const words = `${metric} ${formatQuantity(metric, now ?? old ?? 0)}`;
    const counts = how === 'all' ? 'must be passed as well' : 'is enough';
    const says = isMore ? `${words} ${counts}, which was not asked before` : `${words} is no longer asked`;
    return { metric, extent: isMore === (how === 'any') ? 'wider' : 'narrower', says };
  }
  const says = `${metric} ${formatQuantity(metric, now)}, was ${formatQuantity(metric, old)}`;
  return { metric, extent: now < old ? 'wider' : 'narrower', says };
}

/** Any one number passes as soon as all do where one of the numbers is no larger. */
function changedHow(before: Limit, after: Limit): LimitDifference {
  const isNoLater = (one: Limit, other: Limit) =>
    metricsOf(other).some((metric) => (one.of[metric] ?? Infinity) <= (other.of[metric] ?? 0));
  const says = `${numbers(after)}, was ${numbers(before)}`;
  if (after.how === 'any') return { metric: undefined, extent: isNoLater(after, before) ? 'wider' : 'either', says };
  return { metric: undefined, extent: isNoLater(before, after) ? 'narrower' : 'either', says };
}

/** The numbers of two limits that are not the same. */
export function compareLimits(before: Limit, after: Limit): readonly LimitDifference[] {
  // One number alone means the same inside `all` and outside.
  const isOne = (limit: Limit) => metricsOf(limit).length === 1;
  const how = isOne(after) ? before.how : after.how;
  if (before.how !== after.how && !isOne(before) && !isOne(after)) return [changedHow(before, after)];
  return metrics.map((metric) => compareNumber(metric, before, after, how)).filter((one) => one !== undefined);
}

/** How a ceiling compares: `wider` when it is passed by more. Left out, it is passed by none. */
export function compareCeilings(before: Limit | undefined, after: Limit | undefined): Extent {
  if (before === undefined || after === undefined) {
    return before === after ? 'same' : before === undefined ? 'wider' : 'narrower';
  }
  return together(compareLimits(before, after).map(({ extent }) => extent));
}
