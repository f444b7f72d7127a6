import type { Job } from '../../../shared/jobs/job.ts';
import type { Bench, BenchOptions, Goal, Measure } from '../bench.ts';
import { interleaved, median, ratio, type Timed } from '../rounds.ts';
import { cel } from './cel.ts';
import type { Contender } from './contender.ts';
import { touch } from './floor.ts';
import { jsonRulesEngine } from './json-rules-engine.ts';
import { product } from './product.ts';
import type { PlainRule } from './rules.ts';
import { ruleCounts, sizes, type Size } from './sizes.ts';
import { compared, crowdOf, hardRulesFor, rulesFor, sampleOf, violatingShare, type Crowd } from './workload.ts';

type RuleCount = (typeof ruleCounts)[number];

const floor = 'touching every field';
/** One pass over thousands of jobs is enough for a compiler that optimises while it runs. */
const warmUps = 1;

interface Setting {
  readonly crowd: Crowd;
  readonly size: Size;
  readonly count: RuleCount;
  readonly rules: readonly PlainRule[];
  /** Four in ten of the rules have a limit that most jobs are near or over. */
  readonly isHard: boolean;
}

/** What is asked for, of the settings and figures that something is asked for. */
const goals: Readonly<Record<string, Goal>> = {
  'evaluation-50-floor': { atMost: 2 },
  'evaluation-200-floor': { atMost: 3 },
  'evaluation-hard-floor': { atMost: 8 },
  'evaluation-growth': { atMost: 3 },
  'evaluation-50-cel': { atLeast: 100 },
  'evaluation-50-json': { atLeast: 10_000 },
};

const grouped = (count: number) => count.toLocaleString('en-US');
const rulesText = (count: number) => (count === 1 ? '1 rule' : `${count} rules`);

function jobsText(count: number, all: number): string {
  return count >= all ? `all ${grouped(all)} jobs` : `the first ${grouped(count)} of ${grouped(all)} jobs`;
}

function figure(id: string, what: string, value: number, unit: Measure['unit'] = '×'): Measure {
  const goal = goals[id];
  return { id, what, value, unit, ...(goal !== undefined && { goal }) };
}

function row({ count, isHard }: Setting, id: string, what: string, value: number, unit?: Measure['unit']): Measure {
  const [name, near] = isHard ? ['hard', ', most limits near'] : [count, ''];
  return figure(`evaluation-${name}-${id}`, `${rulesText(count)}${near}: ${what}`, value, unit);
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
  // No evaluator can be ahead of a peer by more than the floor is.
  const against = ({ name }: Contender) => {
    const most = ratio(times, name, floor);
    return `a job, against judge() (against ${floor}, the most that can be: ${grouped(Math.round(most))})`;
  };
  const againstFloor = ratio(times, ours.name, floor);
  yield row(setting, 'floor', `judge() on ${on(ourJobs[count])}, a job, against ${floor} once`, againstFloor);
  yield row(
    setting,
    'cel',
    `${fast.name} on ${on(celJobs[count])}, ${against(fast)}`,
    ratio(times, fast.name, ours.name),
  );
  yield row(
    setting,
    'json',
    `${slow.name} on ${on(jsonJobs[count])}, ${against(slow)}`,
    ratio(times, slow.name, ours.name),
  );
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

/** How the time of a job grows with the number of rules. */
async function growth({ jobs }: Crowd, sets: Readonly<Record<'few' | 'many', readonly PlainRule[]>>, rounds: number) {
  const contenders = Object.entries(sets).map(([name, rules]) => timed({ ...product(rules), name }, jobs, jobs.length));
  const value = ratio(await interleaved(contenders, { rounds, warmUps }), 'many', 'few');
  return figure('evaluation-growth', `judge() by ${sets.many.length} rules, against ${sets.few.length} rules`, value);
}

async function* figuresOf(setting: Setting, progress: BenchOptions['progress']): AsyncIterable<Measure> {
  const { crowd, rules, count, isHard } = setting;
  const about = `${rulesText(count)}${isHard ? ' near most jobs' : ''}`;
  const share = violatingShare(crowd, rules) * 100;
  yield row(setting, 'violating', `jobs that ${count === 1 ? 'it' : 'some rule'} applies to`, share, '%');
  progress(`${about}: timing`);
  yield* speed(setting);
  progress(`${about}: comparing decisions`);
  yield* decisions(setting);
}

async function* measure({ scale, progress }: BenchOptions): AsyncIterable<Measure> {
  const size = sizes[scale];
  progress(`drawing ${grouped(size.jobs)} jobs`);
  const crowd = crowdOf(size.jobs);
  const rules = new Map(ruleCounts.map((count) => [count, rulesFor(crowd, count)]));
  for (const count of ruleCounts) {
    yield* figuresOf({ crowd, size, count, rules: rules.get(count) ?? [], isHard: false }, progress);
  }
  yield* figuresOf({ crowd, size, count: 200, rules: hardRulesFor(crowd, 200), isHard: true }, progress);
  progress('growth with the number of rules');
  yield await growth(crowd, { few: rules.get(10) ?? [], many: rules.get(200) ?? [] }, size.rounds);
}

/** What it costs to hold rules against jobs, beside a floor and two peers that decide the same. */
export const evaluation: Bench = { name: 'evaluation', measure };
