/** How many jobs, finished and others, were over each of some candidates for a limit; and quantiles of the finished ones. */
export interface Tail {
  note(value: number, isFinished: boolean): void;
  readonly finished: () => number;
  /** The lowest candidate that no more than this share of the finished jobs was over; undefined where all are too low. */
  lowest(mostShare: number): Candidate | undefined;
  /** The value that a share of the finished jobs did not exceed, to about one percent above. */
  quantile(share: number): number;
}

/** A limit, and how many of each were over it. */
export interface Candidate {
  readonly limit: number;
  readonly finishedOver: number;
  readonly othersOver: number;
}

/** Bins that widen by about one percent. */
const perDoubling = 64;

/** Counts jobs over candidates, in memory that does not grow with their number. `candidates` ascend. */
export function tailOf(candidates: readonly number[]): Tail {
  const finishedOver = candidates.map(() => 0);
  const othersOver = candidates.map(() => 0);
  const bins = new Map<number, number>();
  let finished = 0;
  return {
    note: (value, isFinished) => {
      const counts = isFinished ? finishedOver : othersOver;
      for (let index = 0; index < candidates.length; index += 1) {
        // Over is strictly greater.
        if (value <= (candidates[index] ?? 0)) break;
        counts[index] = (counts[index] ?? 0) + 1;
      }
      if (!isFinished) return;
      finished += 1;
      const bin = Math.ceil(perDoubling * Math.log2(1 + value));
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    },
    finished: () => finished,
    lowest: (mostShare) => {
      const index = finishedOver.findIndex((over) => over <= mostShare * finished);
      const limit = candidates[index];
      if (limit === undefined) return undefined;
      return { limit, finishedOver: finishedOver[index] ?? 0, othersOver: othersOver[index] ?? 0 };
    },
    quantile: (share) => {
      let left = share * finished;
      for (const [bin, count] of [...bins].sort(([a], [b]) => a - b)) {
        left -= count;
        if (left <= 0) return 2 ** (bin / perDoubling) - 1;
      }
      return 0;
    },
  };
}
