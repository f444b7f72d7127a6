import type { Metric } from '../../../shared/jobs/verdict.ts';
import { numbers, type Facts } from './facts.ts';
import { anyApplies, numberOf, scopeTest } from './plain.ts';
import type { PlainLimit, PlainRule, Sketch } from './rules.ts';

/** About so many jobs have a rule that applies to them. */
const violating = 0.01;

const steps: Readonly<Partial<Record<Metric, number>>> = {
  runTime: 1000,
  queueTime: 1000,
  bytesProcessed: 1024 ** 2,
};

/** The number as somebody would write it: whole seconds, whole MiB, hundredths of the others. */
function written(metric: Metric, value: number): number {
  const step = steps[metric];
  return step === undefined ? Math.ceil(value * 100) / 100 : Math.ceil(value / step) * step;
}

/** What is over nothing because it is unknown or does not apply is left out. */
function valuesOf(jobs: readonly Facts[], metric: Metric): Float64Array {
  return Float64Array.from(jobs, (facts) => numberOf(facts, metric))
    .filter((value) => value >= 0)
    .sort();
}

/** The number that `count` of the sorted values are over. */
function passedBy(sorted: Float64Array, count: number): number {
  return sorted[Math.max(0, sorted.length - 1 - Math.round(count))] ?? 0;
}

type Floors = (metric: Metric) => number;

/** Nobody writes a limit that a larger share than this of all jobs is over, not even for a few jobs. */
const widest = 0.05;

function floorsOf(jobs: readonly Facts[]): Floors {
  const floors = new Map<Metric, number>();
  for (const metric of numbers) {
    const values = valuesOf(jobs, metric);
    floors.set(metric, passedBy(values, widest * values.length));
  }
  return (metric) => floors.get(metric) ?? 0;
}

function limitOf({ how, metrics }: Sketch, inScope: readonly Facts[], count: number, floors: Floors): PlainLimit {
  let left = inScope;
  const of = metrics.map((metric, index): [Metric, number] => {
    const share = how === 'any' ? 1 / metrics.length : 4 ** (metrics.length - 1 - index);
    const threshold = written(metric, Math.max(floors(metric), passedBy(valuesOf(left, metric), count * share)));
    if (how === 'all') left = left.filter((facts) => numberOf(facts, metric) > threshold);
    return [metric, threshold];
  });
  return { how, of };
}

/** Gives rules their numbers, so that all of them together apply to about one job in a hundred. */
export function withThresholds(sketches: readonly Sketch[], jobs: readonly Facts[]): readonly PlainRule[] {
  const floors = floorsOf(jobs);
  const scopes = sketches.map((sketch) => jobs.filter(scopeTest(sketch)));
  const withCount = (count: number) =>
    sketches.map(({ how, metrics, ...rest }, index): PlainRule => {
      const limit = limitOf({ ...rest, how, metrics }, scopes[index] ?? [], count, floors);
      return { ...rest, limit };
    });
  const first = (violating * jobs.length) / sketches.length;
  // Rules overlap, and many scopes have too few jobs for their part: the others make up for it.
  const share = jobs.filter(anyApplies(withCount(first))).length / jobs.length;
  return withCount(share > 0 ? (first * violating) / share : first);
}
