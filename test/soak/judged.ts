import { inMegabytes, quarters } from './gauges.ts';
import type { Soaked } from './soak.ts';

const growth = 1.1;

/** Promises about the run as a whole that were not held, as sentences: `slackBytes` is what the heap may grow besides. */
export function brokenBy(soaked: Soaked, slackBytes: number): readonly string[] {
  const { broken, heaps, runaways, cancelled } = soaked;
  const [, second = 0, , last = 0] = quarters(heaps);
  const most = second * growth + slackBytes;
  const isFlat = last <= most;
  return [
    ...broken,
    ...(isFlat
      ? []
      : [`the heap was ${inMegabytes(last)} in the last quarter, and ${inMegabytes(second)} in the second`]),
    ...(cancelled === runaways ? [] : [`${cancelled} jobs were cancelled, and there were ${runaways} runaways`]),
  ];
}

const whole = (count: number) => count.toLocaleString('en-US');

/** The figures of a run, as lines of a table. */
export function tableOf(soaked: Soaked, tookMs: number): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['sweeps', whole(soaked.sweeps)],
    ['jobs', whole(soaked.jobs)],
    ['runaways', whole(soaked.runaways)],
    ['cancelled', whole(soaked.cancelled)],
    ['notices', whole(soaked.notices)],
    ['messages', whole(soaked.messages)],
    ['troubles', whole(soaked.troubles)],
    ['accidents', whole(soaked.accidents)],
    ['heap by quarters', quarters(soaked.heaps).map(inMegabytes).join(', ')],
    ['ledger at most', inMegabytes(soaked.mostLedgerBytes)],
    ['files by quarters', quarters(soaked.files).map(whole).join(', ')],
    ['took', `${whole(Math.round(tookMs / 1000))} s`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
