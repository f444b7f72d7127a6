import type { Job } from '../jobs/job.ts';
import { isActive } from './active.ts';
import type { Compiled, CompiledRule } from './compile.ts';
import { holdAgainst } from './limits.ts';
import { holdsBlock } from './matchers.ts';
import { some } from './truth.ts';

/** How far a rule reaches: jobs that it is about, those over its limit, and those of which that cannot be told. */
export interface RuleCoverage {
  readonly jobs: number;
  readonly over: number;
  /** Its match or its limit asks something that the engine does not say. A rule with nothing else guards nobody. */
  readonly unknown: number;
}

/** Counts, job by job, what each rule of a policy covers. */
export interface Coverage {
  note(job: Job): void;
  rules(): Readonly<Record<string, RuleCoverage>>;
}

const none: RuleCoverage = { jobs: 0, over: 0, unknown: 0 };

function after(
  before: RuleCoverage,
  { match, rule }: CompiledRule,
  about: { job: Job; nowMs: number; costs: Compiled['deployment']['costs'] },
): RuleCoverage {
  const { job, nowMs, costs } = about;
  const matched = some(match.map((matcher) => holdsBlock(matcher, job)));
  if (matched === false) return before;
  const over = matched === undefined ? undefined : holdAgainst(rule.limit, job, nowMs, costs).over;
  return {
    jobs: before.jobs + 1,
    over: before.over + (over === true ? 1 : 0),
    unknown: before.unknown + (over === undefined ? 1 : 0),
  };
}

/** Coverage of the rules that are active at `nowMs`, by the jobs as they are listed. Jobs that are not judged do not count. */
export function coverageOf(compiled: Compiled, nowMs: number): Coverage {
  const { costs } = compiled.deployment;
  const active = compiled.rules.filter(({ rule }) => isActive(rule.active, nowMs, compiled.policy.timezone));
  const found = new Map(active.map((one) => [one, none]));
  return {
    note: (job) => {
      if (job.redacted || typeof job.parentId === 'string') return;
      if (job.state !== 'running' && job.state !== 'pending') return;
      for (const one of active) found.set(one, after(found.get(one) ?? none, one, { job, nowMs, costs }));
    },
    rules: () => Object.fromEntries([...found].map(([{ rule }, covered]) => [rule.name, covered])),
  };
}
