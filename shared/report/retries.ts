import type { Gathered } from './gathering.ts';
import type { Story } from './story.ts';

interface Cancelled {
  readonly rule: string;
  readonly atMs: number;
}

/** The first cancel of the job that worked. */
function cancelledIn({ rules }: Story): Cancelled | undefined {
  const all = [...rules].flatMap(([rule, { ended, acceptedMs }]) =>
    ended?.name === 'cancel.confirmed' ? [{ rule, atMs: acceptedMs ?? ended.atMs }] : [],
  );
  return all.sort((a, b) => a.atMs - b.atMs || (a.rule < b.rule ? -1 : 1))[0];
}

/**
 * How many jobs came after the cancels of each rule: the same query of the same principal, created after a cancel was
 * accepted. Only jobs that were over a limit again are known; each counts once, for the cancel before it.
 */
export function startedAgain({ stories }: Pick<Gathered, 'stories'>): ReadonlyMap<string, number> {
  const groups = new Map<string, Story[]>();
  for (const story of stories.values()) {
    if (story.queryHash === undefined || story.principal === undefined) continue;
    const key = `${story.queryHash} ${story.principal}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [story]);
    else known.push(story);
  }
  const counts = new Map<string, number>();
  for (const group of groups.values()) {
    const cancels = group.flatMap((story) => cancelledIn(story) ?? []).sort((a, b) => a.atMs - b.atMs);
    for (const { createdAtMs = 0 } of group) {
      const before = cancels.findLast(({ atMs }) => atMs < createdAtMs);
      if (before !== undefined) counts.set(before.rule, (counts.get(before.rule) ?? 0) + 1);
    }
  }
  return counts;
}
