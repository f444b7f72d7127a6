/** How often names came up: how many different ones there are, and the most frequent. */
export interface Counted {
  readonly different: number;
  readonly most: readonly { readonly name: string; readonly count: number }[];
}

/** Counts names. */
export interface Counter {
  note(name: string): void;
  counted(): Counted;
}

/** Names beyond this are counted together. */
const mostNames = 20_000;
const others = 'others';
const mostShown = 10;

/** Counts names, in memory that does not grow without bound. */
export function counter(): Counter {
  const counts = new Map<string, number>();
  return {
    note: (name) => {
      const key = counts.has(name) || counts.size < mostNames ? name : others;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    counted: () => ({
      different: counts.size,
      most: [...counts]
        .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
        .slice(0, mostShown)
        .map(([name, count]) => ({ name, count })),
    }),
  };
}
