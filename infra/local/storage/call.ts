import type { IncomingHttpHeaders } from 'node:http';
import type { StorageCaller, StoragePermission } from './callers.ts';
import { checkAllowed } from './callers.ts';
import { wholeNumber } from './conditions.ts';
import type { ObjectPlace, ObjectStore, StoredObject } from './store.ts';
import { noSuchObject } from './errors.ts';

/** One request to the API, read: what a method needs to answer it. */
export interface StorageCall {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly caller: StorageCaller;
  /** `buckets/B`, and no more than `buckets/` where no bucket is named. */
  readonly resource: string;
  readonly store: ObjectStore;
  /** Where the stand-in is. */
  readonly url: string;
}

/** Throws what the API says to a caller without a permission. */
export function allow(call: StorageCall, permission: StoragePermission): void {
  checkAllowed(call.caller, permission, call.resource);
}

/** The object of a request, or the generation its query names; without the right to list, a missing one is a 403. */
export function existing(call: StorageCall, { bucket, name }: ObjectPlace): StoredObject {
  call.store.bucket(bucket);
  const found = call.store.find({ bucket, name, generation: wholeNumber(call.query, 'generation') });
  if (found) return found;
  allow(call, 'storage.objects.list');
  throw noSuchObject(bucket, name);
}
