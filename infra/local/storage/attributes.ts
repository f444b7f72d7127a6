import { z } from 'zod';
import { crc32c, md5 } from './checksums.ts';
import { StorageError, invalid } from './errors.ts';
import type { Attributes } from './store.ts';

const text = z.string().optional();

const description = z.object({
  name: text,
  contentType: text,
  contentEncoding: text,
  contentDisposition: text,
  contentLanguage: text,
  cacheControl: text,
  customTime: text,
  metadata: z.record(z.string(), z.string()).nullish(),
  md5Hash: text,
  crc32c: text,
});

/** What a client says of the object it writes. */
export type Description = z.output<typeof description>;

/** Reads a description of an object from JSON; an empty text is an empty one, 400 for what cannot be read. */
export function descriptionIn(json: string): Description {
  return read(json, description);
}

function read<T>(json: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = json.trim() === '' ? {} : JSON.parse(json);
  } catch {
    throw new StorageError({ status: 400, reason: 'parseError', message: 'Parse Error' });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

/** The attributes in a description, with the content type of the bytes where it names none. */
export function attributesOf(about: Description, contentType?: string): Attributes {
  const { name: _name, md5Hash: _md5, crc32c: _crc, metadata, ...rest } = about;
  const type = rest.contentType ?? contentType;
  return { ...rest, ...(type === undefined ? {} : { contentType: type }), ...(metadata ? { metadata } : {}) };
}

/** Throws 400 when the checksums that a client promised are not those of the bytes that came. */
export function checkSums(about: Description, bytes: Buffer): void {
  const pairs = [
    ['MD5', about.md5Hash, md5],
    ['CRC32C', about.crc32c, crc32c],
  ] as const;
  for (const [name, promised, sum] of pairs) {
    if (promised === undefined || promised === sum(bytes)) continue;
    throw invalid(`Provided ${name} hash "${promised}" doesn't match calculated ${name} hash "${sum(bytes)}".`);
  }
}

const field = z.string().nullish();

const patch = z.object({
  contentType: field,
  contentEncoding: field,
  contentDisposition: field,
  contentLanguage: field,
  cacheControl: field,
  customTime: field,
  metadata: z.record(z.string(), field).nullish(),
});

/** Attributes with a patch over them: null removes a field or a key of the metadata, what is left out stays. */
export function patched(attributes: Attributes, json: string): Attributes {
  const { metadata, ...fields } = read(json, patch);
  const kept = withoutNulls({ ...attributes, metadata: undefined, ...fields });
  const keys = metadata === null ? {} : withoutNulls({ ...attributes.metadata, ...metadata });
  return { ...kept, metadata: keys };
}

function withoutNulls(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts = Object.entries(values).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts.map(([key, value]) => [key, String(value)]));
}
