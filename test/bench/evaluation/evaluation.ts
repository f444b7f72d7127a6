import type { Job } from '../../../shared/jobs/job.ts';
import type { Bench, BenchOptions, Measure } from '../bench.ts';
import { interleaved, median, ratio, type Timed } from '../rounds.ts';
import { cel } from './cel.ts';
import type { Contender } from './contender.ts';
import { touch } from './floor.ts';
import { jsonRulesEngine } from './json-rules-engine.ts';
import { product } from './product.ts';
import type { PlainRule } from './rules.ts';
import { ruleCounts, sizes, type Size } from './sizes.ts';
import { compared, crowdOf, rulesFor, sampleOf, violatingShare, type Crowd } from './workload.ts';

type RuleCount = (typeof ruleCounts)[number];

const floor = 'touching every field';
/** One pass over thousands of jobs is enough for a compiler that optimises while it runs. */
const warmUps = 1;

interface Setting {
  readonly crowd: Crowd;
  readonly size: Size;
  readonly count: RuleCount;
  readonly rules: readonly PlainRule[];
}

const grouped = (count: number) => count.toLocaleString('en-US');
const rulesText = (count: number) => (count === 1 ? '1 rule' : `${count} rules`);

function jobsText(count: number, all: number): string {
  return count >= all ? `all ${grouped(all)} jobs` : `the first ${grouped(count)} of ${grouped(all)} jobs`;
}

function row({ count }: Setting, id: string, what: string, value: number, unit: Measure['unit'] = '×'): Measure {
  return { id: `evaluation-${count}-${id}`, what: `${rulesText(count)}: ${what}`, value, unit };
}

function timed({ name, load }: Contender, jobs: readonly Job[], count: number): Timed {
  const some = jobs.slice(0, count);
  return { name, units: some.length, run: load(some).run };
}

async function* speed(setting: Setting): AsyncIterable<Measure> {
  const { jobs } = setting.crowd;
  const { rounds, product: ourJobs, cel: celJobs, json: jsonJobs } = setting.size;
  const { count, rules } = setting;
  const [ours, fast, slow] = [product(rules), cel(rules), jsonRulesEngine(rules)];
  const contenders = [
    { name: floor, units: jobs.length, run: () => touch(jobs) },
    timed(ours, jobs, ourJobs[count]),
    timed(fast, jobs, celJobs[count]),
    timed(slow, jobs, jsonJobs[count]),
  ];
  const times = await interleaved(contenders, { rounds, warmUps });
  const on = (some: number) => jobsText(some, jobs.length);
  const against = 'a job, against judge()';
  const againstFloor = ratio(times, ours.name, floor);
  yield row(setting, 'floor', `judge() on ${on(ourJobs[count])}, a job, against ${floor} once`, againstFloor);
  yield row(setting, 'cel', `${fast.name} on ${on(celJobs[count])}, ${against}`, ratio(times, fast.name, ours.name));
  yield row(setting, 'json', `${slow.name} on ${on(jsonJobs[count])}, ${against}`, ratio(times, slow.name, ours.name));
  yield row(setting, 'time', 'judge(), a job', median(times.get(ours.name) ?? []), 'ns');
}

async function* decisions(setting: Setting): AsyncIterable<Measure> {
  const { crowd, rules, size, count } = setting;
  const jobs = sampleOf(crowd, rules, size.checked[count]);
  const ours = product(rules);
  for (const peer of [cel(rules), jsonRulesEngine(rules)]) {
    const { pairs, different } = await compared(ours, peer, jobs);
    const what = `(job, rule) pairs in which ${peer.name} differs from judge(): ${grouped(pairs)} pairs of ${grouped(jobs.length)} jobs`;
    yield row(setting, `${peer.id}-differs`, what, different, 'pairs');
  }
}

async function* measure({ scale, progress }: BenchOptions): AsyncIterable<Measure> {
  const size = sizes[scale];
  progress(`drawing ${grouped(size.jobs)} jobs`);
  const crowd = crowdOf(size.jobs);
  for (const count of ruleCounts) {
    progress(`${rulesText(count)}: writing them`);
    const setting = { crowd, size, count, rules: rulesFor(crowd, count) };
    const share = violatingShare(crowd, setting.rules) * 100;
    yield row(setting, 'violating', `jobs that ${count === 1 ? 'it' : 'some rule'} applies to`, share, '%');
    progress(`${rulesText(count)}: timing`);
    yield* speed(setting);
    progress(`${rulesText(count)}: comparing decisions`);
    yield* decisions(setting);
  }
}

/** What it costs to hold rules against jobs, beside a floor and two peers that decide the same. */
export const evaluation: Bench = { name: 'evaluation', measure };
