import type { Bench } from './bench.ts';
import { evaluation } from './evaluation/evaluation.ts';
import { start } from './start/start.ts';

/** Everything `npm run bench` measures, in the order in which it is shown: one line each. */
export const benches: readonly Bench[] = [evaluation, start];
