import { fileURLToPath } from 'node:url';
import { buildFunctions } from './bundle.ts';

// `npm run build [-- FOLDER]`: what is deployed. One folder and one zip for each function; see bundle.ts.
const into = process.argv[2] ?? fileURLToPath(new URL('../../build', import.meta.url));

for (const { name, files, zip, zipBytes } of await buildFunctions(into)) {
  process.stdout.write(`${name}: ${files} files, ${Math.round(zipBytes / 1000)} kB zipped in ${zip}\n`);
}
