import { describe, expect, test } from 'vitest';
import { memoryClaims, type Claims, type Lease } from '../../shared/ledger/claims.ts';
import { memoryReceipts, type Receipt } from '../../shared/ledger/receipts.ts';

// Synthetic: no such notice or person exists.

const delivered = { how: 'delivered' as const, room: 'D1', id: '1.1' };

async function mine(claims: Claims, receiver = 'slack:#a'): Promise<Lease> {
  const claim = await claims.claim('notice-1', receiver);
  if (claim.kind !== 'mine') throw new Error(`the claim is ${claim.kind}`);
  return claim.lease;
}

function withClock(options: { readonly maxClaims?: number } = {}) {
  const clock = { nowMs: 0 };
  return { clock, claims: memoryClaims({ now: () => clock.nowMs, leaseMs: 1000, keepMs: 10_000, ...options }) };
}

describe('a claim', () => {
  test('is had by one of many who ask at once', async () => {
    const { claims } = withClock();
    const answers = await Promise.all(Array.from({ length: 20 }, () => claims.claim('notice-1', 'slack:#a')));
    expect(answers.filter(({ kind }) => kind === 'mine')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'busy')).toHaveLength(19);
  });

  test('is for one receiver of one notice', async () => {
    const { claims } = withClock();
    await mine(claims, 'slack:#a');
    await mine(claims, 'slack:#b');
    expect(await claims.claim('notice-2', 'slack:#a')).toMatchObject({ kind: 'mine' });
  });

  test('says how long somebody else may hold it', async () => {
    const { claims, clock } = withClock();
    await mine(claims);
    clock.nowMs = 999;
    expect(await claims.claim('notice-1', 'slack:#a')).toEqual({ kind: 'busy', untilMs: 1000 });
  });

  test('can be had again after it was released', async () => {
    const { claims } = withClock();
    await claims.release(await mine(claims));
    await mine(claims);
  });

  test('can be had by another after it ran out, and its old holder changes nothing any more', async () => {
    const { claims, clock } = withClock();
    const old = await mine(claims);
    clock.nowMs = 1000;
    await mine(claims);
    await claims.release(old);
    await claims.finish(old, delivered);
    expect(await claims.claim('notice-1', 'slack:#a')).toMatchObject({ kind: 'busy' });
  });

  test('is done for good once it is finished, and says with what', async () => {
    const { claims, clock } = withClock();
    const lease = await mine(claims);
    await claims.finish(lease, delivered);
    await claims.release(lease);
    clock.nowMs = 9999;
    expect(await claims.claim('notice-1', 'slack:#a')).toEqual({ kind: 'done', result: delivered });
  });

  test('is forgotten oldest first when there are too many', async () => {
    const { claims } = withClock({ maxClaims: 2 });
    await claims.finish(await mine(claims, 'slack:#a'), delivered);
    await mine(claims, 'slack:#b');
    await mine(claims, 'slack:#c');
    expect(await claims.claim('notice-1', 'slack:#a')).toMatchObject({ kind: 'mine' });
    expect(await claims.claim('notice-1', 'slack:#c')).toMatchObject({ kind: 'busy' });
  });
});

describe('a receipt', () => {
  const receipt: Receipt = { noticeId: 'notice-1', how: 'delivered', atMs: 1, cases: ['a'], notReached: [] };

  test('stays as it was first written', async () => {
    const receipts = memoryReceipts();
    await receipts.put(receipt);
    await receipts.put({ ...receipt, how: 'undeliverable' });
    expect(await receipts.get('notice-1')).toEqual(receipt);
    expect(await receipts.get('notice-2')).toBeUndefined();
  });

  test('is forgotten oldest first when there are too many', async () => {
    const receipts = memoryReceipts(1);
    await receipts.put(receipt);
    await receipts.put({ ...receipt, noticeId: 'notice-2' });
    expect(await receipts.get('notice-1')).toBeUndefined();
  });
});
