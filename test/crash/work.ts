/** What is under way, by where it is. */
export interface Work {
  readonly count: (where: string) => number;
  readonly during: <T>(where: string, work: () => Promise<T>) => Promise<T>;
}

/** Counts what is under way, so that the clock moves on only when everybody waits; `onChange` hears of each change. */
export function openWork(onChange: () => void): Work {
  const counts = new Map<string, number>();
  const add = (where: string, by: number): void => {
    counts.set(where, (counts.get(where) ?? 0) + by);
    onChange();
  };
  return {
    count: (where) => counts.get(where) ?? 0,
    during: async (where, work) => {
      add(where, 1);
      try {
        return await work();
      } finally {
        add(where, -1);
      }
    },
  };
}

/** Does one thing after the other, in the order of asking. */
export function oneByOne() {
  let last: Promise<unknown> = Promise.resolve();
  return async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
