import { formatDuration } from '../jobs/duration.ts';
import type { Job } from '../jobs/job.ts';
import type { Rule } from '../policy/rule.ts';
import { holdsBlock } from './matchers.ts';
import { holdAgainst, type LimitResult } from './limits.ts';
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

/** A rule that warns of limits that cannot be judged waits so long for their numbers, counted from the start of the job. */
const patienceMs = 600_000;

function beginOf({ startedAtMs, createdAtMs }: Job): number | undefined {
  return startedAtMs ?? createdAtMs;
}

function ageMs(job: Job, nowMs: number): number | undefined {
  const beginMs = beginOf(job);
  return beginMs === undefined ? undefined : nowMs - beginMs;
}

/** From when on the rule would warn of this job if none of its limits could be judged: epoch ms, or undefined for never. */
export function warnsUnjudgedFrom({ ifUnknown }: Rule, job: Job): number | undefined {
  const beginMs = beginOf(job);
  return ifUnknown !== 'warn' || beginMs === undefined ? undefined : beginMs + patienceMs;
}

/** Whether the rule would warn of a job of this age if none of its limits could be judged. */
export function isUnjudged({ ifUnknown }: Rule, job: Job, nowMs: number): boolean {
  return ifUnknown === 'warn' && (ageMs(job, nowMs) ?? 0) >= patienceMs;
}

/** Whether the rule warns of the job because none of its limits could be judged for ten minutes. */
export function warnsUnjudged(
  { compiled, active, reached, limit, warnAt }: RuleResult,
  job: Job,
  nowMs: number,
): boolean {
  if (!active || reached !== true || !isUnjudged(compiled.rule, job, nowMs)) return false;
  return [...limit.measured, ...(warnAt?.measured ?? [])].every(({ over }) => over === undefined);
}

/** The reason of such a warning: `could not be judged for 12 min: the engine gives no slot time yet`. */
export function unjudgedBecause({ limit }: RuleResult, job: Job, nowMs: number): string {
  const reasons = [...new Set(limit.measured.flatMap(({ why }) => why ?? []))].join(', and ');
  return `could not be judged for ${formatDuration(ageMs(job, nowMs) ?? 0)}: ${reasons}`;
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
