import { describe, expect, test } from 'vitest';
import { runBurst } from './burst.ts';
import { planBurst } from './plan.ts';

// Synthetic: no such person, team or channel exists. The whole burst is `npm run burst`; this is a small one of the kind.

describe('a burst of notices', () => {
  test('reaches each owner once and loses nothing, though Slack refuses a third and a channel is down', async () => {
    const result = await runBurst({
      notices: 40,
      owners: 20,
      mostPerOwner: 3,
      downMs: 1500,
      instances: 2,
      concurrency: 20,
      retry: { minimumMs: 500, maximumMs: 5000 },
    });
    expect(result.faults).toEqual([]);
    expect(result.messages).toBe(40);
    expect(result.slackLimited).toBeGreaterThan(0);
    expect(result.mostAttempts).toBeGreaterThan(1);
  }, 60_000);

  test('is shared out as it says', () => {
    const { notices, owners } = planBurst({ notices: 5000, owners: 300, mostPerOwner: 40 });
    const counts = Map.groupBy(notices, ({ owner }) => owner.name);
    expect([notices.length, owners.length, counts.size]).toEqual([5000, 300, 300]);
    expect(Math.max(...[...counts.values()].map((all) => all.length))).toBe(40);
  });
});
