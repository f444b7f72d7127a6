import { StorageError, noSuchBucket } from './errors.ts';
import type { ObjectPlace, StoredBucket, StoredObject } from './store.ts';

/** Buckets, and in them the generations of each object, the oldest first. A bucket that is not there is a 404. */
export interface Shelves {
  readonly buckets: () => readonly StoredBucket[];
  readonly bucket: (name: string) => StoredBucket;
  /** Throws a 409 when the name is taken. */
  readonly createBucket: (name: string, versioning: boolean) => StoredBucket;
  readonly setVersioning: (name: string, versioning: boolean) => StoredBucket;
  /** Throws a 409 when there are objects in it. */
  readonly removeBucket: (name: string) => void;
  /** All generations of all objects, in no order. */
  readonly objects: (bucket: string) => readonly StoredObject[];
  readonly generations: (place: ObjectPlace) => readonly StoredObject[];
  readonly put: (place: ObjectPlace, generations: readonly StoredObject[]) => void;
}

interface Shelf {
  readonly bucket: StoredBucket;
  readonly objects: Map<string, readonly StoredObject[]>;
}

/** Shelves without any bucket, on the given clock (epoch ms). */
export function emptyShelves(now: () => number): Shelves {
  const shelves = new Map<string, Shelf>();
  const shelf = (name: string): Shelf => {
    const found = shelves.get(name);
    if (found) return found;
    throw noSuchBucket();
  };
  return {
    buckets: () => [...shelves.values()].map(({ bucket }) => bucket),
    bucket: (name) => shelf(name).bucket,
    createBucket(name, versioning) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      if (shelves.has(name)) throw new StorageError({ status: 409, reason: 'conflict', message });
      const bucket = { name, versioning, metageneration: 1, createdAtMs: now(), updatedAtMs: now() };
      shelves.set(name, { bucket, objects: new Map() });
      return bucket;
    },
    setVersioning(name, versioning) {
      const { bucket, objects } = shelf(name);
      const changed = { ...bucket, versioning, metageneration: bucket.metageneration + 1, updatedAtMs: now() };
      shelves.set(name, { bucket: changed, objects });
      return changed;
    },
    removeBucket(name) {
      const message = 'The bucket you tried to delete is not empty.';
      if (shelf(name).objects.size > 0) throw new StorageError({ status: 409, reason: 'conflict', message });
      shelves.delete(name);
    },
    objects: (bucket) => [...shelf(bucket).objects.values()].flat(),
    generations: ({ bucket, name }) => shelf(bucket).objects.get(name) ?? [],
    put({ bucket, name }, generations) {
      if (generations.length === 0) shelf(bucket).objects.delete(name);
      else shelf(bucket).objects.set(name, generations);
    },
  };
}
