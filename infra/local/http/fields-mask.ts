import type { Json, JsonObject } from '../bigquery/json.ts';
import { isJsonObject } from '../bigquery/json.ts';

/** A selection: the names at this level, each with what is selected inside it; 'all' selects everything. */
export type Selection = 'all' | ReadonlyMap<string, Selection>;

function union(one: Selection | undefined, other: Selection): Selection {
  if (one === undefined) return other;
  if (one === 'all' || other === 'all') return 'all';
  const merged = new Map(one);
  for (const [name, inner] of other) merged.set(name, union(merged.get(name), inner));
  return merged;
}

/** Reads `a,b(c,d/e),f/*` (Google's partial responses); throws an Error that says what is wrong. */
export function parseSelection(text: string): Selection {
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

/** The fields of a type, each with what it holds: a scalar, something open, or the name of another type. */
export type FieldsOf = (type: string) => ReadonlyMap<string, string>;

/** The paths of a selection that the type does not have. */
export function unknownPaths(selected: Selection, type: string, fieldsOf: FieldsOf): readonly string[] {
  return unknownBelow({ selected, kind: type, path: '' }, fieldsOf);
}

interface Level {
  readonly selected: Selection;
  readonly kind: string;
  readonly path: string;
}

function unknownBelow({ selected, kind, path }: Level, fieldsOf: FieldsOf): readonly string[] {
  if (selected === 'all' || kind === 'open') return [];
  if (kind === 'scalar') return [path];
  const fields = fieldsOf(kind);
  const below = (name: string, inside: Selection, of: string) =>
    unknownBelow({ selected: inside, kind: of, path: `${path}${name}.` }, fieldsOf);
  return [...selected].flatMap(([name, inside]) => {
    if (name === '*') return inside === 'all' ? [] : [...fields].flatMap(([each, of]) => below(each, inside, of));
    const of = fields.get(name);
    return of === undefined ? [`${path}${name}`] : below(name, inside, of);
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

/** The part of an answer that is selected. An object in which nothing is selected stays as an empty object. */
export function pickSelected(body: JsonObject, selected: Selection): JsonObject {
  return selected === 'all' ? body : pickFields(body, selected);
}
