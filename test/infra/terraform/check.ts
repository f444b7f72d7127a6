import type { Block, ProviderSchema } from './schema.ts';
import type { Terraform } from './read.ts';

/** One mistake: where it is, and what is wrong, as a sentence. */
export interface Mistake {
  readonly where: string;
  readonly says: string;
}

const meta: ReadonlySet<string> = new Set(['count', 'for_each', 'depends_on', 'lifecycle', 'provider', 'dynamic']);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** The static blocks and the contents of dynamic ones, by name. */
function withDynamic(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const dynamic = list(body['dynamic']).filter(isRecord);
  const named = dynamic.flatMap((one) =>
    Object.entries(one).map(([name, uses]) => [
      name,
      list(uses).flatMap((use) => (isRecord(use) ? list(use['content']) : [])),
    ]),
  );
  return { ...body, ...Object.fromEntries(named) };
}

/** Holds one block, and what is inside it, against what the provider takes. */
function inBlock(body: Readonly<Record<string, unknown>>, takes: Block, where: string): readonly Mistake[] {
  const written = withDynamic(body);
  const names = Object.keys(written).filter((name) => !meta.has(name));
  const unknown = names.filter((name) => takes[name] === undefined);
  const missing = Object.keys(takes).filter((name) => takes[name]?.required === true && !(name in written));
  const inside = names.flatMap((name) => {
    const block = takes[name]?.block;
    if (block === undefined) return [];
    return list(written[name])
      .filter(isRecord)
      .flatMap((inner) => inBlock(inner, block, `${where}.${name}`));
  });
  return [
    ...unknown.map((name) => ({ where, says: `There is no argument or block ${name}.` })),
    ...missing.map((name) => ({ where, says: `${name} is missing.` })),
    ...inside,
  ];
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isRecord(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]) : [];
}

/** What can be referred to. */
interface Names {
  readonly variables: ReadonlySet<string>;
  readonly locals: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly schema: ProviderSchema;
}

function namesOf({ files }: Terraform, schema: ProviderSchema): Names {
  const all = Object.values(files);
  const typed = (prefix: string, of: Readonly<Record<string, object>>) =>
    Object.entries(of).flatMap(([type, named]) => Object.keys(named).map((name) => `${prefix}${type}.${name}`));
  return {
    variables: new Set(all.flatMap(({ variable }) => Object.keys(variable))),
    locals: new Set(all.flatMap(({ locals }) => locals.flatMap((one) => Object.keys(one)))),
    resources: new Set(all.flatMap((file) => [...typed('', file.resource), ...typed('data.', file.data)])),
    schema,
  };
}

const reference = /(?<![\w.])(data\.)?(google_\w+)\.(\w+)(?:\[[^\]]*\])?(?:\.(\w+))?/g;
const simple = /(?<![\w.])(var|local)\.(\w+)/g;

function inReferences(text: string, where: string, names: Names): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  for (const [, data = '', type = '', name = '', attribute] of text.matchAll(reference)) {
    const kinds = data === '' ? names.schema.resources : names.schema.data;
    if (!names.resources.has(`${data}${type}.${name}`))
      mistakes.push({ where, says: `There is no ${data}${type}.${name}.` });
    else if (attribute !== undefined && kinds[type]?.gives.includes(attribute) === false)
      mistakes.push({ where, says: `${data}${type} has no attribute ${attribute}.` });
  }
  for (const [, kind = '', name = ''] of text.matchAll(simple)) {
    const known = kind === 'var' ? names.variables : names.locals;
    if (!known.has(name)) mistakes.push({ where, says: `There is no ${kind}.${name}.` });
  }
  return mistakes;
}

function inResources(terraform: Terraform, schema: ProviderSchema): readonly Mistake[] {
  return Object.entries(terraform.files).flatMap(([file, { resource, data }]) =>
    [
      ...Object.entries(resource).map((one) => [...one, schema.resources] as const),
      ...Object.entries(data).map((one) => [...one, schema.data] as const),
    ].flatMap(([type, named, known]) =>
      Object.entries(named).flatMap(([name, bodies]) => {
        const where = `${file} ${type}.${name}`;
        const takes = known[type]?.takes;
        if (takes === undefined) return [{ where, says: `The provider has no ${type}.` }];
        return bodies.flatMap((body) => inBlock(body, takes, where));
      }),
    ),
  );
}

/** Variables that nothing uses; an edit that stops using one is as wrong as one that misspells it. */
function unused(terraform: Terraform, names: Names): readonly Mistake[] {
  // What validates a variable does not use it.
  const texts = textsOf(Object.values(terraform.files).map((file) => ({ ...file, variable: {} }))).join('\n');
  const dead = (kind: string, known: ReadonlySet<string>) =>
    [...known]
      .filter((name) => !new RegExp(`(?<![\\w.])${kind}\\.${name}\\b`).test(texts))
      .map((name) => ({ where: `${kind}.${name}`, says: 'Nothing uses it.' }));
  return [...dead('var', names.variables), ...dead('local', names.locals)];
}

/**
 * Holds files against the names that the provider has: resources, arguments, blocks, what has to be there, and what
 * references refer to. Types and values, and what the cloud would say, are not looked at.
 */
export function mistakesIn(terraform: Terraform, schema: ProviderSchema): readonly Mistake[] {
  const names = namesOf(terraform, schema);
  const references = Object.entries(terraform.files).flatMap(([file, content]) =>
    textsOf(content)
      .filter((text) => text.includes('${'))
      .flatMap((text) => inReferences(text, file, names)),
  );
  return [...inResources(terraform, schema), ...references, ...unused(terraform, names)];
}
