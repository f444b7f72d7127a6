import type { Bench } from './bench.ts';
import { history } from './backtest/history.ts';
import { delay } from './delay/delay.ts';
import { evaluation } from './evaluation/evaluation.ts';
import { pipeline } from './pipeline/pipeline.ts';
import { start } from './start/start.ts';
import { sweeps } from './sweep/sweep.ts';

/** Everything `npm run bench` measures, in the order in which it is shown: one line each. */
export const benches: readonly Bench[] = [evaluation, pipeline, start, delay, history, sweeps];
