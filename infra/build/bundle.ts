import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { rolldown, type Plugin, type RolldownOutput } from 'rolldown';
import { z } from 'zod';
import { thirdParty } from './third-party.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const framework = '@google-cloud/functions-framework';

const functionNames = ['watch', 'notify'] as const;
type FunctionName = (typeof functionNames)[number];

const ownPackage = z.object({ version: z.string(), license: z.string(), engines: z.object({ node: z.string() }) });

async function json(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

/** Leaves the other function out: it is started by a setting that this deployment never has. */
function without(other: FunctionName): Plugin {
  const name = `./${other}/start.ts`;
  return {
    name: 'one-function',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load: (id) => (id === `\0${name}` ? 'export {};' : null),
  };
}

/** A library that is loaded when it is needed has a file of its name, so that one can see what is loaded. */
function chunkName({ facadeModuleId }: { readonly facadeModuleId?: string | null | undefined }): string {
  const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(facadeModuleId ?? '') ?? [];
  return `${library?.replace('@', '').replace('/', '-') ?? '[name]'}-[hash].js`;
}

async function bundle(target: FunctionName, folder: string): Promise<RolldownOutput> {
  const other = target === 'watch' ? 'notify' : 'watch';
  const build = await rolldown({
    input: { index: join(root, 'functions/index.ts') },
    platform: 'node',
    external: [framework],
    // Libraries written as CommonJS ask for these, and a module has them by other names only.
    transform: { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    plugins: [without(other)],
    // Google's libraries ask each other's age by eval and the like; nothing of ours does.
    onLog: (level, log, pass) => (log.id?.includes('node_modules') === true ? undefined : pass(level, log)),
  });
  // Maps are for whoever reads a stack; the function itself would only start more slowly with them.
  const output = { dir: folder, format: 'esm', minify: true, sourcemap: 'hidden', chunkFileNames: chunkName } as const;
  const written = await build.write(output);
  await build.close();
  return written;
}

/** The smallest package.json that the builder of Cloud Functions takes; the framework in the very version that was tested. */
async function manifest(target: FunctionName): Promise<string> {
  const { version, license, engines } = ownPackage.parse(await json(join(root, 'package.json')));
  const tested = z
    .object({ version: z.string() })
    .parse(await json(join(root, 'node_modules', framework, 'package.json')));
  const fields = {
    name: `jobwarden-${target}`,
    version,
    private: true,
    license,
    type: 'module',
    main: 'index.js',
    engines,
    dependencies: { [framework]: tested.version },
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** A zip has no time zone; this is the same wall time in all of them. */
const when = new Date(1980, 0, 1);

/** The same files give the same bytes, whenever and wherever they are packed. */
async function zip(folder: string): Promise<Uint8Array> {
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const));
  return zipSync(Object.fromEntries(files), { level: 9, mtime: when });
}

async function moveMaps(folder: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(folder)) if (name.endsWith('.map')) await rename(join(folder, name), join(to, name));
}

/** What was built of a function. */
interface Built {
  readonly name: FunctionName;
  readonly folder: string;
  readonly zip: string;
  readonly files: number;
  readonly zipBytes: number;
}

async function buildOne(name: FunctionName, into: string): Promise<Built> {
  const folder = join(into, name);
  await mkdir(folder, { recursive: true });
  const { output } = await bundle(name, folder);
  await moveMaps(folder, join(into, 'maps', name));
  const modules = output.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []));
  await writeFile(join(folder, 'package.json'), await manifest(name));
  await writeFile(join(folder, 'THIRD_PARTY.txt'), await thirdParty(modules));
  await writeFile(join(folder, 'LICENSE'), await readFile(join(root, 'LICENSE')));
  const bytes = await zip(folder);
  const path = join(into, `${name}.zip`);
  await writeFile(path, bytes);
  return { name, folder, zip: path, files: (await readdir(folder)).length, zipBytes: bytes.length };
}

/**
 * Builds what is deployed, in place of what was built there before: for each function a folder, its zip, and in `maps` the
 * source maps of its files. All of our code and its libraries are in a few files, so that little has to be read at a
 * cold start; only the Functions Framework stays outside, because the builder of Cloud Functions looks for it.
 */
export async function buildFunctions(into: string): Promise<readonly Built[]> {
  const built: Built[] = [];
  const parts = functionNames.flatMap((name) => [
    join(into, name),
    join(into, 'maps', name),
    join(into, `${name}.zip`),
  ]);
  for (const part of parts) await rm(part, { recursive: true, force: true });
  for (const name of functionNames) built.push(await buildOne(name, into));
  return built;
}
