import { z } from 'zod';
import type { JsonObject } from '../bigquery/json.ts';
import { present } from '../bigquery/json.ts';
import type { StorageCall } from './call.ts';
import { allow } from './call.ts';
import { invalid, required } from './errors.ts';
import type { Answer } from './http.ts';
import { bucketResource } from './resource.ts';

const bucketBody = z.object({ name: z.string().optional(), versioning: z.object({ enabled: z.boolean() }).nullish() });

/** Answers what is done with the collection of buckets: list and insert. */
export function allBuckets(verb: 'GET' | 'POST', call: StorageCall): JsonObject {
  const { store, url, query } = call;
  if (verb === 'GET') {
    allow(call, 'storage.buckets.list');
    const prefix = query.get('prefix') ?? '';
    const items = store
      .buckets()
      .filter(({ name }) => name.startsWith(prefix))
      .map((bucket) => bucketResource(bucket, url));
    return present({ kind: 'storage#buckets', items: items.length > 0 ? items : undefined });
  }
  allow(call, 'storage.buckets.create');
  const { name, versioning } = bodyOf(call);
  if (name === undefined || name === '') throw required('name');
  if (!/^[a-z\d][a-z\d._-]{1,220}[a-z\d]$/.test(name)) throw invalid(`Invalid bucket name: '${name}'`);
  return bucketResource(store.createBucket(name, versioning?.enabled ?? false), url);
}

/** Answers what is done with one bucket: get, patch (of its versioning) and delete. */
export function oneBucket(name: string, verb: 'GET' | 'PATCH' | 'PUT' | 'DELETE', call: StorageCall): Answer {
  const { store, url } = call;
  if (verb === 'GET') {
    allow(call, 'storage.buckets.get');
    return { status: 200, body: bucketResource(store.bucket(name), url) };
  }
  if (verb === 'DELETE') {
    allow(call, 'storage.buckets.delete');
    store.removeBucket(name);
    return { status: 204 };
  }
  allow(call, 'storage.buckets.update');
  const { versioning } = bodyOf(call);
  const now = store.bucket(name);
  const enabled = versioning === undefined ? now.versioning : (versioning?.enabled ?? false);
  return { status: 200, body: bucketResource(store.setVersioning(name, enabled), url) };
}

/** Answers buckets.getStorageLayout: no folders of its own, so that clients treat names as what they are. */
export function storageLayout(name: string, call: StorageCall): JsonObject {
  allow(call, 'storage.objects.list');
  const { name: bucket } = call.store.bucket(name);
  return { kind: 'storage#storageLayout', bucket, location: 'US', locationType: 'multi-region' };
}

function bodyOf(call: StorageCall): z.output<typeof bucketBody> {
  try {
    return bucketBody.parse(JSON.parse(call.body.toString('utf8')));
  } catch (error) {
    throw invalid(`The description of the bucket cannot be read: ${String(error)}`);
  }
}
