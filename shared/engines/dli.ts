import { askedBefore } from './dli/asked.ts';
import { dliCanceller } from './dli/canceller.ts';
import { connect, type DliOptions } from './dli/connection.ts';
import { dliSource } from './dli/source.ts';
import type { Engine } from './engine.ts';
import { skewMeter } from './http/clock.ts';

/** Data Lake Insight of Open Telekom Cloud and Huawei Cloud behind the port of `engine.ts`. Nothing is sent before the first call. */
export function dli(options: DliOptions): Engine {
  const clock = skewMeter(options.now);
  const looking = { connection: connect(options, clock.note), asked: askedBefore() };
  return { source: { ...dliSource(looking), clockSkewMs: clock.skewMs }, canceller: dliCanceller(looking) };
}
