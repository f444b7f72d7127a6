import type { JsonObject } from '../bigquery/json.ts';
import { int64, present } from '../bigquery/json.ts';
import { crc32c, md5 } from './checksums.ts';
import type { StoredBucket, StoredObject } from './store.ts';

/** An RFC 3339 time with milliseconds. */
function time(ms: number): string {
  return new Date(ms).toISOString();
}

/** The ETag of an object: changes with its generation and with its description. */
export function etagOf({ generation, metageneration }: StoredObject): string {
  return Buffer.from(`${generation}/${metageneration}`).toString('base64');
}

/** Checksums of bytes are computed once for each generation. */
const sums = new WeakMap<Buffer, { readonly md5Hash: string; readonly crc32c: string }>();

/** MD5 and CRC-32C of an object's bytes in base64. */
export function sumsOf({ bytes }: StoredObject): { readonly md5Hash: string; readonly crc32c: string } {
  const known = sums.get(bytes) ?? { md5Hash: md5(bytes), crc32c: crc32c(bytes) };
  sums.set(bytes, known);
  return known;
}

/** An object as the API describes it (Cloud Storage, "Objects" resource); `url` is where the stand-in is. */
export function objectResource(object: StoredObject, url: string): JsonObject {
  const { bucket, name, generation, attributes } = object;
  const { metadata, ...rest } = attributes;
  const path = `storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  return present({
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${url}/${path}`,
    mediaLink: `${url}/download/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: int64(generation),
    metageneration: int64(object.metageneration),
    ...rest,
    storageClass: 'STANDARD',
    size: int64(object.bytes.length),
    ...sumsOf(object),
    etag: etagOf(object),
    timeCreated: time(object.createdAtMs),
    updated: time(object.updatedAtMs),
    timeDeleted: object.deletedAtMs === undefined ? undefined : time(object.deletedAtMs),
    timeStorageClassUpdated: time(object.createdAtMs),
    timeFinalized: time(object.createdAtMs),
    metadata: metadata && Object.keys(metadata).length > 0 ? metadata : undefined,
  });
}

/** A bucket as the API describes it. */
export function bucketResource(bucket: StoredBucket, url: string): JsonObject {
  const { name, versioning, metageneration, createdAtMs, updatedAtMs } = bucket;
  return present({
    kind: 'storage#bucket',
    id: name,
    selfLink: `${url}/storage/v1/b/${name}`,
    name,
    projectNumber: '1',
    metageneration: int64(metageneration),
    location: 'US',
    locationType: 'multi-region',
    storageClass: 'STANDARD',
    etag: Buffer.from(String(metageneration)).toString('base64'),
    timeCreated: time(createdAtMs),
    updated: time(updatedAtMs),
    versioning: versioning ? { enabled: true } : undefined,
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'inherited' },
  });
}
