import { describe, expect, it } from 'vitest';
import { randomOf } from '../random.ts';
import { minutes, nowMs } from '../../make.ts';
import { recordOf, timeCrowd, usingCrowd } from './crowd.ts';
import { delaysOf, mean } from './delay.ts';
import { cron, product } from './sweepers.ts';

const size = { epochs: 2, sweeps: 6, jobsPerSweep: 8 };

describe('the delays of the bench', () => {
  it.each([
    ['time', timeCrowd],
    ['use', usingCrowd],
  ])(
    'never begin before a job is over its limit on %s, are those of all jobs, and shorter than those of a cron',
    async (_, crowd) => {
      const ours = await delaysOf(crowd, product, { size, lagMs: 0 });
      const plain = await delaysOf(crowd, cron, { size, lagMs: 0 });
      expect(Math.min(...ours.all)).toBeGreaterThan(0);
      expect([ours.missed, plain.missed, plain.looksPerBreach]).toEqual([0, 0, 0]);
      expect(ours.all.length).toBe(plain.all.length);
      expect(mean(plain.all)).toBeGreaterThan(minutes(0.4));
      expect(mean(plain.all)).toBeLessThan(minutes(0.65));
      expect(mean(ours.all)).toBeLessThan(mean(plain.all) / 3);
    },
  );

  it('are the same in every run', async () => {
    const about = { size: { ...size, epochs: 1 }, lagMs: 10_000 };
    expect(await delaysOf(usingCrowd, product, about)).toEqual(await delaysOf(usingCrowd, product, about));
  });

  it('are of jobs that pass their limits when it is said that they do', () => {
    const between = [nowMs, nowMs + minutes(10)] as const;
    const crowd = usingCrowd(randomOf(7), 50, between);
    for (const one of crowd.filter(({ breaksAtMs }) => Number.isFinite(breaksAtMs))) {
      const used = (atMs: number) => {
        const { slotMs = 0, bytesProcessed = 0 } = recordOf(one, atMs, { lagMs: 0 }) ?? {};
        return Math.max(slotMs / minutes(60 * 60), bytesProcessed / (10 * 1024 ** 4));
      };
      expect(used(one.breaksAtMs - 1000)).toBeLessThan(1);
      expect(used(one.breaksAtMs + 1000)).toBeGreaterThan(1);
    }
    expect(crowd.some(({ breaksAtMs }) => breaksAtMs === Infinity)).toBe(true);
  });
});
