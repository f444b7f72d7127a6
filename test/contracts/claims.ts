import { describe, expect, test } from 'vitest';
import type { Claims, ClaimResult, Lease } from '../../shared/ledger/claims.ts';
import type { Receipt, Receipts } from '../../shared/ledger/receipts.ts';
import type { Clock } from '../ledger/stores.ts';

// Synthetic: no such notice or person exists.

/** The times of the claims under test: a lease of a second, and results that are kept for ten. */
export const testTimes = { leaseMs: 1000, keepMs: 10_000 } as const;

/** Claims and receipts, empty at first; each call of a function is another instance over the same place. */
export interface ClaimsUnderTest {
  readonly claims: () => Claims;
  readonly receipts: () => Receipts;
}

const delivered: ClaimResult = { how: 'delivered', room: 'D1', id: '1.1' };
const impossible: ClaimResult = { how: 'impossible', why: 'no Slack user has this address' };
const notice = 'notice-0123456789abcdef';

/** The lease of a claim that is had; throws when it is not. */
export async function mine(claims: Claims, receiver = 'slack:#a', noticeId = notice): Promise<Lease> {
  const claim = await claims.claim(noticeId, receiver);
  if (claim.kind !== 'mine') throw new Error(`the claim is ${claim.kind}`);
  return claim.lease;
}

/** What claims and receipts promise wherever they are kept. */
export function claimsContract(name: string, make: (clock: Clock) => Promise<ClaimsUnderTest>): void {
  const start = async () => {
    const clock: Clock = { nowMs: Date.parse('2026-03-11T10:00:00Z') };
    return { clock, startMs: clock.nowMs, ...(await make(clock)) };
  };

  describe(`a claim ${name}`, () => {
    test('is had by one of 40 who ask at once, each an instance of its own', async () => {
      const { claims } = await start();
      const answers = await Promise.all(Array.from({ length: 40 }, () => claims().claim(notice, 'slack:#a')));
      expect(answers.filter(({ kind }) => kind === 'mine')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'busy')).toHaveLength(39);
    });

    test('is for one receiver of one notice', async () => {
      const { claims } = await start();
      await mine(claims(), 'slack:#a');
      await mine(claims(), 'slack:#b');
      expect(await claims().claim('notice-2', 'slack:#a')).toMatchObject({ kind: 'mine' });
    });

    test('says how long somebody else may hold it', async () => {
      const { claims, clock, startMs } = await start();
      expect((await mine(claims())).untilMs).toBe(startMs + 1000);
      clock.nowMs += 999;
      expect(await claims().claim(notice, 'slack:#a')).toEqual({ kind: 'busy', untilMs: startMs + 1000 });
    });

    test('can be had again after it was released', async () => {
      const { claims } = await start();
      await claims().release(await mine(claims()));
      await mine(claims());
    });

    test('can be had by another after it ran out, and its old holder changes nothing any more', async () => {
      const { claims, clock } = await start();
      const old = await mine(claims());
      clock.nowMs += 1000;
      await mine(claims());
      await claims().release(old);
      await claims().finish(old, delivered);
      expect(await claims().claim(notice, 'slack:#a')).toMatchObject({ kind: 'busy' });
    });

    test('that ran out is taken over by one of 40 who ask at once', async () => {
      const { claims, clock } = await start();
      await mine(claims());
      clock.nowMs += 1000;
      const answers = await Promise.all(Array.from({ length: 40 }, () => claims().claim(notice, 'slack:#a')));
      expect(answers.filter(({ kind }) => kind === 'mine')).toHaveLength(1);
    });

    test.each([delivered, impossible])('is done for good once it is finished: $how', async (result) => {
      const { claims, clock } = await start();
      const lease = await mine(claims());
      await claims().finish(lease, result);
      await claims().release(lease);
      clock.nowMs += 9999;
      expect(await claims().claim(notice, 'slack:#a')).toEqual({ kind: 'done', result });
      clock.nowMs += 1;
      await mine(claims());
    });

    test('keeps the first result', async () => {
      const { claims } = await start();
      const lease = await mine(claims());
      await claims().finish(lease, delivered);
      await claims().finish(lease, impossible);
      expect(await claims().claim(notice, 'slack:#a')).toEqual({ kind: 'done', result: delivered });
    });

    test('can be had again for a receiver that was impossible, once the notice is reopened, and for no other', async () => {
      const { claims } = await start();
      await claims().finish(await mine(claims(), 'slack:#a'), impossible);
      await claims().finish(await mine(claims(), 'slack:#b'), delivered);
      await mine(claims(), 'slack:#c');
      await claims().finish(await mine(claims(), 'slack:#a', `${notice}0`), impossible);
      await claims().reopen(notice);
      expect(await claims().claim(notice, 'slack:#a')).toMatchObject({ kind: 'mine' });
      expect(await claims().claim(notice, 'slack:#b')).toMatchObject({ kind: 'done' });
      expect(await claims().claim(notice, 'slack:#c')).toMatchObject({ kind: 'busy' });
      expect(await claims().claim(`${notice}0`, 'slack:#a')).toMatchObject({ kind: 'done' });
    });
  });

  describe(`a receipt ${name}`, () => {
    const receipt: Receipt = {
      noticeId: notice,
      how: 'delivered',
      atMs: 1,
      to: 'slack:alice@example.com',
      message: { room: 'D1', id: '1.1' },
      cases: ['a'],
      notReached: ['slack:bob@example.com: no Slack user has this address'],
    };
    const undeliverable: Receipt = { noticeId: notice, how: 'undeliverable', atMs: 2, cases: [], notReached: [] };

    test('is there for all, and stays as it was first written', async () => {
      const { receipts } = await start();
      expect(await receipts().get(notice)).toBeUndefined();
      await receipts().put(receipt);
      await receipts().put(undeliverable);
      expect(await receipts().get(notice)).toEqual(receipt);
      expect(await receipts().get('notice-2')).toBeUndefined();
    });

    test('is one of 40 that are written at once', async () => {
      const { receipts } = await start();
      const ats = Array.from({ length: 40 }, (_, atMs) => atMs);
      await Promise.all(ats.map((atMs) => receipts().put({ ...receipt, atMs })));
      const first = await receipts().get(notice);
      expect(first).toEqual({ ...receipt, atMs: first?.atMs });
      expect(await receipts().get(notice)).toEqual(first);
    });

    test('that says undeliverable can be taken back, and one that says delivered cannot', async () => {
      const { receipts } = await start();
      expect(await receipts().reopen(notice)).toBe(false);
      await receipts().put(undeliverable);
      expect(await receipts().reopen(notice)).toBe(true);
      expect(await receipts().get(notice)).toBeUndefined();
      await receipts().put(receipt);
      expect(await receipts().reopen(notice)).toBe(false);
      expect(await receipts().get(notice)).toEqual(receipt);
    });
  });
}
