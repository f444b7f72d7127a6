import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Json } from '../../../infra/local/bigquery/json.ts';
import { isJsonObject } from '../../../infra/local/bigquery/json.ts';

const FILE = '../shared/fixtures/bigquery/discovery-v2-20260811.json';

/** Whether the official discovery document is beside the repository. In CI its absence is an error, elsewhere a skip. */
export const discoveryIsHere = existsSync(FILE);

/** For titles: which document answers are compared with, or why they are compared with none. */
export const DISCOVERY_NEWS = discoveryIsHere ? FILE : `skipped: ${FILE} is not here`;

if (!discoveryIsHere && process.env['CI'] === 'true') throw new Error(DISCOVERY_NEWS);

interface Schema {
  readonly $ref?: string | undefined;
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: Schema | undefined;
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    format: z.string().optional(),
    enum: z.array(z.string()).optional(),
    items: schema.optional(),
    properties: z.record(z.string(), schema).optional(),
    additionalProperties: schema.optional(),
  }),
);

/** The schemas of the BigQuery v2 API by name, with the item of a job list as ListFormatJob. */
export function officialSchemas(): ReadonlyMap<string, Schema> {
  const document = z.object({ schemas: z.record(z.string(), schema) }).parse(JSON.parse(readFileSync(FILE, 'utf8')));
  const item = document.schemas['JobList']?.properties?.['jobs']?.items;
  return new Map([...Object.entries(document.schemas), ...(item ? [['ListFormatJob', item] as const] : [])]);
}

function scalarProblem(value: Json, { type, format, enum: allowed }: Schema): string | undefined {
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'is no boolean';
  if (type === 'integer') return Number.isInteger(value) ? undefined : 'is no whole number';
  if (type === 'number') return typeof value === 'number' ? undefined : 'is no number';
  if (type !== 'string') return `has the type ${String(type)}, which is not looked at here`;
  if (typeof value !== 'string') return 'is no string';
  if ((format === 'int64' || format === 'uint64') && !/^-?\d+$/.test(value)) return 'is no 64-bit number in a string';
  return allowed && !allowed.includes(value) ? `is none of ${allowed.join(', ')}` : undefined;
}

/** Everything in a value that the named official schema does not allow, one line each. */
export function schemaProblems(schemas: ReadonlyMap<string, Schema>, name: string, value: Json): readonly string[] {
  function look(value: Json, wanted: Schema, path: string): readonly string[] {
    const resolved = wanted.$ref === undefined ? wanted : schemas.get(wanted.$ref);
    if (!resolved) return [`${path} refers to a schema that is not there`];
    if (resolved.type === 'any') return [];
    if (resolved.type === 'array') {
      const { items } = resolved;
      if (!Array.isArray(value) || !items) return [`${path} is no list`];
      return value.flatMap((each: Json, index) => look(each, items, `${path}[${index}]`));
    }
    if (resolved.type !== 'object') {
      const problem = scalarProblem(value, resolved);
      return problem === undefined ? [] : [`${path} ${problem}`];
    }
    if (!isJsonObject(value)) return [`${path} is no object`];
    return Object.entries(value).flatMap(([key, inner]) => {
      const of = resolved.properties?.[key] ?? resolved.additionalProperties;
      return of ? look(inner, of, `${path}.${key}`) : [`${path}.${key} is no field of the API`];
    });
  }
  return look(value, { $ref: name }, name);
}
