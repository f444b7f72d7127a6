import type { Job } from '../../../shared/jobs/job.ts';
import { readJob } from '../../../shared/engines/bigquery/record.ts';
import { recordOf } from '../pipeline/records.ts';
import { randomOf, type Random } from '../random.ts';
import type { Contender } from './contender.ts';
import { factsOf, type Facts } from './facts.ts';
import { syntheticJob, syntheticJobs } from './jobs.ts';
import { withNearLimits } from './near.ts';
import { anyApplies } from './plain.ts';
import { sketches, type PlainRule } from './rules.ts';
import { withThresholds } from './thresholds.ts';

const seed = 20_260_311;

/** Jobs and the same jobs as the peers are given them. */
export interface Crowd {
  readonly jobs: readonly Job[];
  readonly facts: readonly Facts[];
}

/** A job as a sweep has it: read off the wire, so that no two jobs share a text. */
function listed(job: Job, random: Random): Job {
  const { target, project } = job;
  const record: unknown = JSON.parse(JSON.stringify(recordOf(job, random)));
  const reading = readJob(record, { target, project, withText: false });
  if ('job' in reading) return reading.job;
  throw new Error(`[bench] ${reading.unreadable}`);
}

/** So many jobs, the same ones in every run. */
export function crowdOf(count: number): Crowd {
  const random = randomOf(seed + 1);
  const jobs = syntheticJobs(randomOf(seed), count).map((job) => listed(job, random));
  return { jobs, facts: jobs.map(factsOf) };
}

/** Numbers are found with so many of the jobs; the others are drawn in the same way. */
const forNumbers = 25_000;

/** What rules are made from: jobs that are seen whole, and one that is there in any case. */
function basesOf(jobs: readonly Job[], random: Random): readonly [Job, ...Job[]] {
  return [listed(syntheticJob(random, jobs.length), random), ...jobs.filter(({ redacted }) => !redacted)];
}

/** So many rules for a crowd, of which some rule applies to about one job in a hundred. */
export function rulesFor({ jobs, facts }: Crowd, count: number): readonly PlainRule[] {
  const random = randomOf(seed + count);
  return withThresholds(sketches(random, basesOf(jobs, random), count), facts.slice(0, forNumbers));
}

/** So many rules for a crowd, with four in ten of which most jobs are near or over the limit. */
export function hardRulesFor(crowd: Crowd, count: number): readonly PlainRule[] {
  const random = randomOf(seed - count);
  return withNearLimits(random, basesOf(crowd.jobs, random), rulesFor(crowd, count));
}

/** The share of jobs that some rule applies to. */
export function violatingShare({ facts }: Crowd, rules: readonly PlainRule[]): number {
  return facts.filter(anyApplies(rules)).length / facts.length;
}

/** Half of the number: jobs that rules apply to, as far as there are any; the rest: whatever comes first. */
export function sampleOf({ jobs, facts }: Crowd, rules: readonly PlainRule[], count: number): readonly Job[] {
  const applies = anyApplies(rules);
  const hit = jobs.filter((_, index) => {
    const one = facts[index];
    return one !== undefined && applies(one);
  });
  const half = hit.slice(0, Math.ceil(count / 2));
  return [...half, ...jobs.slice(0, count - half.length)];
}

/** How many names stand in one of two lists only; a name that stands in one twice counts as well. */
function difference(a: readonly string[], b: readonly string[]): number {
  const left = new Set(a);
  const right = new Set(b);
  const strange =
    [...left].filter((name) => !right.has(name)).length + [...right].filter((name) => !left.has(name)).length;
  return strange + a.length - left.size + b.length - right.size;
}

/** In how many (job, rule) pairs two contenders differ, and how many there are. */
export async function compared(a: Contender, b: Contender, jobs: readonly Job[]) {
  const ours = await a.load(jobs).pairs();
  const theirs = await b.load(jobs).pairs();
  const sizes = jobs.map((_, index) => difference(ours[index] ?? [], theirs[index] ?? []));
  return { pairs: ours.flat().length, different: sizes.reduce((sum, size) => sum + size, 0) };
}
