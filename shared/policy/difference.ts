import { compareExceptions } from './difference/exceptions.ts';
import type { Change } from './difference/change.ts';
import { compareRules } from './difference/rules.ts';
import { compareTargets } from './difference/targets.ts';
import { compareWhole } from './difference/whole.ts';
import type { Policy } from './schema.ts';

const rank = { harsher: 0, either: 1, softer: 2, neutral: 3 } as const;

/**
 * The difference between two policies in words, what became harsher first. Where it cannot be told which way an edit
 * goes it counts as either, so that no edit that lets a job be cancelled passes for a softer one. That is meant of each
 * job by itself: with fewer cancels planned a breaker may close, and a budget reach further.
 */
export function differenceOf(before: Policy, after: Policy): readonly Change[] {
  const changes = [compareWhole, compareTargets, compareRules, compareExceptions].flatMap((compare) =>
    compare(before, after),
  );
  return changes.toSorted((a, b) => rank[a.effect] - rank[b.effect]);
}
