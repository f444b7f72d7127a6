import { judge } from '../../shared/evaluate/evaluate.ts';
import { graceEndsAt } from '../../shared/evaluate/grace.ts';
import {
  growthOf,
  grown,
  lowestOf,
  mayPass,
  passesAt,
  type Growth,
  type Sample,
} from '../../shared/evaluate/predict.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import type { Case } from '../../shared/ledger/document.ts';
import { isReal } from './intend.ts';
import type { Run } from './world.ts';

/** A job that may come to break a rule before this sweep is over: it is worth another look. */
export interface Near {
  readonly sample: Sample;
  /** What would be said of it then; its numbers are made up. */
  readonly verdict: Verdict;
  /** When its limit passes if it goes on at its pace, and its grace is over: epoch ms. */
  readonly passesAtMs: number;
}

/** A job counts as near that would pass its limit in time if it used so many times as much from now on. */
const speedUp = 1.25;
/** What a case knows of its job is old enough to tell the pace from. */
const leastOldMs = 30_000;

/** When the limit of the rule passes at this pace, and the grace is over; undefined where it has passed, or never will. */
function momentOf(run: Run, sample: Sample, growth: Growth, { rule: name }: Verdict): number | undefined {
  const { policy, deployment } = run.compiled;
  const rule = policy.rules.find((one) => one.name === name);
  if (rule?.graceMs === undefined) return undefined;
  const { graceMs } = rule;
  const limitMs = passesAt(rule.limit, { sample, growth, costs: deployment.costs });
  const graceEndMs = graceMs === 0 ? 0 : graceEndsAt({ ...rule, graceMs }, deployment.told?.(sample.job, name));
  if (limitMs === undefined || limitMs <= sample.atMs || graceEndMs === undefined) return undefined;
  return Math.max(limitMs, graceEndMs);
}

/**
 * Whether a job that breaks no rule yet may do so before the last moment to cancel in this sweep: from what it has used
 * since it started, or since `before`. Only what would be cancelled for real is waited for.
 */
export function nearOf(run: Run, sample: Sample, before?: Sample): Near | undefined {
  const { compiled, cancelByMs } = run;
  const { job, atMs } = sample;
  const untilMs = cancelByMs - 1;
  const growth = growthOf(sample, before);
  if (untilMs <= atMs || growth.bytes + growth.slotMs === 0) return undefined;
  const then = grown(job, growth, speedUp * (untilMs - atMs));
  if (compiled.candidates.of(then, untilMs).length === 0) return undefined;
  const verdict = judge(compiled, then, untilMs).find(isReal);
  const passesAtMs = verdict === undefined ? undefined : momentOf(run, sample, growth, verdict);
  if (verdict === undefined || passesAtMs === undefined) return undefined;
  return { sample, verdict: { ...verdict, job }, passesAtMs };
}

/** The sample that the case of a job holds, where it is old enough to tell a pace from. */
function earlier(known: Case | undefined, nowMs: number): Sample | undefined {
  const before = known?.verdict?.job;
  if (known === undefined || before === undefined || nowMs - known.updatedAtMs < leastOldMs) return undefined;
  return before.state === 'running' ? { job: before, atMs: known.updatedAtMs } : undefined;
}

/**
 * The same for jobs as they are listed, with their cases. It is asked of every job, and nearly always answered by a few
 * multiplications.
 */
export function nearAsListed(run: Run): (job: Job, known: Case | undefined) => Near | undefined {
  const { compiled, cancelByMs, world } = run;
  const lowest = lowestOf(compiled.rules);
  return (job, known) => {
    const atMs = world.clock.now();
    const { startedAtMs, state } = job;
    if (state !== 'running' || startedAtMs === undefined || startedAtMs >= atMs || cancelByMs <= atMs) return undefined;
    const times = 1 + (speedUp * (cancelByMs - atMs)) / (atMs - startedAtMs);
    const before = earlier(known, atMs);
    const mayBe = before !== undefined || mayPass(lowest, job, times, compiled.deployment.costs);
    return mayBe ? nearOf(run, { job, atMs }, before) : undefined;
  };
}
