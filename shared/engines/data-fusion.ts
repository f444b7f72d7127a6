import { dataFusionCanceller } from './data-fusion/canceller.ts';
import type { DataFusionOptions } from './data-fusion/connection.ts';
import { connect } from './data-fusion/connection.ts';
import { dataFusionSource } from './data-fusion/source.ts';
import type { Engine } from './engine.ts';
import { skewMeter } from './http/clock.ts';

/** Google Cloud Data Fusion behind the port of `engine.ts`. Nothing is loaded or sent before the first call. */
export function dataFusion(options: DataFusionOptions): Engine {
  const clock = skewMeter(options.now);
  const connection = connect(options, clock.note);
  return {
    source: { ...dataFusionSource(connection), clockSkewMs: clock.skewMs },
    canceller: dataFusionCanceller(connection),
  };
}
