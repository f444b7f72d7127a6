import { sweepAfter, sweepMs } from './instants.ts';

/** How many jobs each sweep of a period saw. Memory grows with the days of the period, not with its jobs. */
export interface SeenCounter {
  note(createdAtMs: number, endedAtMs: number): void;
  /** By the sweep at a whole minute, over all that was noted before the first question. */
  at(sweepAtMs: number): number;
}

const minutesOfDay = 1440;

/** By day since 1970: how many jobs more, or fewer, each minute has than the one before. */
type Changes = Map<number, Int32Array>;

function change(changes: Changes, atMs: number, by: number): void {
  const minute = sweepAfter(atMs) / sweepMs;
  const day = Math.floor(minute / minutesOfDay);
  const known = changes.get(day) ?? new Int32Array(minutesOfDay);
  changes.set(day, known);
  const index = minute - day * minutesOfDay;
  known[index] = (known[index] ?? 0) + by;
}

/** The days with a change, in order, and how many jobs there were before each. */
function counted(changes: Changes) {
  const days = [...changes.keys()].sort((a, b) => a - b);
  const before = new Map<number, number>();
  let sum = 0;
  for (const day of days) {
    before.set(day, sum);
    for (const by of changes.get(day) ?? []) sum += by;
  }
  return { days, before };
}

/** Counts the jobs that are there at each minute. */
export function seenCounter(): SeenCounter {
  const changes: Changes = new Map();
  let counts: ReturnType<typeof counted> | undefined;
  return {
    note: (createdAtMs, endedAtMs) => {
      if (sweepAfter(createdAtMs) === sweepAfter(endedAtMs)) return;
      change(changes, createdAtMs, 1);
      change(changes, endedAtMs, -1);
      counts = undefined;
    },
    at: (sweepAtMs) => {
      counts ??= counted(changes);
      const minute = Math.floor(sweepAtMs / sweepMs);
      const today = Math.floor(minute / minutesOfDay);
      const day = counts.days.findLast((one) => one <= today);
      if (day === undefined) return 0;
      const until = day === today ? minute - day * minutesOfDay + 1 : minutesOfDay;
      let sum = counts.before.get(day) ?? 0;
      for (const by of changes.get(day)?.subarray(0, until) ?? []) sum += by;
      return sum;
    },
  };
}
