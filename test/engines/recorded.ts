import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../shared/fixtures/engines');

/** Whether documented answers of the engines' APIs lie beside the repository. In CI their absence is an error. */
export const samplesAreHere = existsSync(folder);
if (!samplesAreHere && process.env['CI'] === 'true') throw new Error('../shared/fixtures/engines is missing');

/** Says in a test's title why it may be skipped. */
export const samples = samplesAreHere
  ? 'documented answers'
  : 'documented answers (not run: ../shared/fixtures/engines is not here)';

/** The examples in one of the files. */
export function examplesIn(name: string): readonly unknown[] {
  if (!samplesAreHere) return [];
  const file: unknown = JSON.parse(readFileSync(resolve(folder, `${name}.json`), 'utf8'));
  const examples: unknown = typeof file === 'object' && file !== null ? Reflect.get(file, 'examples') : undefined;
  return Array.isArray(examples) ? examples : [];
}

/** The names of the files that begin like this. */
export function samplesNamed(...starts: readonly string[]): readonly string[] {
  const files = samplesAreHere ? readdirSync(folder) : [];
  const names = files.map((file) => file.replace(/\.json$/, ''));
  return names.filter((name) => starts.some((start) => name.startsWith(start)));
}
