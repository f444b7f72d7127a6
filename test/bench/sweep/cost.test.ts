import { describe, expect, it } from 'vitest';
import { costOf, usedBy } from './cost.ts';

// Synthetic: nobody was billed this.

const measured = { cpuSeconds: { one: 0.02, thousand: 1.2 }, readsPerSweep: 3 };

describe('the cost of a month', () => {
  it('is nothing while all of it is free', () => {
    const used = {
      vcpuSeconds: 180_000,
      gibSeconds: 360_000,
      requests: 2e6,
      storageWrites: 5000,
      storageReads: 50_000,
    };
    const { usd, listUsd, freeCpuShare } = costOf({ ...used, schedules: 3, pubSubGib: 10, tableGib: 0 });
    expect(usd).toBe(0);
    expect(listUsd).toBeCloseTo(180_000 * 0.000024 + 360_000 * 0.0000025 + 0.8 + 0.025 + 0.02 + 0.3 + 10 / 25.6, 6);
    expect(freeCpuShare).toBe(1);
  });

  it('has a price for what is beyond that', () => {
    const nothing = { vcpuSeconds: 0, gibSeconds: 0, requests: 0, storageWrites: 0, storageReads: 0 };
    const used = { ...nothing, schedules: 0, pubSubGib: 0, tableGib: 0 };
    expect(costOf({ ...used, vcpuSeconds: 280_000 }).usd).toBeCloseTo(2.4, 6);
    expect(costOf({ ...used, storageWrites: 6000 }).usd).toBeCloseTo(0.005, 6);
    expect(costOf({ ...used, storageReads: 1_050_000 }).usd).toBeCloseTo(0.4, 6);
  });

  it('is of as long a sweep as the quota asks for, or a sixth of a processor', () => {
    const sweeps = 1440 * 30.44;
    const busy = (cpuSeconds: number) =>
      usedBy({ ...measured, cpuSeconds: { one: 0.02, thousand: cpuSeconds } }, 1000).gibSeconds / sweeps / 0.25;
    expect(busy(1.2)).toBeGreaterThan(10.7);
    expect(busy(1.2)).toBeLessThan(13);
    expect(busy(3.34)).toBeGreaterThan(20);
  });

  it('grows with the projects, and with every read of a sweep', () => {
    const costs = [1, 100, 1000, 10_000].map((projects) => costOf(usedBy(measured, projects)).listUsd);
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    const more = costOf(usedBy({ ...measured, readsPerSweep: 4 }, 1000)).listUsd;
    expect(more - (costs[2] ?? 0)).toBeCloseTo((1440 * 30.44 * 0.0004) / 1000, 6);
  });
});
