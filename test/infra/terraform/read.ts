import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from '@cdktf/hcl2json';
import { z } from 'zod';

/** The folder of the module. */
export const moduleFolder = fileURLToPath(new URL('../../../infra/gcp', import.meta.url));

const body = z.record(z.string(), z.unknown());
const byName = z.record(z.string(), z.array(body));
const byType = z.record(z.string(), byName);

const file = z.object({
  resource: byType.default({}),
  data: byType.default({}),
  locals: z.array(body).default([]),
  variable: byName.default({}),
  output: byName.default({}),
  module: byName.default({}),
});

/** A file as it was parsed: blocks are lists of objects, expressions texts such as `${var.project}`. */
export type TerraformFile = z.infer<typeof file>;

/** The files of a folder together, by name, and which kinds of resources they use. */
export interface Terraform {
  readonly files: Readonly<Record<string, TerraformFile>>;
  readonly used: { readonly resources: readonly string[]; readonly data: readonly string[] };
}

/** Reads one file from its text. Throws what the parser says of its syntax, with the place. */
export async function parseTerraform(name: string, text: string): Promise<TerraformFile> {
  return file.parse(await parse(name, text));
}

/** Reads all files of a folder, the module's own unless told otherwise. */
export async function readTerraform(folder = moduleFolder): Promise<Terraform> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const files: Record<string, TerraformFile> = {};
  for (const name of names.sort()) files[name] = await parseTerraform(name, readFileSync(`${folder}/${name}`, 'utf8'));
  const types = (of: (one: TerraformFile) => object) =>
    [...new Set(Object.values(files).flatMap((one) => Object.keys(of(one))))].sort();
  return { files, used: { resources: types((one) => one.resource), data: types((one) => one.data) } };
}
