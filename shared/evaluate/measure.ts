import type { Job } from '../jobs/job.ts';
import type { Metric } from '../jobs/verdict.ts';

/** A metric of a job at a moment: a number, `not-applicable` (the limit cannot be over), or unknown with the reason. */
export type Measured = { readonly value: number } | 'not-applicable' | { readonly unknown: string };

/** What a job costs. Undefined where no price is known; then a cost limit is unknown. */
export interface Costs {
  soFarUsd(job: Job, nowMs: number): number | undefined;
  estimatedUsd(job: Job): number | undefined;
}

const msPerHour = 3_600_000;

function since(startMs: number | undefined, nowMs: number, what: string): Measured {
  if (startMs === undefined) return { unknown: `the engine gives no ${what}` };
  if (startMs > nowMs) return { unknown: `its ${what} lies in the future` };
  return { value: nowMs - startMs };
}

function known(value: number | undefined, what: string): Measured {
  return value === undefined ? { unknown: `the engine gives no ${what} yet` } : { value };
}

function runTime(job: Job, nowMs: number): Measured {
  return job.state === 'running' ? since(job.startedAtMs, nowMs, 'start time') : 'not-applicable';
}

function queueTime(job: Job, nowMs: number): Measured {
  return job.state === 'pending' ? since(job.createdAtMs, nowMs, 'creation time') : 'not-applicable';
}

/** Measures one metric, in the units of `Metric`. Bytes and slot time are what the engine has reported so far. */
export function measure(metric: Metric, job: Job, nowMs: number, costs: Costs): Measured {
  switch (metric) {
    case 'runTime':
      return runTime(job, nowMs);
    case 'queueTime':
      return queueTime(job, nowMs);
    case 'bytesProcessed':
      return known(job.bytesProcessed, 'bytes processed');
    case 'bytesEstimated':
      return known(job.bytesEstimated, 'estimate of bytes');
    case 'slotHours':
      return known(job.slotMs === undefined ? undefined : job.slotMs / msPerHour, 'slot time');
    case 'costSoFar':
      return known(costs.soFarUsd(job, nowMs), 'figure its cost could be told from');
    case 'costEstimated':
      return known(costs.estimatedUsd(job), 'figure its cost could be estimated from');
  }
}
