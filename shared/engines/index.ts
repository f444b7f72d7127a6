import type { EngineName } from '../jobs/job.ts';
import type { BigQueryOptions } from './bigquery/connection.ts';
import type { Canceller, JobSource } from './engine.ts';
import { EngineError } from './engine.ts';

/** What every engine offers: a source that can only look, and the one thing that can cancel. */
export interface Engine {
  readonly source: JobSource;
  readonly canceller: Canceller;
}

/** Makes an engine; it sends nothing before its first call. */
export type MakeEngine = (options: BigQueryOptions) => Engine;

/** Every engine by its name in policies. Each is loaded when it is asked for, so that a sweep pays for what it uses. */
export const engines: Readonly<Record<EngineName, () => Promise<MakeEngine>>> = {
  bigquery: async () => (await import('./bigquery.ts')).bigQuery,
  'data-fusion': notYet('data-fusion'),
  'yandex-data-proc': notYet('yandex-data-proc'),
  dli: notYet('dli'),
};

function notYet(engine: EngineName): () => Promise<never> {
  return async () => {
    const says = 'this engine is not in this version of Jobwarden; remove its targets from the policy';
    throw new EngineError(engine, says, { failure: 'rejected', retryable: false });
  };
}
