import type { Job } from '../../../shared/jobs/job.ts';
import { randomOf } from '../random.ts';
import type { Contender } from './contender.ts';
import { factsOf, type Facts } from './facts.ts';
import { syntheticJob, syntheticJobs } from './jobs.ts';
import { anyApplies } from './plain.ts';
import { sketches, type PlainRule } from './rules.ts';
import { withThresholds } from './thresholds.ts';

const seed = 20_260_311;

/** Jobs and the same jobs as the peers are given them. */
export interface Crowd {
  readonly jobs: readonly Job[];
  readonly facts: readonly Facts[];
}

/** So many jobs, the same ones in every run. */
export function crowdOf(count: number): Crowd {
  const jobs = syntheticJobs(randomOf(seed), count);
  return { jobs, facts: jobs.map(factsOf) };
}

/** Numbers are found with so many of the jobs; the others are drawn in the same way. */
const forNumbers = 25_000;

/** So many rules for a crowd, of which some rule applies to about one job in a hundred. */
export function rulesFor({ jobs, facts }: Crowd, count: number): readonly PlainRule[] {
  const random = randomOf(seed + count);
  return withThresholds(
    sketches(random, [syntheticJob(random, jobs.length), ...jobs], count),
    facts.slice(0, forNumbers),
  );
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
