/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object; no key is ever present with the value undefined. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a JSON value is an object, neither null nor a list. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same object without the fields that are undefined, as the API leaves out what it does not know. */
export function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const known: Record<string, Json> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) known[key] = value;
  }
  return known;
}

/** A 64-bit number as the API writes it: a string of digits, rounded to a whole number. */
export function int64(value: number): string {
  return String(Math.round(value));
}

function jsonProperty(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value)) return value.map(jsonProperty);
  if (typeof value !== 'object') throw new TypeError(`[bigquery] ${typeof value} is no JSON value`);
  return present(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonProperty(inner)])));
}

/** The text read as JSON; undefined when it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return jsonProperty(parsed);
  } catch {
    return undefined;
  }
}
