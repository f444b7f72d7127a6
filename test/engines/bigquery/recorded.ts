import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../../shared/fixtures/bigquery');

/** Whether answers recorded from the real API lie beside the repository. In CI their absence is an error. */
export const recordingsAreHere = existsSync(folder);
if (!recordingsAreHere && process.env['CI'] === 'true') throw new Error('../shared/fixtures/bigquery is missing');

/** Says in a test's title why it may be skipped. */
export const recordings = recordingsAreHere
  ? 'recorded answers'
  : 'recorded answers (not run: ../shared/fixtures/bigquery is not here)';

/** One of them, parsed. */
export function recorded(name: string): unknown {
  return JSON.parse(readFileSync(resolve(folder, `${name}.json`), 'utf8'));
}
