import { describe, expect, test } from 'vitest';
import type { Claims } from '../../shared/ledger/claims.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { RecordError } from '../../shared/ledger/records.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { mine } from '../contracts/claims.ts';
import { nowMs } from '../make.ts';
import { busy, denied, faultyObjects, unsettled, type Fate } from './faulty-objects.ts';

// Synthetic: no such notice or person exists.
const noticeId = 'notice-0123456789abcdef';
const delivered = { how: 'delivered' as const, room: 'D1', id: '1.1' };
const receipt = { noticeId, how: 'delivered' as const, atMs: nowMs, cases: ['a'], notReached: [] };

const now = () => nowMs;
const plenty = () => ({ untilMs: nowMs + 60_000, signal: new AbortController().signal });
const inMemory = () => memoryObjects({ now });

function claimsOver(objects: Objects) {
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  return { waits, claims: objectClaims(objects, { now, wait }) };
}

async function namesIn(objects: Objects) {
  const names: string[] = [];
  for await (const { name } of objects.list('', plenty())) names.push(name);
  return names;
}

describe('the objects of notify', () => {
  test('are claims/NOTICE/RECEIVER and receipts/NOTICE, and no name holds an address', async () => {
    const objects = inMemory();
    await mine(claimsOver(objects).claims, 'slack:alice@example.com', noticeId);
    await objectReceipts(objects, { now }).put(receipt);
    expect(await namesIn(objects)).toEqual([
      expect.stringMatching(/^claims\/notice-0123456789abcdef\/[\da-f]{40}$/),
      'receipts/notice-0123456789abcdef',
    ]);
  });

  test.each(['', '{', '[]', '{"version":1}', '{"version":2,"mark":"x","untilMs":0}'])(
    'are left as they are when they cannot be read: %j',
    async (text) => {
      const objects = inMemory();
      const { claims } = claimsOver(objects);
      await mine(claims, 'slack:#a', noticeId);
      await objectReceipts(objects, { now }).put(receipt);
      for (const name of await namesIn(objects))
        await objects.put(name, { bytes: Buffer.from(text), ifGeneration: undefined }, plenty());
      await expect(claims.claim(noticeId, 'slack:#a')).rejects.toBeInstanceOf(RecordError);
      await expect(objectReceipts(objects, { now }).get(noticeId)).rejects.toThrow(
        /^\[ledger\] The receipt memory\/rec/,
      );
      for (const name of await namesIn(objects))
        expect(Buffer.from((await objects.get(name, plenty()))?.bytes ?? []).toString()).toBe(text);
    },
  );
});

/** Fails the nth put, before or after it took effect. */
function failingPut(nth: number, fate: NonNullable<Fate>, times = 1) {
  let puts = 0;
  const inner = inMemory();
  const objects = faultyObjects(inner, ({ method }) => {
    if (method !== 'put') return undefined;
    puts += 1;
    return puts >= nth && puts < nth + times ? fate : undefined;
  });
  return { inner, objects, ...claimsOver(objects) };
}

const again = (objects: Objects) => claimsOver(objects).claims.claim(noticeId, 'slack:#a');

describe('an answer that is lost', () => {
  test.each(['before', 'after'] as const)('does not lose a claim: %s it took effect', async (when) => {
    const { inner, claims } = failingPut(1, { when, error: unsettled() });
    const lease = await mine(claims, 'slack:#a', noticeId);
    expect(await again(inner)).toMatchObject({ kind: 'busy' });
    await claims.finish(lease, delivered);
    expect(await again(inner)).toEqual({ kind: 'done', result: delivered });
  });

  test('does not make a claim ours that somebody else made at the same moment', async () => {
    const inner = inMemory();
    const other = claimsOver(inner).claims;
    const objects = faultyObjects(inner, async ({ method, nth }) => {
      if (method !== 'put' || nth !== 1) return undefined;
      await mine(other, 'slack:#a', noticeId);
      return { when: 'before', error: unsettled() };
    });
    const { claims } = claimsOver(objects);
    await expect(claims.claim(noticeId, 'slack:#a')).rejects.toThrow('no answer');
    expect(await claims.claim(noticeId, 'slack:#a')).toMatchObject({ kind: 'busy' });
  });

  test.each(['before', 'after'] as const)('does not lose a result: %s it took effect', async (when) => {
    const { inner, claims } = failingPut(2, { when, error: unsettled() });
    await claims.finish(await mine(claims, 'slack:#a', noticeId), delivered);
    expect(await again(inner)).toEqual({ kind: 'done', result: delivered });
  });

  test.each(['before', 'after'] as const)('does not lose a receipt: %s it took effect', async (when) => {
    const { inner, objects } = failingPut(1, { when, error: unsettled() });
    await objectReceipts(objects, { now }).put(receipt);
    expect(await objectReceipts(inner, { now }).get(noticeId)).toEqual(receipt);
  });
});

describe('a result', () => {
  test('is written again a second later when the store is too busy', async () => {
    const { inner, claims, waits } = failingPut(2, { when: 'before', error: busy() }, 2);
    await claims.finish(await mine(claims, 'slack:#a', noticeId), delivered);
    expect(waits).toEqual([1000, 1000]);
    expect(await again(inner)).toEqual({ kind: 'done', result: delivered });
  });

  test.each([
    ['too busy for long', busy(), 3],
    ['closed to us', denied(), 1],
  ])('is an error when the store is %s, and is known in this process all the same', async (_title, error, times) => {
    const { inner, claims } = failingPut(2, { when: 'before', error }, times);
    const lease = await mine(claims, 'slack:#a', noticeId);
    await expect(claims.finish(lease, delivered)).rejects.toBe(error);
    expect(await again(inner)).toMatchObject({ kind: 'busy' });
    expect(await claims.claim(noticeId, 'slack:#a')).toEqual({ kind: 'done', result: delivered });
    expect(await again(inner)).toEqual({ kind: 'done', result: delivered });
  });

  test('that could not be written is not said to be written while it is not', async () => {
    const { claims } = failingPut(2, { when: 'before', error: denied() }, 2);
    const lease = await mine(claims, 'slack:#a', noticeId);
    await expect(claims.finish(lease, delivered)).rejects.toThrow('denied');
    await expect(claims.claim(noticeId, 'slack:#a')).rejects.toThrow('denied');
    expect(await claims.claim(noticeId, 'slack:#a')).toEqual({ kind: 'done', result: delivered });
  });

  const impossible = { how: 'impossible' as const, why: 'no Slack user has this address' };

  test('that was written late is not written again once the notice is reopened', async () => {
    const { inner, claims } = failingPut(2, { when: 'before', error: denied() });
    const lease = await mine(claims, 'slack:#a', noticeId);
    await expect(claims.finish(lease, impossible)).rejects.toThrow('denied');
    expect(await claims.claim(noticeId, 'slack:#a')).toMatchObject({ kind: 'done' });
    await claimsOver(inner).claims.reopen(noticeId);
    expect(await claims.claim(noticeId, 'slack:#a')).toMatchObject({ kind: 'mine' });
  });

  test.each([
    [impossible, 'mine'],
    [delivered, 'done'],
  ])('that could not be written before the claim was gone: %o makes it %s', async (result, kind) => {
    const { inner, claims } = failingPut(2, { when: 'before', error: denied() });
    const lease = await mine(claims, 'slack:#a', noticeId);
    await expect(claims.finish(lease, result)).rejects.toThrow('denied');
    await claimsOver(inner).claims.release(lease);
    expect(await claims.claim(noticeId, 'slack:#a')).toMatchObject({ kind });
  });

  test('of many that could not be written, the oldest are forgotten', async () => {
    const objects = faultyObjects(inMemory(), ({ method, nth }) =>
      method === 'put' && nth % 2 === 0 ? { when: 'before', error: denied() } : undefined,
    );
    const { claims }: { claims: Claims } = claimsOver(objects);
    for (let index = 0; index <= 1000; index += 1) {
      const lease = await mine(claims, `slack:#${index}`, noticeId);
      await expect(claims.finish(lease, delivered)).rejects.toThrow('denied');
    }
    expect(await claims.claim(noticeId, 'slack:#0')).toMatchObject({ kind: 'busy' });
  });
});
