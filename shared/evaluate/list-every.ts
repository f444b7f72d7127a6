import type { Job, JobRef } from '../jobs/job.ts';
import { metrics, type Metric } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import type { Compiled, CompiledRule } from './compile.ts';
import { mayHold } from './matchers.ts';

/** How often sweeps begin. */
const sweepMs = 60_000;
/** A job is listed at least so many times before its shortest limit passes. */
const leastLooks = 5;
const mostMs = 10 * sweepMs;

const byTime: ReadonlySet<Metric> = new Set(['runTime', 'queueTime']);

/** After how long a job may pass the limit for the first time: 0 where that is not bound to time. */
function soonestMs({ of, how }: Limit): number {
  const numbers = metrics.flatMap((metric) => {
    const value = of[metric];
    return value === undefined ? [] : [byTime.has(metric) ? value : 0];
  });
  return how === 'all' ? Math.max(...numbers) : Math.min(...numbers);
}

function soonestOf({ rule: { limit, warnAt } }: CompiledRule): number {
  return Math.min(...[limit, warnAt].flatMap((one) => (one === undefined ? [] : [soonestMs(one)])));
}

/** A job of a place of which nothing else is known yet. */
const anyJobIn = ({ engine, target, project }: Pick<JobRef, 'engine' | 'target' | 'project'>): Job => ({
  engine,
  target,
  project,
  id: '',
  state: 'unknown',
  redacted: false,
});

/**
 * How often a place without jobs has to be listed, in ms: as often as sweeps begin, unless every rule that may be about a
 * job there leaves it enough time. Then a job that comes is listed five times before its shortest limit passes, and at
 * least every ten minutes. A limit on what is used may pass at any time.
 */
export function listEveryMs({ rules }: Compiled, place: Pick<JobRef, 'engine' | 'target' | 'project'>): number {
  const job = anyJobIn(place);
  let soonest = Number.POSITIVE_INFINITY;
  for (const rule of rules) {
    if (soonest < leastLooks * 2 * sweepMs) return sweepMs;
    if (mayHold(rule.match, job)) soonest = Math.min(soonest, soonestOf(rule));
  }
  const sweeps = Math.floor(Math.min(mostMs, soonest / leastLooks) / sweepMs);
  return Math.max(1, sweeps) * sweepMs;
}
