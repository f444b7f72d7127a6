import { memoryObjects } from '../../shared/objects/memory.ts';
import type { Found, Objects } from '../../shared/objects/objects.ts';
import { nowMs } from './a-shell.ts';

// Everything in these buckets is made up.

const budget = () => ({ untilMs: nowMs + 60_000, signal: new AbortController().signal });

/** Buckets in memory, by their places. */
export interface Buckets {
  readonly objects: (place: string) => Objects;
  /** The text of an object; undefined when there is none. */
  text(place: string, name: string): Promise<string | undefined>;
  /** Writes as somebody else would; the new generation. */
  put(place: string, name: string, text: string): Promise<string>;
}

function versioned(inner: Objects): Objects {
  const earlier = new Map<string, Found[]>();
  return {
    ...inner,
    get: async (name, budget, generation) =>
      (await inner.get(name, budget, generation)) ?? earlier.get(name)?.find((one) => one.generation === generation),
    put: async (name, write, budget) => {
      const before = await inner.get(name, budget);
      const answer = await inner.put(name, write, budget);
      if (answer !== 'lost' && before !== undefined) earlier.set(name, [before, ...(earlier.get(name) ?? [])]);
      return answer;
    },
    versions: async (name) =>
      (earlier.get(name) ?? []).map(({ generation, updatedAtMs, bytes }) => ({
        generation,
        updatedAtMs,
        sizeBytes: bytes.length,
      })),
  };
}

/** Makes buckets as they are named; `versioning`: they keep earlier generations. `wrap` may spoil one. */
export function inBuckets({
  versioning = true,
  wrap = (objects: Objects) => objects,
}: { versioning?: boolean; wrap?: (objects: Objects) => Objects } = {}): Buckets {
  const known = new Map<string, { readonly plain: Objects; readonly shown: Objects }>();
  const open = (place: string) => {
    const memory = memoryObjects({ now: () => nowMs });
    const plain = versioning ? versioned(memory) : memory;
    const one = known.get(place) ?? { plain, shown: wrap(plain) };
    known.set(place, one);
    return one;
  };
  return {
    objects: (place) => open(place).shown,
    text: async (place, name) => {
      const found = await open(place).plain.get(name, budget());
      return found && new TextDecoder().decode(found.bytes);
    },
    put: async (place, name, text) => {
      const bytes = new TextEncoder().encode(text);
      const answer = await open(place).plain.put(name, { bytes, ifGeneration: undefined }, budget());
      if (answer === 'lost') throw new Error('a write without a condition cannot be lost');
      return answer.generation;
    },
  };
}
