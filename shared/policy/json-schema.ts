import { z } from 'zod';
import { policySchema } from './schema.ts';

/** A JSON Schema, as far as it is looked into here. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown) =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;

/**
 * `samples` become examples and empty defaults go. A reference stands alone, because draft 7 ignores what is beside it;
 * where the words of a key are listed they say more than the reference.
 */
export function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (!isObject(value)) return value;
  const { samples, $ref, ...rest } = value;
  const entries = Object.entries(rest).filter(([key, entry]) => key !== 'default' || !isEmpty(entry));
  const tidied: Record<string, unknown> = Object.fromEntries(entries.map(([key, entry]) => [key, tidy(entry)]));
  if (samples !== undefined) tidied['examples'] = samples;
  if ($ref === undefined || tidied['anyOf'] !== undefined) return tidied;
  return Object.keys(tidied).length === 0 ? { $ref } : { ...tidied, allOf: [{ $ref }] };
}

/** The JSON Schema (draft 7) of a policy file as it is written, for editors. */
export function policyJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-07' });
  const tidied = tidy(schema);
  return { ...(isObject(tidied) ? tidied : {}), $schema, title: 'Jobwarden policy' };
}
