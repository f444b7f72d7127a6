import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const product = fileURLToPath(new URL('./product.ts', import.meta.url));
const library = fileURLToPath(new URL('./library.ts', import.meta.url));
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const framework = '@google-cloud/functions-framework';

/** The contenders in a folder of their own, made into few files as the functions are when they are deployed. */
export interface Contenders {
  readonly product: string;
  readonly library: string;
  remove(): Promise<void>;
}

/** Builds the contenders: what Node needs to read TypeScript would count as theirs otherwise. */
export async function buildContenders(): Promise<Contenders> {
  const folder = await mkdtemp(join(tmpdir(), 'jobwarden-bench-sweep-'));
  const build = await rolldown({
    input: { product, library },
    platform: 'node',
    external: [framework],
    transform: { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    onLog: () => {},
  });
  await build.write({
    dir: folder,
    format: 'esm',
    minify: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  await build.close();
  await symlink(modules, join(folder, 'node_modules'));
  return {
    product: join(folder, 'product.mjs'),
    library: join(folder, 'library.mjs'),
    remove: async () => rm(folder, { recursive: true, force: true }),
  };
}
