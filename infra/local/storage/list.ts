import type { JsonObject } from '../bigquery/json.ts';
import { present } from '../bigquery/json.ts';
import { wholeNumber } from './conditions.ts';
import { invalid } from './errors.ts';
import { objectResource } from './resource.ts';
import type { StoredObject } from './store.ts';

const LARGEST_PAGE = 1000;

/** A line of a listing: an object, or what stands for all objects below a delimiter. */
type Line = { readonly key: Buffer; readonly object: StoredObject } | { readonly key: Buffer; readonly prefix: string };

/** Answers objects.list: by name in the order of its bytes, then by generation, `maxResults` lines to a page. */
export function listPage(objects: readonly StoredObject[], query: URLSearchParams, url: string): JsonObject {
  const lines = linesOf(objects.filter(isWanted(query)), query);
  const after = afterToken(query.get('pageToken'));
  const rest = after === undefined ? lines : lines.filter(({ key }) => Buffer.compare(key, after) > 0);
  const page = rest.slice(0, Math.min(wholeNumber(query, 'maxResults') || LARGEST_PAGE, LARGEST_PAGE));
  const last = page.at(-1);
  const prefixes = page.flatMap((line) => ('prefix' in line ? [line.prefix] : []));
  const items = page.flatMap((line) => ('object' in line ? [objectResource(line.object, url)] : []));
  return present({
    kind: 'storage#objects',
    nextPageToken: last && page.length < rest.length ? last.key.toString('base64') : undefined,
    prefixes: prefixes.length > 0 ? prefixes : undefined,
    items: items.length > 0 ? items : undefined,
  });
}

function isWanted(query: URLSearchParams): (object: StoredObject) => boolean {
  const prefix = query.get('prefix') ?? '';
  const start = Buffer.from(query.get('startOffset') ?? '');
  const end = query.get('endOffset');
  if (query.get('matchGlob') !== null) throw invalid('The stand-in knows no globs.', 'matchGlob');
  const softDeleted = isTrue(query, 'softDeleted');
  const versions = isTrue(query, 'versions');
  return ({ name, deletedAtMs }) =>
    !softDeleted &&
    (versions || deletedAtMs === undefined) &&
    name.startsWith(prefix) &&
    Buffer.compare(Buffer.from(name), start) >= 0 &&
    (end === null || end === '' || Buffer.compare(Buffer.from(name), Buffer.from(end)) < 0);
}

/** gcloud writes `True`. */
function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true';
}

function linesOf(objects: readonly StoredObject[], query: URLSearchParams): readonly Line[] {
  const delimiter = query.get('delimiter') ?? '';
  const from = (query.get('prefix') ?? '').length;
  const withTrailing = isTrue(query, 'includeTrailingDelimiter');
  const prefixes = new Map<string, Line>();
  const lines: Line[] = [];
  for (const object of objects) {
    const at = delimiter === '' ? -1 : object.name.indexOf(delimiter, from);
    const prefix = object.name.slice(0, at + delimiter.length);
    if (at >= 0) prefixes.set(prefix, { key: keyOf(prefix, 0), prefix });
    if (at < 0 || (withTrailing && prefix === object.name)) {
      lines.push({ key: keyOf(object.name, object.generation), object });
    }
  }
  return [...lines, ...prefixes.values()].sort((one, other) => Buffer.compare(one.key, other.key));
}

/** Orders by the bytes of the name, then by generation: no name has a zero byte in it. */
function keyOf(name: string, generation: number): Buffer {
  return Buffer.from(`${name}\0${String(generation).padStart(16, '0')}`);
}

function afterToken(token: string | null): Buffer | undefined {
  if (token === null || token === '') return undefined;
  const key = Buffer.from(token, 'base64');
  if (key.toString('base64') === token && key.includes(0)) return key;
  throw invalid('Invalid page token.', 'pageToken');
}
