import { closest } from './closest.ts';
import { policyJsonSchema, type JsonSchema } from './json-schema.ts';

/** One key of the policy language. `path` is written as in `rules[].limit.runTime` and `owners.teams.*.slack`. */
export interface Field {
  readonly path: string;
  readonly key: string;
  readonly schema: JsonSchema;
}

const itemsOf = ({ items }: JsonSchema): readonly JsonSchema[] => {
  if (items === undefined) return [];
  return 'length' in items ? items : [items];
};

function walk(schema: JsonSchema, path: string): Field[] {
  const { $ref, properties = {}, additionalProperties, allOf = [], anyOf = [], oneOf = [] } = schema;
  const referred = definitionOf($ref);
  const same = [...allOf, ...anyOf, ...oneOf, ...(referred === undefined ? [] : [referred])];
  const own = Object.entries(properties).flatMap(([key, field]) => walkField(key, field, path));
  const values = typeof additionalProperties === 'object' ? walk(additionalProperties, `${path}.*`) : [];
  const items = itemsOf(schema).flatMap((item) => walk(item, `${path}[]`));
  return [...own, ...values, ...items, ...same.flatMap((part) => walk(part, path))];
}

function walkField(key: string, schema: JsonSchema, parent: string): Field[] {
  const path = parent === '' ? key : `${parent}.${key}`;
  return [{ path, key, schema }].concat(walk(schema, path));
}

let root: JsonSchema | undefined;
let fields: readonly Field[] | undefined;

function definitionOf(reference: string | undefined): JsonSchema | undefined {
  root ??= policyJsonSchema();
  const name = reference?.split('/').at(-1);
  return name === undefined ? undefined : root.definitions?.[name];
}

/** Every key of the policy language, wherever it can stand. */
export function policyFields(): readonly Field[] {
  root ??= policyJsonSchema();
  fields ??= walk(root, '');
  return fields;
}

/** `rules[2].limit` as the language knows it: `rules[].limit`. */
export function genericPath(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[]` : `${text}${text === '' ? '' : '.'}${step}`),
    '',
  );
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('.'));

/** Where a key is at home, seen from a place where it is not: `limit.runTime` from `rules[]`; undefined when nowhere. */
export function homeOf(key: string, from: string): string | undefined {
  const homes = policyFields().filter((field) => field.key === key && field.path !== key);
  const below = homes.find(({ path }) => path.startsWith(`${from}.`));
  if (below !== undefined) return below.path.slice(from.length + 1);
  const [section = ''] = from.split(/[.[]/);
  const near = homes.find(({ path }) => path.startsWith(section) && parentOf(path) !== from);
  return (near ?? homes[0])?.path ?? (policyFields().some(({ path }) => path === key) ? key : undefined);
}

/** Where a misspelled key is at home below a place: `match.labels` for `lables` in a rule; undefined when nothing is near. */
export function nearHome(key: string, from: string): string | undefined {
  const below = policyFields().filter(({ path }) => path.startsWith(`${from}.`));
  const meant = closest(key, [...new Set(below.map((field) => field.key))]);
  return meant === undefined ? undefined : homeOf(meant, from);
}

/** An example of a key as it is written, such as `limit: { runTime: 30m }`; the key alone where there is none. */
export function sampleOf(path: string): string {
  const field = policyFields().find((candidate) => candidate.path === path);
  const key = path.split('.').at(-1) ?? path;
  const sample = field === undefined ? undefined : exampleOf(field.schema);
  return sample === undefined ? `${key}:` : `${key}: ${inYaml(sample)}`;
}

/** An example of a value: one that is given for this key, else for its type, else a word that it takes. */
export function exampleOf(schema: JsonSchema): unknown {
  const { examples, allOf = [], $ref } = schema;
  const own = examples?.[0] ?? schema.const ?? schema.enum?.[0];
  if (own !== undefined) return own;
  const referred = definitionOf($ref);
  return [...allOf, ...(referred === undefined ? [] : [referred])]
    .map(exampleOf)
    .find((example) => example !== undefined);
}

const needsQuotes = (text: string) =>
  text === '' || /^[\s!&*@`%#"'|>?:,[\]{}-]|: | #|[,[\]{}]|^(true|false|null|~)$|^[\d.+-]+$/.test(text);

/** A value as YAML in one line. */
export function inYaml(value: unknown): string {
  if (typeof value === 'string') return needsQuotes(value) ? JSON.stringify(value) : value;
  if (Array.isArray(value)) return `[${value.map(inYaml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, entry]) => `${inYaml(key)}: ${inYaml(entry)}`)
    .join(', ')} }`;
}
