import type { Random } from '../random.ts';

// Assumptions, none of which was measured on Google Cloud: they stand for a deployment with up to 90 projects, whose lists
// are paced at 95 requests a second, in the region of its data. Times in ms.

/** How late the scheduler starts a sweep: up to a second, and in one of five another 0.9 s. */
export const startJitter = (random: Random): number => random.next() * 1000 + (random.chance(0.2) ? 900 : 0);

/** From the first request of a listing until the answer of the last one has come. */
export const listingTook = (random: Random): number => 950 + random.logNormal(150, 0.3);

/** One request: a look at a job, a cancel until it is accepted, an object read or written, a publish. */
export const takes = {
  get: (random: Random) => random.logNormal(120, 0.3),
  cancel: (random: Random) => random.logNormal(200, 0.3),
  object: (random: Random) => random.logNormal(50, 0.3),
  publish: (random: Random) => random.logNormal(60, 0.3),
} as const;

/** What a cancel takes to stop its job. */
export const stopsAfterMs = 1500;

/** A sweep a minute, whoever sweeps. */
export const everyMs = 60_000;
