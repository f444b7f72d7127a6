import { z } from 'zod';
import { AccessError, type Ask } from './ask.ts';

const answer = z.object({
  jobComplete: z.boolean().default(false),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.string().nullable() })) })).default([]),
});

/** A query with named parameters, all of them texts. `location` is where the data is; BigQuery finds it if left out. */
export interface Query {
  readonly project: string;
  readonly location?: string | undefined;
  readonly sql: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

const waitMs = 10_000;
/** A query that reads more than this is refused rather than paid for. */
const mostBytes = 10 * 1024 ** 3;

/** The rows of a small query, each cell a text or null (BigQuery REST reference, jobs.query). Throws where it takes too long. */
export async function rowsOf(
  ask: Ask,
  { project, location, sql, parameters = {} }: Query,
): Promise<readonly (readonly (string | undefined)[])[]> {
  const url = `https://bigquery.googleapis.com/bigquery/v2/projects/${encodeURIComponent(project)}/queries`;
  const queryParameters = Object.entries(parameters).map(([name, value]) => ({
    name,
    parameterType: { type: 'STRING' },
    parameterValue: { value },
  }));
  const body = {
    query: sql,
    useLegacySql: false,
    timeoutMs: waitMs,
    maxResults: 1000,
    maximumBytesBilled: String(mostBytes),
    labels: { jobwarden: 'cli' },
    ...(location !== undefined && { location }),
    ...(queryParameters.length > 0 && { parameterMode: 'NAMED', queryParameters }),
  };
  const { jobComplete, rows } = await ask({ url, body }, answer);
  if (!jobComplete) throw new AccessError(`the query in ${project} is not done after ${waitMs / 1000} s`);
  return rows.map(({ f }) => f.map(({ v }) => v ?? undefined));
}
