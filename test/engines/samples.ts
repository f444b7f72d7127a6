import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../shared/fixtures/engines');

/** Whether the documented samples lie beside the repository. In CI their absence is an error. */
export const samplesAreHere = existsSync(folder);
if (!samplesAreHere && process.env['CI'] === 'true') throw new Error('../shared/fixtures/engines is missing');

/** Says in a test's title why it may be skipped. */
export const samples = samplesAreHere
  ? 'documented samples'
  : 'documented samples (not run: ../shared/fixtures/engines is not here)';

/** One example of a file of samples. */
export function sample(name: string, index = 0): unknown {
  const file: unknown = JSON.parse(readFileSync(resolve(folder, `${name}.json`), 'utf8'));
  const examples: unknown = Object(file).examples;
  if (!Array.isArray(examples) || examples[index] === undefined) throw new Error(`${name} has no example ${index}`);
  return examples[index];
}
