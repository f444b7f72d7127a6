import type { DetailKey, EngineName, Job } from './job.ts';
import type { Metric } from './verdict.ts';

/** Keys of a match that ask for what a job is; `labels` aside. */
type FieldKey =
  | 'principal'
  | 'principalKind'
  | 'statementType'
  | 'priority'
  | 'client'
  | 'reservation'
  | 'billing'
  | DetailKey;

interface NeverTold {
  /** Keys of a match whose field the engine never fills: a rule that asks for one never matches its jobs. */
  readonly keys: readonly FieldKey[];
  /** Numbers it never tells: a limit on one is never over. */
  readonly metrics: readonly Metric[];
}

const details = {
  bigquery: [],
  'data-fusion': ['instance', 'namespace', 'pipeline'],
  'yandex-data-proc': ['cluster'],
  dli: ['queue'],
} as const satisfies Readonly<Record<EngineName, readonly DetailKey[]>>;

const allDetails = Object.values(details).flat();

function othersThan(engine: EngineName): readonly DetailKey[] {
  const own: readonly DetailKey[] = details[engine];
  return allDetails.filter((key) => !own.includes(key));
}

/** What each engine's API never tells of a job (their API references). A field that is not here may be told. */
const neverTold: Readonly<Record<EngineName, NeverTold>> = {
  bigquery: { keys: othersThan('bigquery'), metrics: [] },
  'data-fusion': {
    keys: [
      ...(['principal', 'principalKind', 'statementType', 'priority', 'client', 'reservation', 'billing'] as const),
      ...othersThan('data-fusion'),
    ],
    metrics: ['bytesProcessed', 'bytesEstimated', 'slotHours', 'costSoFar', 'costEstimated'],
  },
  'yandex-data-proc': {
    keys: [
      ...(['statementType', 'priority', 'client', 'reservation', 'billing'] as const),
      ...othersThan('yandex-data-proc'),
    ],
    metrics: ['bytesProcessed', 'bytesEstimated', 'slotHours', 'costSoFar', 'costEstimated'],
  },
  dli: {
    keys: [...(['priority', 'client', 'reservation', 'billing'] as const), ...othersThan('dli')],
    metrics: ['bytesEstimated', 'costSoFar', 'costEstimated'],
  },
};

/** Whether the engine never tells what the key of a match asks for. */
export function neverTells(engine: EngineName, key: string): boolean {
  const keys: readonly string[] = neverTold[engine].keys;
  return keys.includes(key);
}

/** Whether the engine never tells the number. */
export function neverMeasures({ engine }: Pick<Job, 'engine'>, metric: Metric): boolean {
  return neverTold[engine].metrics.includes(metric);
}
