import type { Metric } from '../jobs/verdict.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** From `first` to `last` in equal steps. */
const steps = (first: number, last: number, by: number) =>
  Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by);

const times = [
  ...steps(1, 10, 1).map((count) => count * minuteMs),
  ...[12, ...steps(15, 60, 5)].map((count) => count * minuteMs),
  ...steps(75, 360, 15).map((count) => count * minuteMs),
  ...steps(7, 24, 1).map((count) => count * hourMs),
  ...[30, 36, 48, 60, 72, 96, 120, 168].map((count) => count * hourMs),
];

const leading = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
const gib = 1024 ** 3;
const rounded = (value: number) => Number(value.toPrecision(3));
const decades = (first: number, last: number) =>
  steps(first, last, 1).flatMap((power) => leading.map((one) => rounded(one * 10 ** power)));
const sizes = [1, 1024, 1024 ** 2].flatMap((unit) =>
  decades(0, 2)
    .filter((count) => count < 1000)
    .map((count) => Math.round(count * unit * gib)),
);
const amounts = decades(-1, 5);

/** Limits that people would write, ascending. No time is under a minute: sweeps come no more often. */
const usual: Readonly<Record<Metric, readonly number[]>> = {
  runTime: times,
  queueTime: times,
  bytesProcessed: sizes,
  bytesEstimated: sizes,
  slotHours: amounts,
  costSoFar: amounts,
  costEstimated: amounts,
};

const lowestShare = 1 / 60;
const highestShare = 60;

/** The limits at which a slider stops: those that people would write within sixty times of the rule's own, and its own. */
export function stopsAround(metric: Metric, own: number): readonly number[] {
  const near = usual[metric].filter((stop) => stop >= own * lowestShare && stop <= own * highestShare);
  return [...new Set([...near, own])].sort((a, b) => a - b);
}
