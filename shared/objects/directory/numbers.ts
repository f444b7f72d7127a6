/** Where the numbers of generations begin. */
export interface Numbers {
  /** A number for a new object: greater than `above` and than all that were noted. */
  readonly first: (above: number) => number;
  /** Remembers a number that was given to a generation or a deletion. */
  readonly note: (number: number) => void;
}

/**
 * Numbers that rise although an object was deleted and nothing of it is left: they begin with the microseconds of the
 * machine's clock, which no object can overtake, and within a process they rise whatever that clock does.
 */
export function risingNumbers(): Numbers {
  let greatest = 0;
  const note = (number: number): void => {
    greatest = Math.max(greatest, number);
  };
  return { note, first: (above) => Math.max(Date.now() * 1000, greatest + 2, above + 1) };
}
