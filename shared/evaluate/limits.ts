import type { Job } from '../jobs/job.ts';
import { formatQuantity, verbOf } from '../jobs/quantity.ts';
import { metrics, type Measurement, type Metric } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import { amount, measure, type Costs, type Measured } from './measure.ts';
import { every, some, type Truth } from './truth.ts';

/** A limit held against a job: whether it is over, and every measurement behind that. */
export interface LimitResult {
  readonly over: Truth;
  readonly measured: readonly Measurement[];
}

function measurementOf(metric: Measurement['metric'], threshold: number, found: Measured): Measurement {
  if (found === 'not-applicable') {
    return { metric, value: undefined, threshold, over: false, why: 'does not apply to the job as it is now' };
  }
  if ('unknown' in found) return { metric, value: undefined, threshold, over: undefined, why: found.unknown };
  return { metric, value: found.value, threshold, over: found.value > threshold };
}

/**
 * Holds a limit against a job. Over means strictly greater. A metric that does not apply (queue time of a running job)
 * is not over; one that the engine has not reported is unknown. `any`: one over is enough; `all`: every one must be.
 */
export function holdAgainst(limit: Limit, job: Job, nowMs: number, costs: Costs): LimitResult {
  const measured: Measurement[] = [];
  for (const metric of metrics) {
    const threshold = limit.of[metric];
    if (threshold !== undefined) measured.push(measurementOf(metric, threshold, measure(metric, job, nowMs, costs)));
  }
  const overs = measured.map((one) => one.over);
  return { over: limit.how === 'all' ? every(overs) : some(overs), measured };
}

/** The numbers of a limit in a row, made ready to be asked of many jobs. */
export interface Numbers {
  readonly needsAll: boolean;
  readonly all: readonly { readonly metric: Metric; readonly threshold: number }[];
}

/** Makes a limit ready for `isOver`. */
export function numbersOf(limit: Limit): Numbers {
  const all = metrics.flatMap((metric) => {
    const threshold = limit.of[metric];
    return threshold === undefined ? [] : [{ metric, threshold }];
  });
  return { needsAll: limit.how === 'all', all };
}

/** Whether `holdAgainst` says that a limit is over, without the measurements: asked of every job, of which few are. */
export function isOver({ needsAll, all }: Numbers, job: Job, nowMs: number, costs: Costs): boolean {
  for (const { metric, threshold } of all) {
    const found = amount(metric, job, nowMs, costs);
    const over = found !== undefined && found > threshold;
    if (over !== needsAll) return over;
  }
  return needsAll;
}

/** What does not apply to the job as it is now is over nothing, and not unknown. */
function applies(metric: Metric, { state }: Job): boolean {
  if (metric === 'runTime') return state === 'running';
  return metric === 'queueTime' ? state === 'pending' : true;
}

/** What `holdAgainst` says of a limit, unknown or not, without the measurements: for counting jobs by the thousand. */
export function overOf({ needsAll, all }: Numbers, job: Job, nowMs: number, costs: Costs): Truth {
  let isKnown = true;
  for (const { metric, threshold } of all) {
    const found = amount(metric, job, nowMs, costs);
    if (found === undefined && applies(metric, job)) isKnown = false;
    else if ((found !== undefined && found > threshold) !== needsAll) return !needsAll;
  }
  return isKnown ? needsAll : undefined;
}

/** The line that was passed: the limit itself, or only the earlier warning line. */
export type Line = 'limit' | 'warnAt';

function clause({ metric, value, threshold }: Measurement, line: Line): string {
  const said = value === undefined ? 'an unknown amount' : formatQuantity(metric, value);
  const passed = line === 'limit' ? 'over the limit of' : 'past the warning line of';
  return `${verbOf(metric)} ${said}, ${passed} ${formatQuantity(metric, threshold)}`;
}

/** The reason in words, from the measurements that are over: "has run for 31 min, over the limit of 30 min". */
export function because(measured: readonly Measurement[], line: Line): string {
  return measured
    .filter((one) => one.over === true)
    .map((one) => clause(one, line))
    .join(' and ');
}
