import type { EngineName } from '../jobs/job.ts';
import type { BigQueryOptions } from './bigquery/connection.ts';
import type { DataFusionOptions } from './data-fusion/connection.ts';
import type { DliOptions } from './dli/connection.ts';
import type { Engine } from './engine.ts';
import type { Meter } from './http/meter.ts';
import type { YandexOptions } from './yandex-data-proc/connection.ts';

/** How each engine is reached; one that is left out is reached as its cloud has it. `now` is epoch ms. */
interface EngineOptions {
  readonly now: () => number;
  /** Counts the calls of all engines that are opened with it. */
  readonly meter?: Meter | undefined;
  readonly bigquery?: Omit<BigQueryOptions, 'now'> | undefined;
  readonly dataFusion?: Omit<DataFusionOptions, 'now'> | undefined;
  readonly yandex?: Omit<YandexOptions, 'now'> | undefined;
  readonly dli?: Omit<DliOptions, 'now'> | undefined;
}

/** Opens an engine; it sends nothing before its first call. */
export type OpenEngine = (options: EngineOptions) => Promise<Engine>;

/** Every engine by its name in policies. Each is loaded when it is asked for, so that a sweep pays for what it uses. */
export const engines: Readonly<Record<EngineName, OpenEngine>> = {
  bigquery: async ({ now, meter, bigquery }) => (await import('./bigquery.ts')).bigQuery({ ...bigquery, now, meter }),
  'data-fusion': async ({ now, meter, dataFusion }) =>
    (await import('./data-fusion.ts')).dataFusion({ ...dataFusion, now, meter }),
  'yandex-data-proc': async ({ now, meter, yandex }) =>
    (await import('./yandex-data-proc.ts')).yandexDataProc({ ...yandex, now, meter }),
  dli: async ({ now, meter, dli }) => (await import('./dli.ts')).dli({ ...dli, now, meter }),
};
