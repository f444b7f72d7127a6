import type { Job } from '../jobs/job.ts';
import { metrics, type Metric } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import { measure, type Costs, type Measured } from './measure.ts';

/** When one metric alone passes its threshold: epoch ms, 0 when it has, undefined when that cannot be told. */
function passesAt(metric: Metric, threshold: number, found: Measured, nowMs: number): number | undefined {
  if (found === 'not-applicable' || 'unknown' in found) return undefined;
  if (found.value > threshold) return 0;
  return metric === 'runTime' || metric === 'queueTime' ? nowMs + threshold - found.value : undefined;
}

/**
 * The moment at which a limit passes if the job goes on as it is: epoch ms, `nowMs` when it has passed, undefined when
 * that depends on something other than time.
 */
export function cancelAt(limit: Limit, job: Job, nowMs: number, costs: Costs): number | undefined {
  const moments: (number | undefined)[] = [];
  for (const metric of metrics) {
    const threshold = limit.of[metric];
    if (threshold !== undefined) moments.push(passesAt(metric, threshold, measure(metric, job, nowMs, costs), nowMs));
  }
  const known = moments.filter((moment) => moment !== undefined);
  if (limit.how === 'all') return known.length === moments.length ? Math.max(nowMs, ...known) : undefined;
  return known.length === 0 ? undefined : Math.max(nowMs, Math.min(...known));
}
