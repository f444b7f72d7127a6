import { setTimeout as sleep } from 'node:timers/promises';

/**
 * When the work of one sweep has to be over, in ms from its start: the last cancel starts before `cancelMs`, which leaves
 * time for two looks at what became of its job until `recordMs`. An engine that hangs takes no more than `followMs` of it at
 * the follow-up, and `patienceMs` at the listing where another one is done; both are longer than one request may take.
 * Finding projects takes no more than `discoverMs`, and goes on in the next sweep.
 */
export const sweepTimes = {
  discoverMs: 10_000,
  followMs: 12_000,
  patienceMs: 12_000,
  listMs: 40_000,
  cancelMs: 57_000,
  recordMs: 59_000,
} as const;

/** The time of one sweep. `now` is epoch ms; no wait goes past `signal`; `after` fires once so much time has passed. */
export interface Clock {
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  after(ms: number): AbortSignal;
}

/** The machine's clock. A wait that is aborted ends at once, without an error. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms) => AbortSignal.timeout(ms),
  wait: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};
