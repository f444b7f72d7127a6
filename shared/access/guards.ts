import { z } from 'zod';
import type { Ask } from './ask.ts';
import { rowsOf } from './query.ts';

const limit = z.object({
  unit: z.string().default(''),
  quotaBuckets: z
    .array(
      z.object({
        effectiveLimit: z.string().optional(),
        defaultLimit: z.string().optional(),
        consumerOverride: z.object({ overrideValue: z.string().optional() }).optional(),
        dimensions: z.record(z.string(), z.string()).optional(),
      }),
    )
    .default([]),
});
const quotas = z.object({
  metrics: z
    .array(
      z.object({ metric: z.string(), unit: z.string().default(''), consumerQuotaLimits: z.array(limit).default([]) }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

/** The metric of both custom quotas of queries, and their limits by unit (Service Usage, BigQuery quotas). */
export const queryUsage = 'bigquery.googleapis.com/quota/query/usage';
export const perDay = '1/d/{project}';
export const perUserPerDay = '1/d/{project}/{user}';

/** What a project itself has set as the limit of a quota, by unit; `unit` of the values is as the API says it, MiBy as a rule. */
export interface CustomQuotas {
  readonly unit: string;
  readonly set: ReadonlyMap<string, string>;
}

function overrideOf(one: z.infer<typeof limit>): string | undefined {
  const all = one.quotaBuckets.filter(({ dimensions }) => Object.keys(dimensions ?? {}).length === 0);
  return all.map(({ consumerOverride }) => consumerOverride?.overrideValue).find((value) => value !== undefined);
}

const mostPages = 20;

/** The custom quotas of queries in a project (Service Usage REST reference v1beta1, consumerQuotaMetrics.list). */
export async function customQuotas(ask: Ask, project: string): Promise<CustomQuotas> {
  const base = `https://serviceusage.googleapis.com/v1beta1/projects/${encodeURIComponent(project)}`;
  let token = '';
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`;
    const url = `${base}/services/bigquery.googleapis.com/consumerQuotaMetrics?view=BASIC&pageSize=100${page}`;
    const { metrics, nextPageToken } = await ask({ url }, quotas);
    const found = metrics.find(({ metric }) => metric === queryUsage);
    if (found !== undefined) {
      const values = found.consumerQuotaLimits.flatMap((one) => {
        const value = overrideOf(one);
        return value === undefined ? [] : [[one.unit, value] as const];
      });
      return { unit: found.unit, set: new Map(values) };
    }
    if (nextPageToken === undefined || nextPageToken === '') break;
    token = nextPageToken;
  }
  return { unit: '', set: new Map() };
}

/**
 * The options that a project has set in a region and that differ from their defaults, such as
 * `default_query_job_timeout_ms` (BigQuery documentation, INFORMATION_SCHEMA.PROJECT_OPTIONS). It is a query, of 10 MB.
 */
export async function projectOptions(ask: Ask, project: string, region: string): Promise<ReadonlyMap<string, string>> {
  const view = `\`${project}\`.\`region-${region.toLowerCase()}\`.INFORMATION_SCHEMA.PROJECT_OPTIONS`;
  const rows = await rowsOf(ask, { project, location: region, sql: `SELECT option_name, option_value FROM ${view}` });
  return new Map(rows.map(([name = '', value = '']) => [name, value]));
}
