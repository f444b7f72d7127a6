import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** A package that is part of a bundle, with the text of its licence. */
interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

const packageFields = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Licences under which a library may be handed on inside of a bundle, with its notice. */
const permissive: ReadonlySet<string> = new Set([
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
]);

const ofPackage = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The folders of the packages that these modules are from. */
function foldersOf(modules: readonly string[]): readonly string[] {
  return [...new Set(modules.map((path) => ofPackage.exec(path)?.[1]).filter((folder) => folder !== undefined))];
}

async function read(folder: string): Promise<Bundled> {
  const fields = packageFields.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  if (!permissive.has(fields.license))
    throw new Error(`[build] ${fields.name} has the licence ${fields.license}; may it be bundled?`);
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return { ...fields, text: texts.join('\n').replaceAll('\r\n', '\n').trim() };
}

const nameOf = ({ name, version }: Bundled) => `${name} ${version}`;

/** The packages that modules of a bundle are from, each with its licence; a text that several share is there once. */
export async function thirdParty(modules: readonly string[]): Promise<string> {
  const all = await Promise.all(foldersOf(modules).map(read));
  const byText = new Map<string, Bundled[]>();
  for (const one of all.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
  }
  const parts = [...byText].map(([text, [...packages]]) => {
    const names = [...new Set(packages.map((one) => `${nameOf(one)} (${one.license})`))];
    return `${names.join('\n')}\n\n${text === '' ? 'The package has no file with its licence; the name above is what it says.' : text}\n`;
  });
  return `This bundle holds the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
