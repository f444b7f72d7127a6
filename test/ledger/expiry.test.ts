import { describe, expect, test } from 'vitest';
import { sweepExpired } from '../../shared/ledger/expiry.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { mine } from '../contracts/claims.ts';
import { nowMs } from '../make.ts';
import { aNotice } from '../notices/make.ts';
import { denied, faultyObjects } from './faulty-objects.ts';
import { stores, type Clock } from './stores.ts';

// Synthetic: no such notice or person exists.
const dayMs = 86_400_000;
const everyShard = Array.from({ length: 16 }, (_, shard) => shard);

async function namesIn(objects: Objects, clock: Clock) {
  const names: string[] = [];
  const budget = { untilMs: clock.nowMs + 60_000, signal: new AbortController().signal };
  for await (const { name } of objects.list('', budget)) names.push(name);
  return names.toSorted();
}

async function write(objects: Objects, clock: Clock, digit: string) {
  const now = () => clock.nowMs;
  const noticeId = `notice-${digit}123456789abcdef`;
  const claims = objectClaims(objects, { now, wait: async () => undefined });
  await claims.finish(await mine(claims, 'slack:#a', noticeId), { how: 'delivered', room: 'D1', id: '1' });
  await mine(claims, 'slack:#b', noticeId);
  await objectReceipts(objects, { now }).put({ noticeId, how: 'delivered', atMs: now(), cases: [], notReached: [] });
}

describe.each(stores)('claims and receipts %s', (_where, open) => {
  test('are removed when nobody has written them for 14 days, and nothing else is', async () => {
    const clock: Clock = { nowMs };
    const objects = (await open(clock))();
    const budget = () => ({ untilMs: clock.nowMs + 60_000, signal: new AbortController().signal });
    await objects.put('ledger.json', { bytes: Buffer.from('{}'), ifGeneration: 'absent' }, budget());
    await write(objects, clock, '0');
    await write(objects, clock, 'f');
    clock.nowMs += dayMs;
    await write(objects, clock, 'a');
    const all = await namesIn(objects, clock);
    expect(all).toHaveLength(10);
    clock.nowMs = nowMs + 14 * dayMs;
    for (const shard of everyShard) expect(await sweepExpired(objects, () => clock.nowMs, { shard })).toBe(0);
    clock.nowMs += 1000;
    const deleted = [];
    for (const shard of everyShard) deleted.push(await sweepExpired(objects, () => clock.nowMs, { shard }));
    expect(deleted).toEqual(everyShard.map((shard) => (shard === 0 || shard === 15 ? 3 : 0)));
    const left = await namesIn(objects, clock);
    expect(left).toEqual(all.filter((name) => name === 'ledger.json' || name.includes('notice-a')));
  });
});

describe('sweeping what is expired', () => {
  async function many(count: number) {
    const clock: Clock = { nowMs };
    const inner = memoryObjects({ now: () => clock.nowMs });
    for (let index = 0; index < count; index += 1) await write(inner, clock, `0${index}`);
    clock.nowMs += 15 * dayMs;
    return { clock, inner };
  }

  test('deletes a bounded number, and the rest the next time', async () => {
    const { clock, inner } = await many(4);
    const sweep = () => sweepExpired(inner, () => clock.nowMs, { shard: 0, mostDeleted: 5 });
    expect([await sweep(), await sweep(), await sweep(), await sweep()]).toEqual([5, 5, 2, 0]);
    expect(await namesIn(inner, clock)).toEqual([]);
  });

  test('ends when its time is up', async () => {
    const { clock, inner } = await many(4);
    const objects = faultyObjects(inner, ({ method }) => {
      if (method === 'delete') clock.nowMs += 2000;
      return undefined;
    });
    expect(await sweepExpired(objects, () => clock.nowMs, { shard: 0, timeoutMs: 5000 })).toBe(2);
    expect(await namesIn(inner, clock)).toHaveLength(10);
  });

  test('is an error when the store fails', async () => {
    const { clock, inner } = await many(1);
    const objects = faultyObjects(inner, ({ method }) =>
      method === 'delete' ? { when: 'before', error: denied() } : undefined,
    );
    await expect(sweepExpired(objects, () => clock.nowMs, { shard: 0 })).rejects.toThrow('denied');
  });

  test('leaves what somebody has written meanwhile', async () => {
    const { clock, inner } = await many(1);
    const objects = faultyObjects(inner, async ({ method, name }) => {
      const budget = { untilMs: clock.nowMs + 1000, signal: new AbortController().signal };
      if (method === 'delete') await inner.put(name, { bytes: Buffer.from('new'), ifGeneration: undefined }, budget);
      return undefined;
    });
    expect(await sweepExpired(objects, () => clock.nowMs, { shard: 0 })).toBe(0);
    expect(await namesIn(inner, clock)).toHaveLength(3);
  });

  test('looks at any part of the notices when it is not told which', async () => {
    const clock: Clock = { nowMs };
    const objects = faultyObjects(memoryObjects({ now: () => clock.nowMs }), () => undefined);
    for (let times = 0; times < 400; times += 1) await sweepExpired(objects, () => clock.nowMs);
    const looked = new Set(objects.asked.map(({ name }) => name));
    expect(looked.size).toBe(32);
    expect(looked).toContain('claims/notice-f');
  });

  test('finds every notice: their ids begin as it expects', () => {
    expect(aNotice().id).toMatch(/^notice-[\da-f]{40}$/);
  });
});
