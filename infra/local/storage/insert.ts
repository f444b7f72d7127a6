import { nameFault } from './object-name.ts';
import type { Description } from './attributes.ts';
import { attributesOf, checkSums, descriptionIn } from './attributes.ts';
import type { StorageCall } from './call.ts';
import { allow } from './call.ts';
import type { Conditions } from './conditions.ts';
import { check, conditionsIn } from './conditions.ts';
import { invalid, required } from './errors.ts';
import type { Answer } from './http.ts';
import { partsOf } from './multipart.ts';
import { objectResource } from './resource.ts';

/** An object that has come in whole. */
export interface Arrived {
  readonly bucket: string;
  readonly about: Description;
  readonly bytes: Buffer;
  readonly contentType?: string | undefined;
  readonly conditions: Conditions;
}

/** Answers objects.insert of the types media and multipart, where one request brings everything. */
export function insertAtOnce(bucket: string, call: StorageCall): Answer {
  const { query, headers, body } = call;
  const contentType = headers['content-type'];
  const common = { bucket, conditions: conditionsIn(query) };
  const uploadType = query.get('uploadType');
  if (uploadType === 'media') {
    const about = { name: query.get('name') ?? undefined, contentEncoding: query.get('contentEncoding') ?? undefined };
    return store({ ...common, about, bytes: body, contentType }, call);
  }
  if (uploadType !== 'multipart') throw invalid(`Invalid upload type: ${uploadType ?? '(none)'}`, 'uploadType');
  const [description, media, ...more] = partsOf(body, contentType ?? '');
  if (!description || !media || more.length > 0) throw invalid('A multipart upload has exactly two parts.');
  const about = descriptionIn(description.bytes.toString('utf8'));
  return store(
    { ...common, about: named(about, query), bytes: media.bytes, contentType: media.headers.get('content-type') },
    call,
  );
}

/** The description with the name that stands in the query, which goes before the one in it. */
export function named(about: Description, query: URLSearchParams): Description {
  return { ...about, name: query.get('name') ?? about.name };
}

/** Writes an object that has arrived, if the conditions hold and the caller may. */
export function store({ bucket, about, bytes, contentType, conditions }: Arrived, call: StorageCall): Answer {
  const { name } = about;
  if (name === undefined || name === '') throw required('name');
  const fault = nameFault(name);
  if (fault !== undefined) throw invalid(`Invalid object name: ${fault}`, 'name');
  allow(call, 'storage.objects.create');
  call.store.bucket(bucket);
  const found = call.store.find({ bucket, name });
  check(found, conditions, 'write');
  if (found) allow(call, 'storage.objects.delete');
  checkSums(about, bytes);
  const written = call.store.write({ bucket, name }, bytes, attributesOf(about, contentType));
  return {
    status: 200,
    body: objectResource(written, call.url),
    headers: { 'x-goog-generation': String(written.generation) },
  };
}
