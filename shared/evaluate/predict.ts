import type { Job } from '../jobs/job.ts';
import { metrics, type Metric } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import type { CompiledRule } from './compile.ts';
import { amount, measure, type Costs } from './measure.ts';

/** What was known of a job at a moment (epoch ms). */
export interface Sample {
  readonly job: Job;
  readonly atMs: number;
}

/** By how much the numbers of a job that runs grow in a ms; 0 where that is not known. */
export interface Growth {
  readonly bytes: number;
  readonly slotMs: number;
}

const none: Growth = { bytes: 0, slotMs: 0 };
/** Statistics of a running job are brought up to date now and then: closer samples say little. */
const leastApartMs = 5000;
/** The numbers of a job that has just begun say nothing of its pace. */
const leastRunMs = 1000;
const msPerHour = 3_600_000;

function perMs(now: number | undefined, before: number | undefined, ms: number): number {
  return now === undefined ? 0 : Math.max(0, now - (before ?? 0)) / ms;
}

/**
 * How fast a job uses what it uses: since an earlier sample of it that is at least 5 s old, or else on average since it
 * started. It is 0 for a job that does not run, and for numbers that its engine does not give; never below 0.
 */
export function growthOf({ job, atMs }: Sample, before?: Sample): Growth {
  const { state, startedAtMs, bytesProcessed, slotMs } = job;
  if (state !== 'running') return none;
  if (before !== undefined && atMs - before.atMs >= leastApartMs) {
    const ms = atMs - before.atMs;
    return {
      bytes: before.job.bytesProcessed === undefined ? 0 : perMs(bytesProcessed, before.job.bytesProcessed, ms),
      slotMs: before.job.slotMs === undefined ? 0 : perMs(slotMs, before.job.slotMs, ms),
    };
  }
  const ms = startedAtMs === undefined ? 0 : atMs - startedAtMs;
  return ms < leastRunMs ? none : { bytes: perMs(bytesProcessed, 0, ms), slotMs: perMs(slotMs, 0, ms) };
}

/** The job as its numbers will be in so many ms if it goes on at this pace. What is not known stays so. */
export function grown(job: Job, { bytes, slotMs }: Growth, ms: number): Job {
  return {
    ...job,
    ...(job.bytesProcessed === undefined ? {} : { bytesProcessed: job.bytesProcessed + bytes * ms }),
    ...(job.slotMs === undefined ? {} : { slotMs: job.slotMs + slotMs * ms }),
  };
}

const overMs = 60_000;

/** How much of a metric comes to a running job in a ms; undefined for what does not grow by being used. */
function paceOf(metric: Metric, { job, atMs }: Sample, growth: Growth, costs: Costs): number | undefined {
  switch (metric) {
    case 'bytesProcessed':
      return growth.bytes;
    case 'slotHours':
      return growth.slotMs / msPerHour;
    case 'costSoFar': {
      const later = amount(metric, grown(job, growth, overMs), atMs, costs) ?? 0;
      return (later - (amount(metric, job, atMs, costs) ?? 0)) / overMs;
    }
    case 'runTime':
    case 'queueTime':
      return 1;
    case 'bytesEstimated':
    case 'costEstimated':
      return undefined;
  }
}

function metricPassesAt(metric: Metric, threshold: number, about: Predicting): number | undefined {
  const { sample, growth, costs } = about;
  const found = measure(metric, sample.job, sample.atMs, costs);
  if (found === 'not-applicable' || 'unknown' in found) return undefined;
  if (found.value > threshold) return sample.atMs;
  const pace = paceOf(metric, sample, growth, costs);
  // Over is strictly greater; times are whole ms.
  return pace === undefined || pace <= 0 ? undefined : sample.atMs + Math.floor((threshold - found.value) / pace) + 1;
}

/** What a prediction is made from. */
interface Predicting {
  readonly sample: Sample;
  readonly growth: Growth;
  readonly costs: Costs;
}

/**
 * When a limit passes if the job goes on at this pace: epoch ms, the moment of the sample where it has passed, undefined
 * where nothing brings the job nearer to it. `any`: the first of its numbers; `all`: the last.
 */
export function passesAt(limit: Limit, about: Predicting): number | undefined {
  const wanted = metrics.flatMap((metric) => {
    const threshold = limit.of[metric];
    return threshold === undefined ? [] : [metricPassesAt(metric, threshold, about)];
  });
  const moments = wanted.filter((moment) => moment !== undefined);
  if (moments.length === 0 || (limit.how === 'all' && moments.length < wanted.length)) return undefined;
  return limit.how === 'all' ? Math.max(...moments) : Math.min(...moments);
}

/** The lowest limits on what jobs use, of the rules that cancel and are in force: nearly no job comes near to them. */
export interface Lowest {
  readonly bytes: number;
  readonly slotHours: number;
  readonly costUsd: number;
}

/** The first question, made ready for all jobs. */
export function lowestOf(rules: readonly CompiledRule[]): Lowest {
  const limits = rules.flatMap(({ rule }) => (rule.action === 'cancel' && rule.mode === 'enforce' ? [rule.limit] : []));
  const lowest = (metric: Metric) => Math.min(...limits.map(({ of }) => of[metric] ?? Number.POSITIVE_INFINITY));
  return { bytes: lowest('bytesProcessed'), slotHours: lowest('slotHours'), costUsd: lowest('costSoFar') };
}

/**
 * Whether any number of a job that runs `times` as long as it has by now would be above the lowest limit on it: asked of
 * every job, it takes a few multiplications. A price is the highest of all prices.
 */
export function mayPass(lowest: Lowest, { bytesProcessed = 0, slotMs = 0 }: Job, times: number, costs: Costs): boolean {
  const bytes = bytesProcessed * times;
  const slots = slotMs * times;
  if (bytes > lowest.bytes || slots / msPerHour > lowest.slotHours) return true;
  if (lowest.costUsd === Number.POSITIVE_INFINITY || (bytes === 0 && slots === 0)) return false;
  return costs.mostUsd === undefined || costs.mostUsd(bytes, slots) > lowest.costUsd;
}
