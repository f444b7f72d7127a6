/** A goal of a row, in the unit of its value. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One figure. `what` says what is measured and against what; `unit` is `×` for ratios, which alone are meant to travel. */
export interface Measure {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly unit: '×' | 'ns' | 's' | '%' | 'pairs' | 'jobs' | 'calls' | 'kB' | 'MiB' | 'USD';
  readonly goal?: Goal;
}

/** A figure as `--json` shows it. Goal and met are null where nothing is asked. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly goal: string | null;
  readonly met: boolean | null;
}

/** How much is measured. `short` is for every day; `tiny` shows only that everything works. */
export type Scale = 'tiny' | 'short' | 'full';

/** What a bench is given. `progress` says what it is at, in a few words. */
export interface BenchOptions {
  readonly scale: Scale;
  readonly progress: (doing: string) => void;
}

/** A group of figures that are measured together; each is yielded as soon as it is known. */
export interface Bench {
  readonly name: string;
  readonly measure: (options: BenchOptions) => AsyncIterable<Measure>;
}

/** A goal in words. */
export function goalText(goal: Goal): string {
  return 'atMost' in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`;
}

/** A figure with what became of its goal. */
export function rowOf({ id, what, value, unit, goal }: Measure): Row {
  const met = goal === undefined ? null : 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
  return { id, what: `${what} (${unit})`, value, goal: goal === undefined ? null : goalText(goal), met };
}
