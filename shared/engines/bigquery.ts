import { bigQueryCanceller } from './bigquery/canceller.ts';
import { client } from './bigquery/client.ts';
import { skewMeter } from './http/clock.ts';
import type { BigQueryOptions } from './bigquery/connection.ts';
import { projectFinder } from './bigquery/projects.ts';
import { bigQuerySource } from './bigquery/source.ts';
import type { Engine } from './engine.ts';

/** BigQuery behind the port of `engine.ts`. Nothing is loaded or sent before the first call. */
export function bigQuery(options: BigQueryOptions): Engine {
  const clock = skewMeter(options.now);
  const request = client(options, clock.note);
  const projectsBelow = projectFinder(request, options.now);
  const source = { ...bigQuerySource(request), projectsBelow, clockSkewMs: clock.skewMs };
  return { source, canceller: bigQueryCanceller(request) };
}
