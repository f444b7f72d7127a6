import { expect, test } from 'vitest';
import { hourly } from '../../functions/notify/hourly.ts';
import { minutes, nowMs } from '../make.ts';

test('what is done hourly is done at the first call, and then once an hour at most, also when it failed', async () => {
  const clock = { nowMs };
  const done: number[] = [];
  const work = hourly(
    async () => {
      done.push(clock.nowMs - nowMs);
      if (done.length === 2) throw new Error('[objects] down');
    },
    () => clock.nowMs,
  );
  await Promise.all([work(), work()]);
  for (const after of [1, 59, 59.99]) {
    clock.nowMs = nowMs + minutes(after);
    await work();
  }
  expect(done).toEqual([0]);
  clock.nowMs = nowMs + minutes(60);
  await expect(work()).rejects.toThrow('down');
  clock.nowMs += minutes(59);
  await work();
  clock.nowMs += minutes(1);
  await work();
  expect(done).toEqual([0, minutes(60), minutes(120)]);
});
