import { rowOf, type Bench, type BenchOptions, type Measure, type Row } from './bench.ts';

/** Where figures go as soon as they are known. */
export interface Show {
  readonly begin: (bench: Bench) => void;
  readonly doing: (what: string) => void;
  readonly found: (measure: Measure) => void;
  readonly end: () => void;
}

/** Runs benches one after the other, and gives all their rows. */
export async function runBenches(
  benches: readonly Bench[],
  scale: BenchOptions['scale'],
  show: Show,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const bench of benches) {
    show.begin(bench);
    for await (const measure of bench.measure({ scale, progress: show.doing })) {
      rows.push(rowOf(measure));
      show.found(measure);
    }
  }
  show.end();
  return rows;
}
