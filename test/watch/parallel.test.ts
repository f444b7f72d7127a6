import { describe, expect, test } from 'vitest';
import { inParallel } from '../../functions/watch/parallel.ts';
import { virtualClock } from './virtual-clock.ts';

const forever = new AbortController().signal;

describe('work side by side', () => {
  test('gives the results in the order of the items, whatever is ready first', async () => {
    const clock = virtualClock();
    const results = await inParallel([30, 10, 20], 3, async (ms) => {
      await clock.wait(ms, forever);
      return ms;
    });
    expect(results).toEqual([30, 10, 20]);
  });

  test.each([
    [1, 60],
    [2, 30],
    [3, 30],
    [100, 30],
  ])('is done for at most %i at a time', async (limit, tookMs) => {
    const clock = virtualClock(0);
    let [under, most] = [0, 0];
    await inParallel([30, 10, 20], limit, async (ms) => {
      under += 1;
      most = Math.max(most, under);
      await clock.wait(ms, forever);
      under -= 1;
    });
    expect([most, clock.now()]).toEqual([Math.min(limit, 3), tookMs]);
  });

  test('throws the first error', async () => {
    await expect(inParallel([1, 2], 1, async (item) => Promise.reject(new Error(`no ${item}`)))).rejects.toThrow(
      'no 1',
    );
  });

  test('does nothing with nothing', async () => {
    expect(await inParallel([], 8, async () => 1)).toEqual([]);
  });
});

describe('the clock of the tests', () => {
  test('moves on only while somebody waits, to the first who goes on', async () => {
    const clock = virtualClock(0);
    const order: string[] = [];
    const wait = async (name: string, ms: number) => {
      await clock.wait(ms, forever);
      order.push(`${name} ${clock.now()}`);
    };
    await Promise.all([wait('late', 30), wait('early', 10), wait('early too', 10)]);
    expect(order).toEqual(['early 10', 'early too 10', 'late 30']);
    clock.advance(5);
    expect(clock.now()).toBe(35);
  });

  test('fires its alarms on the way, and ends the waits that they abort', async () => {
    const clock = virtualClock(0);
    const alarm = clock.after(20);
    await clock.wait(3_600_000, alarm);
    expect([clock.now(), alarm.aborted]).toEqual([20, true]);
    const next = clock.after(5);
    clock.advance(5);
    expect(next.aborted).toBe(true);
  });
});
