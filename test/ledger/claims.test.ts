import { describe, expect, test } from 'vitest';
import { memoryClaims } from '../../shared/ledger/claims.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { claimsContract, mine, testTimes } from '../contracts/claims.ts';
import { stores } from './stores.ts';

// Synthetic: no such notice or person exists.

claimsContract('of this process', async (clock) => {
  const claims = memoryClaims({ now: () => clock.nowMs, ...testTimes });
  const receipts = memoryReceipts();
  return { claims: () => claims, receipts: () => receipts };
});

for (const [where, open] of stores) {
  claimsContract(where, async (clock) => {
    const objects = await open(clock);
    const now = () => clock.nowMs;
    return {
      claims: () => objectClaims(objects(), { now, wait: async () => undefined, ...testTimes }),
      receipts: () => objectReceipts(objects(), { now }),
    };
  });
}

describe('in the memory of this process', () => {
  test('the oldest claims are forgotten when there are too many', async () => {
    const claims = memoryClaims({ now: () => 0, maxClaims: 2 });
    await claims.finish(await mine(claims, 'slack:#a'), { how: 'delivered', room: 'D1', id: '1.1' });
    await mine(claims, 'slack:#b');
    await mine(claims, 'slack:#c');
    await mine(claims, 'slack:#a');
    expect(await claims.claim('notice-0123456789abcdef', 'slack:#c')).toMatchObject({ kind: 'busy' });
  });

  test('the oldest receipts are forgotten when there are too many', async () => {
    const receipts = memoryReceipts(1);
    const receipt = { noticeId: 'notice-1', how: 'delivered' as const, atMs: 1, cases: [], notReached: [] };
    await receipts.put(receipt);
    await receipts.put({ ...receipt, noticeId: 'notice-2' });
    expect(await receipts.get('notice-1')).toBeUndefined();
  });
});
