import type { Selection } from '../http/fields-mask.ts';
import { parseSelection, pickSelected, unknownPaths } from '../http/fields-mask.ts';
import { invalidFields } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { KnownType } from './known-fields.ts';
import { knownFields } from './known-fields.ts';

function parseFields(fields: string): Selection {
  try {
    return parseSelection(fields);
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
  const [unknown] = unknownPaths(selected, type, knownFields);
  if (unknown !== undefined) {
    const path = unknown.replace(/\.$/, '');
    throw invalidFields(fields, `Error expanding 'fields' parameter. Cannot find matching fields for path '${path}'.`);
  }
  return pickSelected(body, selected);
}
