import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTerraform } from './read.ts';
import type { Block, ProviderSchema } from './schema.ts';

// `npm run provider-schema [-- --check]`: takes the names of what infra/gcp uses out of the published bindings of the
// Google provider, and writes provider-schema.json beside this file; with --check it only says whether that is fresh.
// The bindings are some 300 MB, so they are fetched into a temporary folder and are no dependency.

const bindings = '@cdktf/provider-google@16.12.1';
const target = new URL('provider-schema.json', import.meta.url);

/** `readonly ackDeadlineSeconds?: number;` with its name as Terraform writes it: `#ack_deadline_seconds PubsubSub…}`. */
const member = /#(\w+) \w+#\w+\}(?:(?!\*\/)[\s\S])*?\*\/\s*readonly \w+(\?)?: ([^;{]+|\{)/g;
const getter = /^ {4}get (\w+)\(\)/gm;

const snake = (camel: string) =>
  camel.replaceAll(/[A-Z0-9]+/g, (part) => `_${part.toLowerCase()}`).replaceAll(/^_/g, '');

function bodyOf(text: string, kind: 'interface' | 'class', name: string): string {
  const start = new RegExp(`export (?:declare )?${kind} ${name}\\b[^{]*\\{`).exec(text);
  if (start === null) throw new Error(`[terraform] the bindings have no ${kind} ${name}`);
  const from = start.index + start[0].length;
  return text.slice(from, text.indexOf('\n}', from));
}

function blockOf(text: string, name: string): Block {
  const found: Record<string, Block[string]> = {};
  for (const [, argument = '', optional, type = ''] of bodyOf(text, 'interface', name).matchAll(member)) {
    const [, inner] = /^([A-Z]\w+)(?:\[\])?/.exec(type.trim()) ?? [];
    const block = inner === undefined || !text.includes(`interface ${inner} `) ? undefined : blockOf(text, inner);
    found[argument] = { required: optional === undefined, ...(block === undefined ? {} : { block }) };
  }
  return found;
}

function classOf(text: string): string {
  const [, name] = /export declare class (\w+) extends cdktf\.Terraform(?:Resource|DataSource)/.exec(text) ?? [];
  if (name === undefined) throw new Error('[terraform] the bindings hold no resource where one was expected');
  return name;
}

function describe(folder: string, type: string, isData: boolean) {
  const short = type.replace(/^google_/, '').replaceAll('_', '-');
  const file = join(folder, 'lib', isData ? `data-google-${short}` : short, 'index.d.ts');
  if (!existsSync(file)) throw new Error(`[terraform] the provider has no ${type}`);
  const text = readFileSync(file, 'utf8');
  const name = classOf(text);
  const gives = [...bodyOf(text, 'class', name).matchAll(getter)].map(([, camel = '']) => snake(camel));
  const isOwn = (attribute: string) => !attribute.endsWith('_input');
  return { takes: blockOf(text, `${name}Config`), gives: [...new Set(gives.filter(isOwn))].sort() };
}

function extract(folder: string, used: { readonly resources: readonly string[]; readonly data: readonly string[] }) {
  const all = (types: readonly string[], isData: boolean) =>
    Object.fromEntries(types.map((type) => [type, describe(folder, type, isData)]));
  return {
    provider: 'google 6.50.0',
    resources: all(used.resources, false),
    data: all(used.data, true),
  } satisfies ProviderSchema;
}

async function main(): Promise<number> {
  const used = (await readTerraform()).used;
  const folder = mkdtempSync(join(tmpdir(), 'jobwarden-provider-'));
  try {
    console.log(`Fetching ${bindings} …`);
    writeFileSync(join(folder, 'package.json'), '{}');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-save', '--loglevel=error', '--force', bindings], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const fresh = `${JSON.stringify(extract(join(folder, 'node_modules/@cdktf/provider-google'), used), null, 1)}\n`;
    if (!process.argv.includes('--check')) writeFileSync(target, fresh);
    const isSame = existsSync(target) && readFileSync(target, 'utf8') === fresh;
    console.log(isSame ? 'The schema is fresh.' : 'The schema is not fresh: run npm run provider-schema.');
    return isSame ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

process.exitCode = await main();
