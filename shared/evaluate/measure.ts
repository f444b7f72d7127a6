import { neverMeasures } from '../jobs/capabilities.ts';
import type { Job } from '../jobs/job.ts';
import type { Metric } from '../jobs/verdict.ts';

/** A metric of a job at a moment: a number, `not-applicable` (the limit cannot be over), or unknown with the reason. */
export type Measured = { readonly value: number } | 'not-applicable' | { readonly unknown: string };

/** What a job costs. Undefined where no price is known; then a cost limit is unknown. */
export interface Costs {
  soFarUsd(job: Job, nowMs: number): number | undefined;
  estimatedUsd(job: Job): number | undefined;
  /** What so many bytes, or so much slot time, cost at most by any price: quick to tell, and never too little. */
  mostUsd?(bytes: number, slotMs: number): number;
}

const msPerHour = 3_600_000;

function since(startMs: number | undefined, nowMs: number): number | undefined {
  return startMs === undefined || startMs > nowMs ? undefined : nowMs - startMs;
}

/** The number of one metric, in the units of `Metric`: undefined where it does not apply, or is not known. */
export function amount(metric: Metric, job: Job, nowMs: number, costs: Costs): number | undefined {
  switch (metric) {
    case 'runTime':
      return job.state === 'running' ? since(job.startedAtMs, nowMs) : undefined;
    case 'queueTime':
      return job.state === 'pending' ? since(job.createdAtMs, nowMs) : undefined;
    case 'bytesProcessed':
      return job.bytesProcessed;
    case 'bytesEstimated':
      return job.bytesEstimated;
    case 'slotHours':
      return job.slotMs === undefined ? undefined : job.slotMs / msPerHour;
    case 'costSoFar':
      return costs.soFarUsd(job, nowMs);
    case 'costEstimated':
      return costs.estimatedUsd(job);
  }
}

const metricWords = {
  bytesProcessed: 'bytes processed',
  bytesEstimated: 'estimate of bytes',
  slotHours: 'slot time',
  costSoFar: 'figure its cost could be told from',
  costEstimated: 'figure its cost could be estimated from',
} as const;

function withoutTime(startMs: number | undefined, what: string): Measured {
  return { unknown: startMs === undefined ? `the engine gives no ${what}` : `its ${what} lies in the future` };
}

/** Why there is no number. */
function without(metric: Metric, job: Job): Measured {
  const { state, startedAtMs, createdAtMs } = job;
  if (metric === 'runTime') return state === 'running' ? withoutTime(startedAtMs, 'start time') : 'not-applicable';
  if (metric === 'queueTime') return state === 'pending' ? withoutTime(createdAtMs, 'creation time') : 'not-applicable';
  const what = metricWords[metric];
  return {
    unknown: neverMeasures(job, metric) ? `${job.engine} never gives any ${what}` : `the engine gives no ${what} yet`,
  };
}

/** Measures one metric, in the units of `Metric`. Bytes and slot time are what the engine has reported so far. */
export function measure(metric: Metric, job: Job, nowMs: number, costs: Costs): Measured {
  const value = amount(metric, job, nowMs, costs);
  return value === undefined ? without(metric, job) : { value };
}
