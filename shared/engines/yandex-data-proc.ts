import type { Engine } from './engine.ts';
import { skewMeter } from './http/clock.ts';
import { yandexCanceller } from './yandex-data-proc/canceller.ts';
import { connect, type YandexOptions } from './yandex-data-proc/connection.ts';
import { yandexSource } from './yandex-data-proc/source.ts';

/** Yandex Data Proc (Data Processing) behind the port of `engine.ts`. Nothing is sent before the first call. */
export function yandexDataProc(options: YandexOptions): Engine {
  const clock = skewMeter(options.now);
  const connection = connect(options, clock.note);
  const source = { ...yandexSource(connection), clockSkewMs: clock.skewMs };
  return { source, canceller: yandexCanceller(connection) };
}
