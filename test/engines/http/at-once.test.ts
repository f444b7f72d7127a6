import { expect, it } from 'vitest';
import { atOnce } from '../../../shared/engines/http/at-once.ts';

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}

it('hands on what is ready while the first item still takes its time, and does no more at once than it may', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  let [underWay, most] = [0, 0];
  const work = async (item: number) => {
    most = Math.max(most, (underWay += 1));
    if (item === 0) await gate;
    if (item === 4) release();
    underWay -= 1;
    return item;
  };
  expect(await all(atOnce([0, 1, 2, 3, 4], 2, work))).toEqual([1, 2, 3, 4, 0]);
  expect(most).toBe(2);
});

it('yields nothing for nothing, and fails with the first error', async () => {
  expect(await all(atOnce([], 4, async () => 1))).toEqual([]);
  const failing = async (item: number) => (item === 2 ? Promise.reject(new Error('two')) : item);
  await expect(all(atOnce([1, 2, 3], 2, failing))).rejects.toThrow('two');
});
