import { anonymousTable } from './configuration.ts';
import type { Json, JsonObject } from './json.ts';
import { isJsonObject, present } from './json.ts';
import type { FieldKind } from './known-fields.ts';
import { knownFields } from './known-fields.ts';

/** 64-bit numbers of a job configuration: clients may send them as numbers, the API answers them as strings. */
const INT64_FIELDS = new Set([
  'jobTimeoutMs',
  'maximumBytesBilled',
  'expirationMs',
  'statementTimeoutMs',
  'statementByteBudget',
]);

/** The first field name in a client's JSON that the API does not know, and the object it stands in. */
export function unknownName(
  value: Json,
  kind: FieldKind,
  path: string,
): { readonly name: string; readonly path: string } | undefined {
  if (kind === 'open' || kind === 'scalar') return undefined;
  if (Array.isArray(value))
    return value.map((each: Json) => unknownName(each, kind, path)).find((found) => found !== undefined);
  if (!isJsonObject(value)) return undefined;
  const fields = knownFields(kind);
  for (const [name, inner] of Object.entries(value)) {
    const of = fields.get(name);
    const found = of === undefined ? { name, path } : unknownName(inner, of, `${path}.${name}`);
    if (found) return found;
  }
  return undefined;
}

function withStrings(value: Json, name: string): Json {
  if (typeof value === 'number' && INT64_FIELDS.has(name)) return String(value);
  if (Array.isArray(value)) return value.map((each: Json) => withStrings(each, ''));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withStrings(inner, key)]));
}

/** What is known of the work besides its configuration; the seed makes the name of the anonymous result table. */
interface Work {
  readonly project: string;
  readonly jobType: string;
  readonly statementType: string | undefined;
  readonly seed: string;
}

/** A client's configuration as the API gives it back: with its job type, priority and result table filled in. */
export function completeConfiguration(sent: JsonObject, work: Work): JsonObject {
  const own = withStrings(sent, '');
  const configuration = isJsonObject(own) ? own : {};
  const { query } = configuration;
  const isSelect = work.statementType === 'SELECT';
  const rows: JsonObject = isSelect
    ? { destinationTable: anonymousTable(work.project, work.seed), writeDisposition: 'WRITE_TRUNCATE' }
    : {};
  const completed = isJsonObject(query) ? { priority: 'INTERACTIVE', ...rows, ...query } : undefined;
  return { ...configuration, ...present({ query: completed }), jobType: work.jobType };
}
