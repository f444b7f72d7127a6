import { createReadStream } from 'node:fs';
import { backtest } from '../../../shared/backtest/backtest.ts';
import { noCounts, readHistory } from '../../../shared/history/read.ts';
import { knownJobs } from '../../../shared/history/known-jobs.ts';
import { projectName } from '../../history/generator.ts';
import { aPolicy, aRule } from '../../make.ts';
import { peakRssBytes } from '../peak.ts';

// A process of its own: `reader.ts product|parse FILE` reads a history with the backtest, or does nothing but JSON.parse of
// each of its lines, and prints the seconds of processor, its peak memory, and how many rows it read. Synthetic.
const [what, file = ''] = process.argv.slice(2);
const projects = Array.from({ length: 60 }, (_, index) => projectName(index));
const policy = aPolicy({
  targets: [{ engine: 'bigquery', projects }],
  rules: [
    aRule({ name: 'long-queries', limit: { runTime: '30m' } }),
    aRule({ name: 'huge-scans', limit: { bytesProcessed: '10 TiB' } }),
    aRule({ name: 'stuck-in-queue', limit: { queueTime: '20m' }, action: 'warn' }),
  ],
});

async function parse(): Promise<number> {
  let rows = 0;
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 16 })) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (JSON.parse(line) !== null) rows += 1;
  }
  return rows;
}

async function product(): Promise<number> {
  const test = backtest({ policy });
  const known = knownJobs();
  const counts = noCounts();
  const options = { file, location: 'EU', counts, onProblem: () => {} };
  for await (const jobs of readHistory(createReadStream(file, { highWaterMark: 1 << 16 }), options)) {
    for (const job of jobs) if (!known.isKnown(job)) test.note(job);
  }
  const { judged } = test.answer().jobs;
  if (judged < counts.rows * 0.9) throw new Error(`the backtest judged ${judged} of ${counts.rows} rows`);
  return counts.rows;
}

const rows = what === 'product' ? await product() : await parse();
const { userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(JSON.stringify({ rows, seconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: peakRssBytes() }));
