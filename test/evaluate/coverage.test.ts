import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isActive } from '../../shared/evaluate/active.ts';
import { compile } from '../../shared/evaluate/compile.ts';
import { coverageOf, type RuleCoverage } from '../../shared/evaluate/coverage.ts';
import { costsOf } from '../../shared/evaluate/cost.ts';
import { holdAgainst } from '../../shared/evaluate/limits.ts';
import { holdsAny } from '../../shared/evaluate/matchers.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, aPolicy, aRule, compiled as madeReady, gib, hours, minutes, nowMs } from '../make.ts';
import * as arbitrary from './arbitrary.ts';

// Synthetic: no such job or rule exists.
const policy = aPolicy({
  rules: [
    aRule({ name: 'long', match: { principal: '*@example.com' }, limit: { runTime: '30m' } }),
    aRule({ name: 'big', match: { labels: { team: '*' } }, limit: { bytesProcessed: '1 TB' } }),
  ],
});
const compiled = compile(policy, { setting: 'enforce', ownPrincipal: undefined, costs: costsOf(policy.prices) });

function covered(jobs: readonly Job[]) {
  const coverage = coverageOf(compiled, nowMs);
  for (const job of jobs) coverage.note(job);
  return coverage.rules();
}

test('a rule covers the jobs that it is about: those over its limit, and those of which that is not known, are counted', () => {
  const short = aJob({ runTimeMs: minutes(1), bytesProcessed: gib(1), labels: { team: 'a' } });
  const long = aJob({ runTimeMs: hours(1), bytesProcessed: gib(2000), labels: {} });
  const { bytesProcessed: _, ...unmeasured } = short;
  const { labels: __, ...unlabelled } = long;
  const stranger = aJob({ runTimeMs: hours(1), principal: 'sam@elsewhere.org', labels: {} });
  expect(covered([short, long, unmeasured, unlabelled, stranger])).toEqual({
    long: { jobs: 4, over: 2, unknown: 0 },
    big: { jobs: 3, over: 0, unknown: 2 },
  });
});

test('jobs that are never judged are not covered', () => {
  const job = aJob({ runTimeMs: hours(1) });
  const none: readonly Job[] = [
    { ...job, redacted: true },
    { ...job, state: 'done' },
    { ...job, parentId: 'p' },
  ];
  expect(covered(none)['long']).toEqual({ jobs: 0, over: 0, unknown: 0 });
});

/** Each rule is held against each job, and everything is measured. */
function plainly(ready: ReturnType<typeof madeReady>, jobs: readonly Job[]): Readonly<Record<string, RuleCoverage>> {
  const active = ready.rules.filter(({ rule }) => isActive(rule.active, nowMs, ready.policy.timezone));
  const counted = active.map(({ rule, match }): [string, RuleCoverage] => {
    const about = jobs.filter((job) => holdsAny(match, job) !== false);
    const over = about.map((job) =>
      holdsAny(match, job) === true ? holdAgainst(rule.limit, job, nowMs, ready.deployment.costs).over : undefined,
    );
    const count = (wanted: boolean | undefined) => over.filter((one) => one === wanted).length;
    return [rule.name, { jobs: about.length, over: count(true), unknown: count(undefined) }];
  });
  return Object.fromEntries(counted);
}

test('the numbers are those of holding every rule against every job, also where much is unknown', () => {
  fc.assert(
    fc.property(arbitrary.policy, fc.array(arbitrary.job, { maxLength: 12 }), (written, jobs) => {
      const ready = madeReady(written);
      const coverage = coverageOf(ready, nowMs);
      for (const job of jobs) coverage.note(job);
      expect(coverage.rules()).toEqual(plainly(ready, jobs));
    }),
    { numRuns: 500 },
  );
});
