import type { Job } from '../jobs/job.ts';
import { holdsBlock } from './matchers.ts';
import { holdAgainst, isOver, type LimitResult } from './limits.ts';
import { reaches } from './reach.ts';
import { isActive } from './active.ts';
import type { Compiled, CompiledRule } from './compile.ts';
import { every, some, type Truth } from './truth.ts';

/** What one rule makes of one job, part by part. It applies when `matched`, `reached` and `limit.over` are all true. */
export interface RuleResult {
  readonly compiled: CompiledRule;
  readonly active: boolean;
  readonly matched: Truth;
  /** Whether a block that matches also reaches the job; always so for a rule that does not cancel. */
  readonly reached: Truth;
  readonly limit: LimitResult;
  readonly warnAt: LimitResult | undefined;
}

/** Holds one rule against one job at `nowMs`. */
export function judgeRule(rule: CompiledRule, job: Job, nowMs: number, compiled: Compiled): RuleResult {
  const { costs, ownPrincipal } = compiled.deployment;
  const matches = rule.match.map((matcher) => holdsBlock(matcher, job));
  const reached = rule.match.map((matcher, index) =>
    every([matches[index], reaches(matcher.block, job, ownPrincipal)]),
  );
  const { warnAt } = rule.rule;
  return {
    compiled: rule,
    active: isActive(rule.rule.active, nowMs, compiled.policy.timezone),
    matched: some(matches),
    reached: rule.rule.action === 'cancel' ? some(reached) : some(matches),
    limit: holdAgainst(rule.rule.limit, job, nowMs, costs),
    warnAt: warnAt === undefined ? undefined : holdAgainst(warnAt, job, nowMs, costs),
  };
}

/**
 * Whether a rule can have any say on a job: its limit or its warning line has passed, or it sets others aside. Numbers
 * are looked at before matches, because they are cheap and nearly no job is over.
 */
export function hasSay(
  { rule, lines }: CompiledRule,
  job: Job,
  nowMs: number,
  { deployment: { costs } }: Compiled,
): boolean {
  if (rule.overrides.length > 0) return true;
  for (const line of lines) if (isOver(line, job, nowMs, costs)) return true;
  return false;
}

/** Whether the rule applies: its limit has passed, or only its earlier warning line has. Undefined: it does not. */
export function phaseOf(result: RuleResult): 'limit' | 'warnAt' | undefined {
  if (!result.active || result.reached !== true) return undefined;
  if (result.limit.over === true) return 'limit';
  return result.warnAt?.over === true ? 'warnAt' : undefined;
}

/** Names of the rules that are set aside for this job. A rule that may match sets aside as well: that never adds a cancel. */
export function setAside(results: readonly RuleResult[]): ReadonlySet<string> {
  const overriding = results.filter((result) => result.active && result.matched !== false);
  return new Set(overriding.flatMap((result) => result.compiled.rule.overrides));
}
