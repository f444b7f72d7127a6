import { bigQueryCanceller } from './bigquery/canceller.ts';
import { client } from './bigquery/client.ts';
import type { BigQueryOptions } from './bigquery/connection.ts';
import { bigQuerySource } from './bigquery/source.ts';
import type { Canceller, JobSource } from './engine.ts';

/** BigQuery behind the port of `engine.ts`. Nothing is loaded or sent before the first call. */
export function bigQuery(options: BigQueryOptions): { readonly source: JobSource; readonly canceller: Canceller } {
  const request = client(options);
  return { source: bigQuerySource(request), canceller: bigQueryCanceller(request) };
}
