import type { Path } from '../lines.ts';
import type { Rule } from '../rule.ts';
import { effectOf, type Change, type Effect, type Extent } from './change.ts';
import type { MatchContext } from './match.ts';

/** One rule of two policies. `at` is its place in the new one. */
export interface RulePair {
  readonly before: Rule;
  readonly after: Rule;
  readonly at: Path;
  readonly groups: Pick<MatchContext, 'before' | 'after'>;
}

/** What changed in one part of a rule. */
export type Part = (pair: RulePair) => readonly Change[];

/** A change at a key of the new rule. */
export function changed({ at }: RulePair, key: readonly (string | number)[], effect: Effect, says: string): Change {
  return { side: 'new', path: [...at, ...key], effect, says };
}

/** What a rule that only records does is no harm to anybody. */
export function felt(rule: Rule, effect: Effect): Effect {
  return rule.action === 'record' ? 'neutral' : effect;
}

/** Where a rule sets others aside, more for it is less for them. */
export function meant({ before, after }: RulePair, extent: Extent): Effect {
  const overrides = before.overrides.length + after.overrides.length > 0;
  return overrides && extent !== 'same' ? 'either' : felt(after, effectOf(extent));
}

/** An extent in words. */
export const extents: Readonly<Record<Extent, string>> = {
  same: 'as before',
  wider: 'wider',
  narrower: 'narrower',
  either: 'another',
};
