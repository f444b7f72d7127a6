import type { Scale } from '../bench.ts';

/** How much is listed. `many` and `few`: projects with a page of so many jobs each, for the memory; `sweep`: for the time. */
export interface Size {
  readonly memory: { readonly many: number; readonly few: number; readonly jobsPerPage: number };
  readonly sweep: { readonly projects: number; readonly jobsPerPage: number };
  /** Against the library. `inSequence`: of how many projects the script that takes one after the other is timed. */
  readonly script: { readonly projects: number; readonly inSequence: number; readonly jobsPerPage: number };
  readonly latencyMs: number;
  readonly rounds: number;
}

export const sizes: Readonly<Record<Scale, Size>> = {
  tiny: {
    memory: { many: 4, few: 2, jobsPerPage: 50 },
    sweep: { projects: 6, jobsPerPage: 5 },
    script: { projects: 6, inSequence: 3, jobsPerPage: 5 },
    latencyMs: 10,
    rounds: 1,
  },
  short: {
    memory: { many: 100, few: 10, jobsPerPage: 1000 },
    sweep: { projects: 1000, jobsPerPage: 20 },
    script: { projects: 200, inSequence: 40, jobsPerPage: 100 },
    latencyMs: 80,
    rounds: 1,
  },
  full: {
    memory: { many: 1000, few: 10, jobsPerPage: 1000 },
    sweep: { projects: 1000, jobsPerPage: 20 },
    script: { projects: 200, inSequence: 200, jobsPerPage: 100 },
    latencyMs: 80,
    rounds: 3,
  },
};
