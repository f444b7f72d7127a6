import { describe, expect, it } from 'vitest';
import { compactSample } from '../../shared/backtest/compact.ts';
import { sampleOf } from '../../shared/backtest/samples.ts';
import { seenCounter } from '../../shared/backtest/seen.ts';
import { tailOf } from '../../shared/backtest/tails.ts';
import { minutes, nowMs, seconds } from '../make.ts';
import { aPastJob } from '../history/make.ts';

const described = () => ({ owner: 'ana@example.com', client: 'dbt', usd: 1 });
const jobs = Array.from({ length: 3000 }, (_, index) =>
  aPastJob({ runTimeMs: index < 2990 ? seconds(10) : minutes(index), columns: { job_id: `job-${index}` } }),
);

function sampled(some: typeof jobs) {
  const sample = sampleOf('runTime', described);
  for (const job of some) sample.note(job);
  return sample.jobs();
}

describe('a sample of the jobs of a rule', () => {
  it('is small, stands for all jobs, and is exact in the tail', () => {
    const found = sampled(jobs);
    expect(found.length).toBeLessThan(100);
    expect(found.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(3000);
    expect(found.filter(({ runTimeMs, weight }) => runTimeMs > minutes(1) && weight === 1)).toHaveLength(10);
  });

  it('is the same whatever the order of the jobs', () => {
    expect(sampled(jobs.toReversed())).toEqual(sampled(jobs));
  });

  it('is written in columns, with each name once', () => {
    const limit = { how: 'any' as const, of: { runTime: minutes(30) } };
    const compact = compactSample({
      rule: 'r',
      action: 'cancel',
      metric: 'runTime',
      limit,
      jobs: sampled(jobs.slice(-2)),
    });
    expect(compact.names).toEqual(['ana@example.com', 'dbt']);
    expect(compact.columns).toMatchObject({
      runTimeMs: [minutes(2998), minutes(2999)],
      owner: [0, 0],
      client: [1, 1],
      succeeded: [1, 1],
    });
  });
});

describe('a counter of what sweeps saw', () => {
  it('counts a job from the first sweep after its creation to the last before its end', () => {
    const seen = seenCounter();
    seen.note(nowMs + 1, nowMs + minutes(2));
    seen.note(nowMs - minutes(3 * 1440), nowMs + minutes(1));
    seen.note(nowMs + 1, nowMs + 2);
    expect([-1, 0, 1, 2, 5000].map((minute) => seen.at(nowMs + minutes(minute)))).toEqual([1, 1, 1, 0, 0]);
    expect(seen.at(0)).toBe(0);
  });
});

describe('a tail', () => {
  it('names the lowest candidate that so few finished jobs were over', () => {
    const tail = tailOf([10, 20, 30]);
    for (let value = 1; value <= 100; value += 1) tail.note(value / 4, true);
    tail.note(40, false);
    expect(tail.lowest(0)).toEqual({ limit: 30, finishedOver: 0, othersOver: 1 });
    expect(tail.lowest(0.2)).toEqual({ limit: 20, finishedOver: 20, othersOver: 1 });
    expect(tail.lowest(0.19)?.limit).toBe(30);
    expect(tailOf([1]).lowest(0)).toEqual({ limit: 1, finishedOver: 0, othersOver: 0 });
    expect(tail.quantile(0.5)).toBeGreaterThanOrEqual(12.5);
    expect(tail.quantile(0.5)).toBeLessThan(12.8);
  });

  it('names none where all are too low', () => {
    const tail = tailOf([1]);
    tail.note(2, true);
    expect(tail.lowest(0.5)).toBeUndefined();
  });
});
