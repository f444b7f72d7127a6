/** Ids by name, each once. */
export interface IdSets {
  readonly all: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether it is new, and there was room for it. */
  note(name: string, id: string): boolean;
  /** For how many there was no room. */
  leftOut(): number;
}

/** So many ids are kept, of all names together. */
const mostIds = 250_000;

/** Keeps ids, up to a bound. */
export function idSets(): IdSets {
  const all = new Map<string, Set<string>>();
  let count = 0;
  let leftOut = 0;
  return {
    all,
    leftOut: () => leftOut,
    note: (name, id) => {
      const known = all.get(name) ?? new Set<string>();
      if (known.has(id)) return false;
      if (count >= mostIds) {
        leftOut += 1;
        return false;
      }
      count += 1;
      known.add(id);
      all.set(name, known);
      return true;
    },
  };
}
