import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { historyOf, quarter } from '../../history/generator.ts';
import type { Bench, BenchOptions, Measure } from '../bench.ts';
import { median } from '../rounds.ts';

// A backtest reads a made-up history from the disk; so does a process that only parses its lines.

const run = promisify(execFile);
const reader = fileURLToPath(new URL('./reader.ts', import.meta.url));
const answer = z.object({ rows: z.number(), seconds: z.number(), peakBytes: z.number() });

/** How many rows, and how many rounds. */
const sizes: Readonly<Record<BenchOptions['scale'], { readonly rows: number; readonly rounds: number }>> = {
  tiny: { rows: 3000, rounds: 1 },
  short: { rows: 60_000, rounds: 2 },
  full: { rows: 1_000_000, rounds: 3 },
};

/** A little less than there are in a quarter for each job that a project has a day. */
const rowsPerJobADay = 4500;

function* lines(rows: number): Generator<string> {
  let left = rows;
  for (const row of historyOf({ ...quarter, jobsADay: Math.ceil(rows / rowsPerJobADay) })) {
    if (left <= 0) return;
    left -= 1;
    yield `${JSON.stringify(row)}\n`;
  }
}

async function read(what: 'product' | 'parse', file: string) {
  const { stdout } = await run(process.execPath, [reader, what, file]);
  return answer.parse(JSON.parse(stdout));
}

async function* figures(folder: string, { scale, progress }: BenchOptions): AsyncGenerator<Measure> {
  const { rows, rounds } = sizes[scale];
  const [all, tenth] = [join(folder, 'all.ndjson'), join(folder, 'tenth.ndjson')];
  progress('writing a history');
  await pipeline(Readable.from(lines(rows)), createWriteStream(all));
  await pipeline(Readable.from(lines(rows / 10)), createWriteStream(tenth));
  const [times, peaks]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    progress(`backtest, round ${round + 1}`);
    const [product, floor, small] = [
      await read('product', all),
      await read('parse', all),
      await read('product', tenth),
    ];
    if (product.rows !== floor.rows) throw new Error(`${product.rows} rows were read of ${floor.rows}`);
    times.push(product.seconds / floor.seconds);
    peaks.push(product.peakBytes / small.peakBytes);
  }
  const many = rows.toLocaleString('en');
  yield {
    id: 'backtest-time',
    what: `processor time of a backtest of ${many} jobs with 3 rules, against JSON.parse of the same bytes`,
    value: median(times),
    unit: '×',
    goal: { atMost: 8 },
  };
  yield {
    id: 'backtest-memory',
    what: `peak memory of a backtest of ${many} jobs, against a tenth of them`,
    value: median(peaks),
    unit: '×',
    goal: { atMost: 1.5 },
  };
}

async function* measure(options: BenchOptions): AsyncGenerator<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'jobwarden-bench-backtest-'));
  try {
    yield* figures(folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How long a policy takes to be tried on the past, and in how much memory. */
export const history: Bench = { name: 'history', measure };
