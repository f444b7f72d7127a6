import type { Scale } from '../bench.ts';

/** How many jobs, by the number of rules. */
type ByRules = Readonly<Record<(typeof ruleCounts)[number], number>>;

/** So many rules are held against the jobs, one after the other. */
export const ruleCounts = [1, 10, 50, 200] as const;

/**
 * `product`, `cel` and `json`: how many of the jobs each contender decides in one round; they are the first so many,
 * which are drawn like all the others. `checked`: for how many the decisions of each peer are compared.
 */
export interface Size {
  readonly jobs: number;
  readonly rounds: number;
  readonly product: ByRules;
  readonly cel: ByRules;
  readonly json: ByRules;
  readonly checked: ByRules;
}

const all = { 1: 100_000, 10: 100_000, 50: 100_000, 200: 100_000 };

export const sizes: Readonly<Record<Scale, Size>> = {
  tiny: {
    jobs: 400,
    rounds: 5,
    product: { 1: 400, 10: 100, 50: 40, 200: 20 },
    cel: { 1: 100, 10: 50, 50: 20, 200: 10 },
    json: { 1: 20, 10: 10, 50: 4, 200: 2 },
    checked: { 1: 40, 10: 20, 50: 10, 200: 4 },
  },
  short: {
    jobs: 100_000,
    rounds: 5,
    product: { ...all, 200: 50_000 },
    cel: { 1: 50_000, 10: 20_000, 50: 5000, 200: 1000 },
    json: { 1: 1000, 10: 300, 50: 100, 200: 30 },
    checked: { 1: 2000, 10: 500, 50: 200, 200: 80 },
  },
  full: {
    jobs: 100_000,
    rounds: 9,
    product: all,
    cel: { ...all, 50: 20_000, 200: 5000 },
    json: { 1: 5000, 10: 2000, 50: 400, 200: 100 },
    checked: { 1: 10_000, 10: 4000, 50: 1000, 200: 200 },
  },
};
