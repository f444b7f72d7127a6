import { boundsOf } from './bounds.ts';
import { noSuchObject } from './errors.ts';
import type { Shelves } from './shelves.ts';
import { emptyShelves } from './shelves.ts';

/** What can be set on an object besides its bytes. */
export interface Attributes {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly cacheControl?: string;
  readonly customTime?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One generation of an object; times are epoch ms. `deletedAtMs`: it has been replaced or deleted, and is kept. */
export interface StoredObject {
  readonly bucket: string;
  readonly name: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly bytes: Buffer;
  readonly attributes: Attributes;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly deletedAtMs?: number;
}

/** A bucket, without its objects. */
export interface StoredBucket {
  readonly name: string;
  readonly versioning: boolean;
  readonly metageneration: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Where an object is, and which generation of it is meant; without one, the live one. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly name: string;
  readonly generation?: number | undefined;
}

/** All buckets and objects of the stand-in. What is not there throws the API's 404. */
export interface ObjectStore extends Omit<Shelves, 'generations' | 'put'> {
  readonly find: (place: ObjectPlace) => StoredObject | undefined;
  /** Makes a new live generation; with versioning the one before it is kept. */
  readonly write: (place: ObjectPlace, bytes: Buffer, attributes: Attributes) => StoredObject;
  readonly describe: (place: ObjectPlace, attributes: Attributes) => StoredObject;
  /** Deletes the live generation, which versioning keeps, or a named one for good. */
  readonly remove: (place: ObjectPlace) => void;
}

/** An empty store on the given clock (epoch ms). `writeLimit`: a second write to an object within a second is a 429. */
export function objectStore(options: { readonly now: () => number; readonly writeLimit: boolean }): ObjectStore {
  const shelves = emptyShelves(options.now);
  const { generations, put, ...buckets } = shelves;
  const bounds = boundsOf(options.now, options.writeLimit);
  const change = (place: ObjectPlace, next: readonly StoredObject[]): void => {
    bounds.checkRate(place);
    bounds.change(generations(place), next);
    put(place, next);
  };
  const find = (place: ObjectPlace) => meant(generations(place), place.generation);
  return { ...buckets, find, ...changes(shelves, { change, find, now: options.now }) };
}

interface Changing extends Pick<ObjectStore, 'find'> {
  readonly change: (place: ObjectPlace, next: readonly StoredObject[]) => void;
  readonly now: () => number;
}

function changes(
  { generations, bucket }: Shelves,
  { change, find, now }: Changing,
): Pick<ObjectStore, 'write' | 'describe' | 'remove'> {
  let lastGeneration = 0;
  const found = (place: ObjectPlace): StoredObject => {
    const object = find(place);
    if (object) return object;
    throw noSuchObject(place.bucket, place.name);
  };
  const retired = (place: ObjectPlace) => withoutLive(generations(place), bucket(place.bucket), now());
  return {
    write(place, bytes, attributes) {
      const generation = Math.max(lastGeneration + 1, Math.floor(now()) * 1000);
      const times = { createdAtMs: now(), updatedAtMs: now() };
      const made = { ...place, generation, metageneration: 1, bytes, attributes, ...times };
      change(place, [...retired(place), made]);
      lastGeneration = generation;
      return made;
    },
    describe(place, attributes) {
      const known = found(place);
      const changed = { ...known, attributes, metageneration: known.metageneration + 1, updatedAtMs: now() };
      const next = generations(place).map((each) => (each === known ? changed : each));
      change(place, next);
      return changed;
    },
    remove(place) {
      const known = found(place);
      const others = generations(place).filter((each) => each !== known);
      change(place, place.generation === undefined ? retired(place) : others);
    },
  };
}

/** The generation of this number, or the live one. */
function meant(generations: readonly StoredObject[], number: number | undefined): StoredObject | undefined {
  return generations.find((each) =>
    number === undefined ? each.deletedAtMs === undefined : each.generation === number,
  );
}

/** The generations that stay when the live one ends. */
function withoutLive(
  generations: readonly StoredObject[],
  bucket: StoredBucket,
  nowMs: number,
): readonly StoredObject[] {
  const ended = (each: StoredObject) => (bucket.versioning ? [{ ...each, deletedAtMs: nowMs }] : []);
  return generations.flatMap((each) => (each.deletedAtMs === undefined ? ended(each) : [each]));
}
