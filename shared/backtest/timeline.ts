/** What would have happened in one hour (UTC). Hours in which nothing did are left out. */
export interface Hour {
  readonly at: string;
  readonly cancels: number;
  /** Of the cancels, the ones whose jobs succeeded by themselves soon after. */
  readonly likelyFalseAlarms: number;
  /** Cancels that were held back to the end of their job, by when they were due. */
  readonly heldBack: number;
  /** Jobs that were warned of or recorded. */
  readonly told: number;
  readonly breakerOpenings: number;
}

/** What is counted by the hour. */
type Happening = Exclude<keyof Hour, 'at'>;

/** Counts by the hour. Memory grows with the hours in which something happened, not with the jobs. */
export interface Timeline {
  note(what: Happening, atMs: number): void;
  hours(): readonly Hour[];
}

const hourMs = 3_600_000;

/** Begins to count. */
export function timeline(): Timeline {
  const counts = new Map<number, Record<Happening, number>>();
  return {
    note: (what, atMs) => {
      const hour = Math.floor(atMs / hourMs);
      const known = counts.get(hour) ?? { cancels: 0, likelyFalseAlarms: 0, heldBack: 0, told: 0, breakerOpenings: 0 };
      counts.set(hour, known);
      known[what] += 1;
    },
    hours: () =>
      [...counts]
        .sort(([a], [b]) => a - b)
        .map(([hour, one]) => ({ at: new Date(hour * hourMs).toISOString(), ...one })),
  };
}
