import type { After } from '../../../infra/local/pubsub/timers.ts';

/** Timers that go off only when the test lets time pass. */
export interface ManualTimers {
  readonly after: After;
  readonly pass: (ms: number) => void;
  /** How many are set. */
  readonly pending: () => number;
}

export function manualTimers(): ManualTimers {
  const set = new Set<{ readonly atMs: number; readonly run: () => void }>();
  let nowMs = 0;
  const next = (untilMs: number) => [...set].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
  return {
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run };
      set.add(timer);
      return () => void set.delete(timer);
    },
    pass(ms) {
      const untilMs = nowMs + ms;
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        set.delete(timer);
        nowMs = timer.atMs;
        timer.run();
      }
      nowMs = untilMs;
    },
    pending: () => set.size,
  };
}
