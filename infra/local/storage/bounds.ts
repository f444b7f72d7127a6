import { StorageError, tooManyWrites } from './errors.ts';
import type { ObjectPlace, StoredObject } from './store.ts';

const MAX_OBJECTS = 200_000;
const MAX_BYTES = 1_073_741_824;
const SECOND_MS = 1000;

/** Watches over a store: what would make it too large is a 403, what changes an object too often a 429. */
export interface Bounds {
  /** Counts a change of one object's generations; throws where it would be too much. */
  readonly change: (before: readonly StoredObject[], after: readonly StoredObject[]) => void;
  readonly checkRate: (place: ObjectPlace) => void;
}

/** Bounds of a store; without `writeLimit` objects may be changed as often as anybody likes. */
export function boundsOf(now: () => number, writeLimit: boolean): Bounds {
  const written = new Map<string, number>();
  let count = 0;
  let bytes = 0;
  const sizeOf = (objects: readonly StoredObject[]) => objects.reduce((sum, each) => sum + each.bytes.length, 0);
  return {
    change(before: readonly StoredObject[], after: readonly StoredObject[]) {
      const next = { count: count + after.length - before.length, bytes: bytes + sizeOf(after) - sizeOf(before) };
      const grows = after.length > before.length || sizeOf(after) > sizeOf(before);
      if (grows && (next.count > MAX_OBJECTS || next.bytes > MAX_BYTES)) {
        const message = `The stand-in holds ${MAX_OBJECTS} objects and 1 GiB at most.`;
        throw new StorageError({ status: 403, reason: 'quotaExceeded', message });
      }
      ({ count, bytes } = next);
    },
    checkRate({ bucket, name }: ObjectPlace) {
      if (!writeLimit) return;
      const key = `${bucket}/${name}`;
      if (now() - (written.get(key) ?? Number.NEGATIVE_INFINITY) < SECOND_MS) throw tooManyWrites(bucket, name);
      // Oldest first: those over a second old are of no use any more.
      for (const [old, atMs] of written) {
        if (now() - atMs < SECOND_MS) break;
        written.delete(old);
      }
      written.delete(key);
      written.set(key, now());
    },
  };
}
