import type { Metric } from '../jobs/verdict.ts';

/** How many jobs of a rule came to what: in each bin all of them, those that its limit catches, and the likely false alarms. */
export interface Spread {
  readonly metric: Metric;
  /** Where each bin but the first begins; the last one has no end. */
  readonly edges: readonly number[];
  readonly all: readonly number[];
  readonly caught: readonly number[];
  readonly likelyFalseAlarms: readonly number[];
  /** Jobs of which the number is not known. */
  readonly unknown: number;
}

/** What a rule's limit makes of a job. */
export type Fate = 'left alone' | 'caught' | 'likely false alarm';

/** Counts jobs by one of their numbers. */
export interface Spreading {
  note(value: number | undefined, fate: Fate): void;
  spread(): Spread;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const mib = 1024 ** 2;

const sixties = [1, 1.5, 2, 3, 4, 6, 8, 11, 15, 20, 30, 45];
const times = [
  ...sixties.map((count) => count * secondMs),
  ...sixties.map((count) => count * minuteMs),
  ...[1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 168].map((count) => count * hourMs),
];
const doublings = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].flatMap((count) => [count, count * 1.5]);
const sizes = [1, 1024, 1024 ** 2, 1024 ** 3].flatMap((unit) => doublings.map((count) => count * unit * mib));
const amounts = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) =>
  [1, 1.5, 2, 3, 5, 7].map((one) => Number((one * 10 ** power).toPrecision(2))),
);

const edgesOf: Readonly<Record<Metric, readonly number[]>> = {
  runTime: times,
  queueTime: times,
  bytesProcessed: sizes,
  bytesEstimated: sizes,
  slotHours: amounts,
  costSoFar: amounts,
  costEstimated: amounts,
};

/** The bin of a value: how many edges lie at it or below it. */
function binOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Begins to count. Bins widen with the numbers. */
export function spreading(metric: Metric): Spreading {
  const edges = edgesOf[metric];
  const empty = () => Array.from({ length: edges.length + 1 }, () => 0);
  const [all, caught, likelyFalseAlarms] = [empty(), empty(), empty()];
  let unknown = 0;
  const add = (counts: number[], bin: number) => {
    counts[bin] = (counts[bin] ?? 0) + 1;
  };
  return {
    note: (value, fate) => {
      if (value === undefined) {
        unknown += 1;
        return;
      }
      const bin = binOf(edges, value);
      add(all, bin);
      if (fate !== 'left alone') add(caught, bin);
      if (fate === 'likely false alarm') add(likelyFalseAlarms, bin);
    },
    spread: () => ({ metric, edges, all, caught, likelyFalseAlarms, unknown }),
  };
}
