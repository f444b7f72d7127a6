import type { Path } from '../lines.ts';

/**
 * What an edit does to jobs, each by itself: `harsher`: more of them may be cancelled or warned of, or sooner; `softer`:
 * none is that was not before; `either`: it may be both; `neutral`: nothing becomes of any job that did not before.
 */
export type Effect = 'harsher' | 'softer' | 'either' | 'neutral';

/** One difference between two policies, in a sentence. `path` is in the new one, or in the old one for what is gone. */
export interface Change {
  readonly side: 'new' | 'old';
  readonly path: Path;
  readonly effect: Effect;
  readonly says: string;
}

/** How one thing compares with another: everything that was meant before is still meant, and more; or the reverse. */
export type Extent = 'same' | 'wider' | 'narrower' | 'either';

const opposites = { harsher: 'softer', softer: 'harsher', either: 'either', neutral: 'neutral' } as const;
const effects = { same: 'neutral', wider: 'harsher', narrower: 'softer', either: 'either' } as const;

/** The effect for what is spared, from the effect for what is struck, and the other way around. */
export function opposite(effect: Effect): Effect {
  return opposites[effect];
}

/** The effect when more is struck where more is meant. */
export function effectOf(extent: Extent): Effect {
  return effects[extent];
}

/** The extent whose wide and narrow are swapped. */
export function inverse(extent: Extent): Extent {
  return extent === 'wider' ? 'narrower' : extent === 'narrower' ? 'wider' : extent;
}

/** The extent of several things of which all must hold. */
export function together(extents: readonly Extent[]): Extent {
  const parts = extents.filter((extent) => extent !== 'same');
  const [first = 'same'] = parts;
  return parts.every((extent) => extent === first) ? first : 'either';
}

/** The extent from what is known of both directions. */
export function extentOf(isAtLeast: boolean, isAtMost: boolean): Extent {
  if (isAtLeast) return isAtMost ? 'same' : 'wider';
  return isAtMost ? 'narrower' : 'either';
}

/** Whether two values of a policy are written alike, as far as what they mean goes. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
