import type { JsonObject } from '../bigquery/json.ts';
import { int64 } from '../bigquery/json.ts';
import { attributesOf, descriptionIn, patched } from './attributes.ts';
import type { StorageCall } from './call.ts';
import { allow, existing } from './call.ts';
import { check, conditionsIn, wholeNumber } from './conditions.ts';
import { noSuchObject } from './errors.ts';
import type { Answer } from './http.ts';
import { listPage } from './list.ts';
import { objectResource } from './resource.ts';
import type { ObjectPlace, StoredObject } from './store.ts';

/** The object that objects.get is about, if the caller may have it and the conditions hold. */
export function readable(place: ObjectPlace, call: StorageCall): StoredObject {
  allow(call, 'storage.objects.get');
  const found = existing(call, place);
  check(found, conditionsIn(call.query), 'read');
  return found;
}

/** Answers objects.list. */
export function list(bucket: string, call: StorageCall): JsonObject {
  allow(call, 'storage.objects.list');
  return listPage(call.store.objects(bucket), call.query, call.url);
}

/** Answers objects.patch and objects.update; an update leaves nothing of what it does not name. */
export function describe(place: ObjectPlace, call: StorageCall, how: 'patch' | 'update'): JsonObject {
  allow(call, 'storage.objects.update');
  const found = existing(call, place);
  check(found, conditionsIn(call.query), 'write');
  const json = call.body.toString('utf8');
  const attributes = how === 'patch' ? patched(found.attributes, json) : attributesOf(descriptionIn(json));
  return objectResource(call.store.describe({ ...place, generation: found.generation }, attributes), call.url);
}

/** Answers objects.delete: the live generation, which versioning keeps, or the one in the query for good. */
export function remove({ bucket, name }: ObjectPlace, call: StorageCall): Answer {
  allow(call, 'storage.objects.delete');
  const generation = wholeNumber(call.query, 'generation');
  check(existing(call, { bucket, name }), conditionsIn(call.query), 'write');
  call.store.remove({ bucket, name, generation });
  return { status: 204 };
}

/** Writes a copy of an object: its bytes, and its description where the request brings none. */
export function copy(from: ObjectPlace, to: ObjectPlace, call: StorageCall): StoredObject {
  allow(call, 'storage.objects.get');
  allow(call, 'storage.objects.create');
  const source = call.store.find({ ...from, generation: wholeNumber(call.query, 'sourceGeneration') });
  if (!source) throw noSuchObject(from.bucket, from.name);
  check(source, conditionsIn(call.query, 'Source'), 'write');
  const found = call.store.find(to);
  check(found, conditionsIn(call.query), 'write');
  if (found) allow(call, 'storage.objects.delete');
  const own = attributesOf(descriptionIn(call.body.toString('utf8')));
  return call.store.write(to, source.bytes, { ...source.attributes, ...own });
}

/** Answers objects.rewrite, always in one go. */
export function rewriteAnswer(written: StoredObject, url: string): JsonObject {
  const size = int64(written.bytes.length);
  const resource = objectResource(written, url);
  return { kind: 'storage#rewriteResponse', totalBytesRewritten: size, objectSize: size, done: true, resource };
}
