import type { Job } from '../jobs/job.ts';
import { noBlocks } from './block-set.ts';
import type { CompiledRule } from './compile.ts';
import { isUnjudged } from './judge-rule.ts';
import { isOver } from './limits.ts';
import { marksOf } from './marks.ts';
import { mayHold } from './matchers.ts';
import { amount, type Costs } from './measure.ts';
import { scopesOf } from './scopes.ts';

/** The rules of a policy, arranged so that the few that can have a say on a job are found without asking the others. */
export interface Candidates {
  /**
   * The rules that could change the verdicts on the job, in the policy's order: those that may match it and have a line
   * that has passed, or warn of what cannot be judged; and where there is one, those that may match it and override
   * others.
   */
  of(job: Job, nowMs: number): readonly CompiledRule[];
}

const none: readonly CompiledRule[] = [];

/** Where all its lines need one number, its mark has told already. */
function isPast({ lines }: CompiledRule, job: Job, { nowMs, costs }: { nowMs: number; costs: Costs }): boolean {
  for (const line of lines) if (isOver(line, job, nowMs, costs)) return true;
  return false;
}

/** Those that warn where none of their numbers is known, and that is so. */
function unjudgedOf(rules: readonly CompiledRule[], costs: Costs): Candidates['of'] {
  const unjudging = rules.filter(({ rule }) => rule.ifUnknown === 'warn');
  if (unjudging.length === 0) return () => none;
  return (job, nowMs) =>
    unjudging.filter(({ rule, lines, match }) => {
      if (!isUnjudged(rule, job, nowMs)) return false;
      const isUnknown = lines.every(({ all }) =>
        all.every(({ metric }) => amount(metric, job, nowMs, costs) === undefined),
      );
      return isUnknown && mayHold(match, job);
    });
}

/** Those of several lists, each once. */
function together(...lists: readonly (readonly CompiledRule[])[]): readonly CompiledRule[] {
  return [...new Set(lists.flat())].sort((a, b) => a.order - b.order);
}

/**
 * Arranges rules by what is cheap to ask: first the lowest numbers of all rules, which nearly no job is above; then which
 * rules' numbers it is above; and of those, value by value, which can match it.
 */
export function candidatesOf(rules: readonly CompiledRule[], costs: Costs): Candidates {
  const scopes = scopesOf(rules);
  const marks = marksOf(rules, scopes, costs);
  const unjudged = unjudgedOf(rules, costs);
  const overriding = rules.filter(({ rule }) => rule.overrides.length > 0);
  const set = noBlocks(scopes.count);
  const passed: Candidates['of'] = (job, nowMs) => {
    if (!marks.isAboveAny(job, nowMs) || !marks.collect(set, job, nowMs)) return none;
    const found = scopes.rulesOf(set, job);
    return found.length === 0 ? none : found.filter((rule) => isPast(rule, job, { nowMs, costs }));
  };
  return {
    of: (job, nowMs) => {
      const [over, open] = [passed(job, nowMs), unjudged(job, nowMs)];
      if (over.length === 0 && open.length === 0) return none;
      if (open.length === 0 && overriding.length === 0) return over;
      const also = overriding.filter(({ match }) => mayHold(match, job));
      return together(over, open, also);
    },
  };
}
