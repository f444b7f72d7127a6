import { clientOf } from '../../../shared/jobs/client.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import type { Metric } from '../../../shared/jobs/verdict.ts';
import { wallTime } from '../../../shared/evaluate/calendar.ts';
import { measure, type Costs } from '../../../shared/evaluate/measure.ts';
import { aDeployment, nowMs } from '../../make.ts';

/** The labels that rules ask for. */
const labels = ['env', 'team', 'tier', 'jobwarden'] as const;

const texts = [
  'project',
  'principal',
  'principalKind',
  'jobType',
  'statementType',
  'priority',
  'location',
  'billing',
  'client',
] as const;

/** The texts of a job that rules ask for. */
export type Field = (typeof texts)[number] | `labels.${(typeof labels)[number]}`;
export const fields: readonly Field[] = [...texts, ...labels.map((label): Field => `labels.${label}`)];

/** The numbers that rules ask for. */
export const numbers = ['runTime', 'queueTime', 'bytesProcessed', 'slotHours', 'costSoFar'] as const satisfies Metric[];

/**
 * A job as the peers are given it, prepared outside the timed part: flat, the client found, the cost reckoned. What is
 * absent is the empty text; a number that is unknown or does not apply is -1, which is over nothing. `judged` is false
 * for jobs that no rule may be held against.
 */
export type Facts = Readonly<Record<Field, string>> &
  Readonly<Record<(typeof numbers)[number], number>> & {
    readonly continuous: boolean;
    readonly judged: boolean;
    readonly weekday: string;
    readonly minuteOfDay: number;
  };

const { weekday, minuteOfDay } = wallTime(nowMs, 'UTC');
const { costs } = aDeployment();

function numberOf(metric: Metric, job: Job, prices: Costs): number {
  const found = measure(metric, job, nowMs, prices);
  return typeof found === 'object' && 'value' in found ? found.value : -1;
}

function billingOf({ reservation }: Job): string {
  if (reservation === undefined) return '';
  return reservation === null ? 'on-demand' : 'reserved';
}

/** What the peers are given of a job. */
export function factsOf(job: Job): Facts {
  return {
    project: job.project,
    principal: job.principal ?? '',
    principalKind: job.principalKind ?? '',
    jobType: job.jobType ?? '',
    statementType: job.statementType ?? '',
    priority: job.priority ?? '',
    location: job.location ?? '',
    billing: billingOf(job),
    client: clientOf(job).name ?? '',
    'labels.env': job.labels?.['env'] ?? '',
    'labels.team': job.labels?.['team'] ?? '',
    'labels.tier': job.labels?.['tier'] ?? '',
    'labels.jobwarden': job.labels?.['jobwarden'] ?? '',
    runTime: numberOf('runTime', job, costs),
    queueTime: numberOf('queueTime', job, costs),
    bytesProcessed: numberOf('bytesProcessed', job, costs),
    slotHours: numberOf('slotHours', job, costs),
    costSoFar: numberOf('costSoFar', job, costs),
    continuous: job.continuous === true,
    judged: !job.redacted && typeof job.parentId !== 'string',
    weekday,
    minuteOfDay,
  };
}
