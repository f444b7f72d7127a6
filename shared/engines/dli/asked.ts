/** Batches whose cancel was accepted, as far as this instance remembers. */
export interface Asked {
  readonly note: (target: string, id: string) => void;
  readonly has: (target: string, id: string) => boolean;
}

const most = 1000;

/** Remembers the last thousand of them. */
export function askedBefore(): Asked {
  const names = new Set<string>();
  return {
    note(target, id) {
      names.add(`${target} ${id}`);
      const [oldest] = names;
      if (names.size > most && oldest !== undefined) names.delete(oldest);
    },
    has: (target, id) => names.has(`${target} ${id}`),
  };
}
