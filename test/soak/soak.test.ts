import { describe, expect, test } from 'vitest';
import { brokenBy, tableOf } from './judged.ts';
import { soak } from './soak.ts';

// Two days of the thirty that `npm run soak` takes; the heap of a test runner is not a quiet place.

const days = 2;
const slackBytes = 16 * 1024 * 1024;

test(`${days} days of sweeps and notices keep every promise`, { timeout: 300_000 }, async () => {
  const soaked = await soak({ days, seed: 1 });
  expect(brokenBy(soaked, slackBytes)).toEqual([]);
  expect(soaked.sweeps).toBeGreaterThanOrEqual(days * 1440);
  expect(soaked.cancelled).toBeGreaterThan(10 * days);
  expect(soaked.troubles).toBeGreaterThan(10 * days);
  expect(soaked.accidents).toBeGreaterThan(10 * days);
});

describe('what a soak came to', () => {
  const megabyte = 1024 * 1024;
  const well = {
    sweeps: 43_210,
    jobs: 13_000,
    runaways: 400,
    cancelled: 400,
    notices: 4000,
    messages: 4001,
    troubles: 900,
    accidents: 1300,
    heaps: [30, 40, 38, 41].map((size) => size * megabyte),
    files: [1000, 2000, 2100, 2000],
    mostLedgerBytes: 1.5 * megabyte,
    broken: [],
  };

  test('is well when nothing was broken and the heap is as large at the end as in the second quarter', () => {
    expect(brokenBy(well, 0)).toEqual([]);
  });

  test.each([
    [{ broken: ['a synthetic promise'] }, 'a synthetic promise'],
    [{ cancelled: 399 }, '399 jobs were cancelled, and there were 400 runaways'],
    [
      { heaps: [30, 40, 38, 45].map((size) => size * megabyte) },
      'the heap was 45.0 MB in the last quarter, and 40.0 MB in the second',
    ],
  ])('is broken by %j', (fields, says) => {
    expect(brokenBy({ ...well, ...fields }, 0)).toEqual([says]);
  });

  test('is told in a table', () => {
    const table = tableOf(well, 61_000);
    expect(table).toContain('sweeps             43,210');
    expect(table).toContain('heap by quarters   30.0 MB, 40.0 MB, 38.0 MB, 41.0 MB');
    expect(table).toContain('took               61 s');
  });
});
