import type { Job } from '../../../shared/jobs/job.ts';
import type { Random } from '../random.ts';
import { factsOf } from './facts.ts';
import type { Condition, PlainLimit, PlainRule } from './rules.ts';

const near: PlainLimit = { how: 'any', of: [['runTime', 10_000]] };
/** The language knows no rule without a limit: every job that runs or waits is over this one. */
const nothing: PlainLimit = {
  how: 'any',
  of: [
    ['runTime', 0],
    ['queueTime', 0],
  ],
};

function is(field: Condition['field'], word: string): Condition {
  return { field, how: 'is', words: [word], negated: false };
}

/** What one identity does in one project, or one client of it: true of the job that it is made from, and of few others. */
function narrowScope(random: Random, base: Job): readonly Condition[] {
  const { project, principal, client } = factsOf(base);
  const who = random.chance(0.5) || client === '' ? is('principal', principal) : is('client', client);
  return [is('project', project), who];
}

/**
 * Rules of which most jobs are near the limit, in the place of as many others: of ten, three have a limit of 10 s and one
 * has a limit that every job is over, both for few jobs only. So no job is below all limits.
 */
export function withNearLimits(random: Random, jobs: readonly [Job, ...Job[]], rules: readonly PlainRule[]) {
  return rules.map((rule, index): PlainRule => {
    const limit = index % 10 === 9 ? nothing : index % 10 > 5 ? near : undefined;
    if (limit === undefined) return rule;
    return { ...rule, limit, scope: narrowScope(random, random.pick(jobs)), unless: undefined };
  });
}
