import { invalidFields } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import { isJsonObject } from './json.ts';
import type { FieldKind, KnownType } from './known-fields.ts';
import { knownFields } from './known-fields.ts';

/** A selection: the names at this level, each with what is selected inside it; 'all' selects everything. */
type Selection = 'all' | ReadonlyMap<string, Selection>;

function union(one: Selection | undefined, other: Selection): Selection {
  if (one === undefined) return other;
  if (one === 'all' || other === 'all') return 'all';
  const merged = new Map(one);
  for (const [name, inner] of other) merged.set(name, union(merged.get(name), inner));
  return merged;
}

/** Reads `a,b(c,d/e),f/*`; throws a message that says what is wrong and where. */
function parse(text: string): Selection {
  const tokens = text.match(/[(),/.]|[^(),/.\s]+/g) ?? [];
  let at = 0;

  function inner(): Selection {
    const token = tokens[at];
    if (token === '/' || token === '.') {
      at += 1;
      return item();
    }
    if (token !== '(') return 'all';
    at += 1;
    const selected = list();
    if (tokens[at] !== ')') throw new Error('Missing closing parenthesis.');
    at += 1;
    return selected;
  }

  function item(): Selection {
    const name = tokens[at] ?? '';
    if (!/^(?:\*|[\w-]+)$/.test(name)) throw new Error(`Expected a field name, found '${name}'.`);
    at += 1;
    return new Map([[name, inner()]]);
  }

  function list(): Selection {
    let selected = item();
    while (tokens[at] === ',') {
      at += 1;
      selected = union(selected, item());
    }
    return selected;
  }

  const selected = list();
  if (at < tokens.length) throw new Error(`Unexpected '${tokens[at] ?? ''}'.`);
  return selected;
}

/** The paths of a selection that the type does not have. */
function unknownPaths(selected: Selection, kind: FieldKind, path: string): readonly string[] {
  if (selected === 'all' || kind === 'open') return [];
  if (kind === 'scalar') return [path];
  const fields = knownFields(kind);
  return [...selected].flatMap(([name, inner]) => {
    if (name === '*')
      return inner === 'all' ? [] : [...fields].flatMap(([each, of]) => unknownPaths(inner, of, `${path}${each}.`));
    const of = fields.get(name);
    return of === undefined ? [`${path}${name}`] : unknownPaths(inner, of, `${path}${name}.`);
  });
}

function pick(value: Json, selected: Selection): Json {
  if (selected === 'all') return value;
  if (Array.isArray(value)) return value.map((each: Json) => pick(each, selected));
  return isJsonObject(value) ? pickFields(value, selected) : value;
}

function pickFields(value: JsonObject, selected: ReadonlyMap<string, Selection>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [name, inner] of Object.entries(value)) {
    const wanted = selected.get(name) ?? selected.get('*');
    if (wanted !== undefined) kept[name] = pick(inner, wanted);
  }
  return kept;
}

function parseFields(fields: string): Selection {
  try {
    return parse(fields);
  } catch (error) {
    throw invalidFields(fields, `Error parsing 'fields' parameter. ${error instanceof Error ? error.message : ''}`);
  }
}

/**
 * The part of an answer that the `fields` parameter selects, in the grammar of Google's partial responses. Throws the
 * API's 400 when it cannot be read or names a field that the type does not have. An object in which nothing is selected
 * stays as an empty object.
 */
export function selectFields(body: JsonObject, type: KnownType, fields: string): JsonObject {
  const selected = parseFields(fields);
  const [unknown] = unknownPaths(selected, type, '');
  if (unknown !== undefined) {
    const path = unknown.replace(/\.$/, '');
    throw invalidFields(fields, `Error expanding 'fields' parameter. Cannot find matching fields for path '${path}'.`);
  }
  return selected === 'all' ? body : pickFields(body, selected);
}
