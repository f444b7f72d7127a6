import { cancelAt } from '../../shared/evaluate/due.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { graceEndsAt } from '../../shared/evaluate/grace.ts';
import { isPlanned } from '../../shared/evaluate/safety.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import type { Run } from './world.ts';

/** When a cancel that is not due yet becomes due: its limit has passed by then, and its grace is over. */
function dueAt(run: Run, { rule: name, job }: Verdict, nowMs: number): number | undefined {
  const { policy, deployment } = run.compiled;
  const rule = policy.rules.find((one) => one.name === name);
  if (rule?.graceMs === undefined) return undefined;
  const { graceMs } = rule;
  const limitMs = cancelAt(rule.limit, job, nowMs, deployment.costs);
  const graceEndMs = graceMs === 0 ? 0 : graceEndsAt({ ...rule, graceMs }, deployment.told?.(job, name));
  // Over is strictly greater.
  return limitMs === undefined || graceEndMs === undefined ? undefined : Math.max(limitMs + 1, graceEndMs);
}

const isReal = (verdict: Verdict) => isPlanned(verdict) && verdict.mode === 'enforce';

/**
 * The verdicts on a job as it is now, and the cancel that will be due before this sweep's last moment to cancel: it is
 * planned now and sent at its instant. Only limits on time and graces can be foreseen.
 */
export function judgeWithin(run: Run, job: Job): readonly Verdict[] {
  const nowMs = run.world.clock.now();
  // What no rule begins at by then breaks none before: nearly every job.
  if (run.compiled.candidates.of(job, run.cancelByMs - 1).length === 0) return [];
  const verdicts = judge(run.compiled, job, nowMs);
  if (verdicts.some(isReal)) return verdicts;
  const soon = judge(run.compiled, job, run.cancelByMs - 1).find(isReal);
  const dueMs = soon === undefined ? undefined : dueAt(run, soon, nowMs);
  if (soon === undefined || dueMs === undefined || dueMs >= run.cancelByMs) return verdicts;
  // What begins or ends by the calendar until then is left to the next sweep.
  const due = judge(run.compiled, job, dueMs).find((one) => isReal(one) && one.rule === soon.rule);
  return due === undefined ? verdicts : [...verdicts, { ...due, dueMs }];
}
