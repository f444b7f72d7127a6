import { explain, type Explanation } from '../../shared/evaluate/explain.ts';
import { planOf } from '../../shared/evaluate/safety.ts';
import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import type { Path } from '../../shared/policy/lines.ts';
import { compiledFor } from './asked.ts';
import { differencesOf, type Difference } from './test-expect.ts';
import type { ReadyFile, ReadyTest } from './test-read.ts';
import { toldOf, withOwner } from './told.ts';
import { byDoing } from './verdict-lines.ts';

/** What came of one job of a test. */
export interface JobResult {
  readonly job: Job;
  readonly verdicts: readonly Verdict[];
  readonly differences: readonly Difference[];
  readonly explanation: Explanation;
  readonly path: Path;
}

/** What came of one test. */
export interface TestResult {
  readonly test: ReadyTest;
  readonly ok: boolean;
  readonly jobs: readonly JobResult[];
}

/** Whether a sweep would list the job, so that it counts for the breaker. */
function isSeen(job: Job): boolean {
  return !job.redacted && job.state !== 'done' && typeof job.parentId !== 'string';
}

function receiversOf(verdicts: readonly Verdict[], { policy }: ReadyFile['policy'], nowMs: number): readonly string[] {
  const chains = verdicts.flatMap((verdict) => toldOf(verdict, policy, nowMs).receivers);
  return [...new Set(chains.map(([first = 'nobody']) => first))];
}

/** Runs one test: all of its jobs are judged, and planned for, as the jobs of one sweep. */
export function runTest(test: ReadyTest, { policy, watchdog }: ReadyFile): TestResult {
  const { nowMs, setting } = test;
  const compiled = compiledFor(policy.policy, { setting, ownPrincipal: watchdog?.toLowerCase() });
  const explained = test.jobs.map((one) => ({ ...one, explanation: explain(compiled, one.job, nowMs) }));
  const judged = explained.flatMap(({ explanation }) => explanation.verdicts.map(({ verdict }) => verdict));
  const owned = judged.map((verdict) => withOwner(verdict, policy));
  const seen = test.jobs.filter(({ job }) => isSeen(job)).length + test.otherJobs;
  const plan = planOf(compiled, owned, seen, nowMs);
  const jobs = explained.map(({ job, expected, explanation, path }): JobResult => {
    const verdicts = plan.verdicts.filter((verdict) => verdict.job === job).sort(byDoing);
    const owner = ownerOf(job, policy.policy, policy.lookups).name;
    const got = { verdicts, owner, told: receiversOf(verdicts, policy, nowMs) };
    return { job, verdicts, explanation, path, differences: differencesOf(expected, got) };
  });
  return { test, ok: jobs.every(({ differences }) => differences.length === 0), jobs };
}

/** The name of a job in what a test says: its id where that tells it from the others. */
export function shortName(job: Job, jobs: readonly JobResult[]): string {
  return jobs.filter((other) => other.job.id === job.id).length === 1 ? job.id : jobName(job);
}
