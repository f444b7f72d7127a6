import { gunzipSync, gzipSync } from 'node:zlib';
import { bigQuerySource } from '../../../shared/engines/bigquery/source.ts';
import { judge } from '../../../shared/evaluate/evaluate.ts';
import type { Compiled } from '../../../shared/evaluate/compile.ts';
import { nowMs } from '../../make.ts';
import type { Bench, BenchOptions, Measure } from '../bench.ts';
import { syntheticJobs } from '../evaluation/jobs.ts';
import { compiledOf } from '../evaluation/product.ts';
import { crowdOf, rulesFor } from '../evaluation/workload.ts';
import { randomOf } from '../random.ts';
import { interleaved, median, ratio, type Times } from '../rounds.ts';
import { recordOf } from './records.ts';

// Synthetic: no such project, person or job exists.

const seed = 20_260_312;
const ruleCount = 50;
const forRules = 25_000;
const project = 'team00-core-prod';

/** `pages` of so many jobs each, and so many rounds. */
const sizes: Readonly<
  Record<BenchOptions['scale'], { pages: number; jobs: number; rounds: number; forRules: number }>
> = {
  tiny: { pages: 2, jobs: 50, rounds: 3, forRules: 400 },
  short: { pages: 20, jobs: 1000, rounds: 15, forRules },
  full: { pages: 100, jobs: 1000, rounds: 25, forRules },
};

/** The pages of one listing as they come off the wire, each with the token of the next. */
function pagesOf(count: number, jobs: number): readonly Buffer[] {
  const random = randomOf(seed);
  const records = syntheticJobs(random, count * jobs).map((job) => recordOf({ ...job, project }, random));
  return Array.from({ length: count }, (_, index) => {
    const nextPageToken = index === count - 1 ? undefined : `page-${index + 1}`;
    return gzipSync(JSON.stringify({ nextPageToken, jobs: records.slice(index * jobs, (index + 1) * jobs) }));
  });
}

const textOf = (page: Buffer) => gunzipSync(page).toString();

/** The least that anybody does with a page. */
function parseOnly(pages: readonly Buffer[]): number {
  let count = 0;
  for (const page of pages) {
    const body: unknown = JSON.parse(textOf(page));
    if (typeof body === 'object' && body !== null) count += Object.keys(body).length;
  }
  return count;
}

/** What the product does with them: its own listing over a client that has the pages already, and a verdict on each job. */
async function listAndJudge(pages: readonly Buffer[], policy: Compiled): Promise<number> {
  let at = 0;
  const source = bigQuerySource(async () => textOf(pages[at++] ?? Buffer.of()));
  const budget = { signal: new AbortController().signal, untilMs: Number.POSITIVE_INFINITY };
  let count = 0;
  for await (const { jobs } of source.list({ engine: 'bigquery', name: `bigquery:${project}`, project }, budget))
    for (const job of jobs) count += judge(policy, job, nowMs).length;
  return count;
}

async function* measure({ scale, progress }: BenchOptions): AsyncIterable<Measure> {
  const { pages: count, jobs, rounds, forRules: sample } = sizes[scale];
  progress('drawing pages');
  const pages = pagesOf(count, jobs);
  const policy = compiledOf(rulesFor(crowdOf(sample), ruleCount));
  progress('timing');
  const units = count * jobs;
  const parse = { name: 'parse', units, run: () => parseOnly(pages) };
  const whole = { name: 'whole', units, run: () => listAndJudge(pages, policy) };
  const times: Times = await interleaved([parse, whole], { rounds, warmUps: 2 });
  const what = `gunzip, parse, read and judge() by ${ruleCount} rules, pages of ${jobs} jobs, against gunzip and JSON.parse`;
  yield { id: 'pipeline', what, value: ratio(times, 'whole', 'parse'), unit: '×', goal: { atMost: 1.15 } };
  yield { id: 'pipeline-time', what: 'all of it, a job', value: median(times.get('whole') ?? []), unit: 'ns' };
}

/** What a listed job costs from the wire to its verdict, beside the least that anybody does with its bytes. */
export const pipeline: Bench = { name: 'pipeline', measure };
