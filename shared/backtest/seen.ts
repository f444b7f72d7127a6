import { sweepAfter, sweepMs } from './instants.ts';

/** How many jobs each sweep of a period saw. Memory grows with the days of the period, not with its jobs. */
export interface SeenCounter {
  note(createdAtMs: number, endedAtMs: number): void;
  /** By the sweep at a whole minute, over all that was noted before the first question. */
  at(sweepAtMs: number): number;
}

const minutesOfDay = 1440;

/** Counts the jobs that are there at each minute. */
export function seenCounter(): SeenCounter {
  const changes = new Map<number, Int32Array>();
  let counted: { readonly days: readonly number[]; readonly before: ReadonlyMap<number, number> } | undefined;
  const change = (atMs: number, by: number) => {
    const minute = sweepAfter(atMs) / sweepMs;
    const day = Math.floor(minute / minutesOfDay);
    const known = changes.get(day) ?? new Int32Array(minutesOfDay);
    changes.set(day, known);
    const index = minute - day * minutesOfDay;
    known[index] = (known[index] ?? 0) + by;
  };
  const count = () => {
    const days = [...changes.keys()].sort((a, b) => a - b);
    let sum = 0;
    const before = new Map<number, number>();
    for (const day of days) {
      before.set(day, sum);
      for (const by of changes.get(day) ?? []) sum += by;
    }
    return { days, before };
  };
  return {
    note: (createdAtMs, endedAtMs) => {
      if (sweepAfter(createdAtMs) === sweepAfter(endedAtMs)) return;
      change(createdAtMs, 1);
      change(endedAtMs, -1);
      counted = undefined;
    },
    at: (sweepAtMs) => {
      counted ??= count();
      const minute = Math.floor(sweepAtMs / sweepMs);
      const today = Math.floor(minute / minutesOfDay);
      const day = counted.days.findLast((one) => one <= today);
      if (day === undefined) return 0;
      const until = day === today ? minute - day * minutesOfDay + 1 : minutesOfDay;
      let sum = counted.before.get(day) ?? 0;
      for (const by of changes.get(day)?.subarray(0, until) ?? []) sum += by;
      return sum;
    },
  };
}
