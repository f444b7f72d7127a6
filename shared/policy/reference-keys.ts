import { exampleOf, inYaml } from './fields.ts';
import type { JsonSchema } from './json-schema.ts';

const isKeys = (schema: JsonSchema): boolean =>
  schema.properties !== undefined || (schema.oneOf?.some(isKeys) ?? false);

const nameOf = (reference: string) => reference.split('/').at(-1) ?? reference;

const link = (name: string) => `[${name}](#${name.toLowerCase()})`;

const code = (value: unknown) => `\`${inYaml(value)}\``;

function anyType(branches: readonly JsonSchema[]): string {
  const single = branches.filter(({ items }) => items === undefined);
  const types = single.map(typeOf).join(', or ');
  return single.length === branches.length ? types : `${types}, or a list of them`;
}

/** The kind of a value in words, with links to what is explained elsewhere on the page. */
function typeOf(schema: JsonSchema): string {
  const { $ref, title, allOf, anyOf, items, additionalProperties } = schema;
  if (title !== undefined) return title;
  if ($ref !== undefined) return link(nameOf($ref));
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  if (allOf !== undefined) return allOf.map(typeOf).join(' and ');
  if (anyOf !== undefined) return anyType(anyOf);
  if (items !== undefined) return 'length' in items ? 'list' : `list of ${typeOf(items)}`;
  if (typeof additionalProperties === 'object') return `map to ${typeOf(additionalProperties)}`;
  if (schema.properties !== undefined) return 'keys';
  return plainTypes[schema.type ?? ''] ?? 'text';
}

const plainTypes: Readonly<Record<string, string>> = {
  integer: 'whole number',
  number: 'number',
  boolean: '`true` or `false`',
  array: 'list',
};

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function row(key: string, schema: JsonSchema, required: boolean, title: string): string {
  const isWord = schema.enum !== undefined || schema.const !== undefined;
  const example = isWord ? undefined : exampleOf(schema);
  const start = required ? '**required**' : schema.default === undefined ? '' : code(schema.default);
  const type = isKeys(schema) ? `[keys](#${anchor(title, key)})` : typeOf(schema);
  const cells = [code(key), type, start, schema.description ?? '', example === undefined ? '' : code(example)];
  return `| ${cells.map(cell).join(' | ')} |`;
}

const inner = (title: string, key: string) => (title === '' ? key : `${title}.${key}`);

/** As GitHub makes it of a heading. */
const anchor = (title: string, key: string) => inner(title, key).toLowerCase().replaceAll('.', '');

function table(title: string, schema: JsonSchema): string[] {
  const { properties = {}, required = [] } = schema;
  const rows = Object.entries(properties).map(([key, field]) => row(key, field, required.includes(key), title));
  return ['| Key | Value | Default | Meaning | Example |', '| --- | --- | --- | --- | --- |', ...rows, ''];
}

function variantOf(title: string, variant: JsonSchema, level: string): string[] {
  const engine = inYaml(variant.properties?.['engine']?.const);
  return [`${level}# ${title} ${engine}`, '', ...table(title, variant)];
}

function section(title: string, schema: JsonSchema, level: string): string[] {
  const { description = '', properties = {}, oneOf = [] } = schema;
  const own = schema.properties === undefined ? [] : table(title, schema);
  const parts = Object.entries(properties).filter(([, field]) => field.properties !== undefined);
  const variants = oneOf.flatMap((variant) => variantOf(title, variant, level));
  const nested = parts.flatMap(([key, field]) => section(inner(title, key), field, `${level}#`));
  return [`${level} ${title}`, '', description, '', ...own, ...variants, ...nested];
}

/** Every key of the language, in tables: the top of the file first, then each part by itself. */
export function keySections(schema: JsonSchema): string {
  const { properties = {}, definitions = {} } = schema;
  const parts = Object.entries(properties).filter(([, field]) => field.properties !== undefined);
  const named = Object.entries(definitions).filter(([, definition]) => isKeys(definition));
  return [
    '## Keys',
    '',
    ...table('', schema),
    ...parts.flatMap(([key, field]) => section(key, field, '###')),
    ...named.flatMap(([name, definition]) => section(name, definition, '###')),
  ].join('\n');
}

function valueSection(name: string, definition: JsonSchema): string[] {
  const { description = '', examples = [] } = definition;
  const kind = definition.anyOf === undefined ? '' : ` Written as ${typeOf(definition)}.`;
  const shown = examples.length === 0 ? [] : [`Examples: ${examples.map(code).join(', ')}`, ''];
  return [`### ${name}`, '', `${description}${kind}`, '', ...shown];
}

/** Every kind of single value, with how it is written. */
export function valueSections({ definitions = {} }: JsonSchema): string {
  const named = Object.entries(definitions).filter(([, definition]) => !isKeys(definition));
  const sections = named.flatMap(([name, definition]) => valueSection(name, definition));
  return ['## Kinds of values', '', ...sections].join('\n');
}
