/** Numbers that look random and are the same in every run: a generator by its seed (mulberry32). */
export interface Random {
  /** At least 0, below 1. */
  readonly next: () => number;
  /** A whole number, at least 0, below `end`. */
  readonly below: (end: number) => number;
  /** One of a list; the first ones are drawn more often the higher `skew` is (1: all alike). */
  readonly pick: <Item>(items: readonly [Item, ...Item[]], skew?: number) => Item;
  /** True in a share of all draws. */
  readonly chance: (share: number) => boolean;
  /** Log-normal with this median; two thirds lie within a factor of e^sigma of it. */
  readonly logNormal: (median: number, sigma: number) => number;
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A source of such numbers. */
export function randomOf(seed: number): Random {
  const next = mulberry32(seed);
  const below = (end: number) => Math.floor(next() * end);
  return {
    next,
    below,
    pick: (items, skew = 1) => items[Math.floor(next() ** skew * items.length)] ?? items[0],
    chance: (share) => next() < share,
    // Box and Muller; the first number may not be 0.
    logNormal: (median, sigma) =>
      median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())),
  };
}
