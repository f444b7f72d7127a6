import { cancelAt } from '../../shared/evaluate/due.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { graceEndsAt } from '../../shared/evaluate/grace.ts';
import { isPlanned } from '../../shared/evaluate/safety.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import type { Run } from './world.ts';

/** A cancel that is not due yet. */
interface Due extends Verdict {
  readonly dueMs: number;
}

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

/** Whether any rule may have a say by then. What no rule begins at by then breaks none before: nearly every job. */
function mayBreak(run: Run, job: Job, untilMs: number): boolean {
  return run.compiled.candidates.of(job, untilMs - 1).length > 0;
}

/** The cancel that nothing holds back before `untilMs`, as of the moment at which it is due. */
function dueBefore(run: Run, job: Job, untilMs: number): Due | undefined {
  const soon = judge(run.compiled, job, untilMs - 1).find(isReal);
  const dueMs = soon === undefined ? undefined : dueAt(run, soon, run.world.clock.now());
  if (soon === undefined || dueMs === undefined || dueMs >= untilMs) return undefined;
  // What begins or ends by the calendar until then is left to the next sweep.
  const due = judge(run.compiled, job, dueMs).find((one) => isReal(one) && one.rule === soon.rule);
  return due === undefined ? undefined : { ...due, dueMs };
}

/**
 * The verdicts on a job as it is now, and the cancel that will be due before this sweep's last moment to cancel: it is
 * planned now and sent at its instant. Only limits on time and graces can be foreseen.
 */
export function judgeWithin(run: Run, job: Job): readonly Verdict[] {
  if (!mayBreak(run, job, run.cancelByMs)) return [];
  const verdicts = judge(run.compiled, job, run.world.clock.now());
  if (verdicts.some(isReal)) return verdicts;
  const due = dueBefore(run, job, run.cancelByMs);
  return due === undefined ? verdicts : [...verdicts, due];
}

/** The cancel that will be due too late for this sweep, but before `untilMs`: as of the moment at which it is due. */
export function dueTooLate(run: Run, job: Job, untilMs: number): Due | undefined {
  if (!mayBreak(run, job, untilMs)) return undefined;
  const due = dueBefore(run, job, untilMs);
  return due !== undefined && due.dueMs >= run.cancelByMs ? due : undefined;
}
