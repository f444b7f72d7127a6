import { describe, expect, test } from 'vitest';
import { openCase } from '../../shared/ledger/case.ts';
import { emptyLedger, type LedgerDocument } from '../../shared/ledger/document.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { aJob, aVerdict, nowMs } from '../make.ts';
import type { Clock } from '../ledger/stores.ts';

// Synthetic: no such job or policy exists.

/** A ledger, empty at first; each call gives another instance over the same place. */
export type MakeLedger = (clock: Clock) => Promise<() => Ledger>;

/** A document with so many open cases, which differs from others by `heartbeatAtMs`. */
export function aDocument(heartbeatAtMs: number, cases = 1): LedgerDocument {
  const stories = Array.from({ length: cases }, (_, index) => {
    const verdict = aVerdict({ job: aJob({ id: `job-${index}` }) });
    const told = { 'long-queries': { noticeId: 'notice-1', atMs: 1, receipt: { how: 'delivered' as const, atMs: 2 } } };
    const plan = { sweepId: 'sweep-1', dueMs: nowMs, notAfterMs: nowMs + 1 };
    return { ...openCase(`case-${index}`, verdict, nowMs), verdict, told, plan, reported: { 'a.b': nowMs } };
  });
  return { ...emptyLedger, cases: Object.fromEntries(stories.map((story) => [story.id, story])), heartbeatAtMs };
}

const asJson = (document: LedgerDocument): unknown => JSON.parse(JSON.stringify(document));

/** What a ledger promises wherever it is kept. */
export function ledgerContract(name: string, make: MakeLedger): void {
  describe(`a ledger ${name}`, () => {
    const start = () => make({ nowMs });

    test('is empty at first, and can be read by all', async () => {
      const ledger = await start();
      expect((await ledger().read()).document).toEqual(emptyLedger);
      expect(await ledger().read()).toEqual(await ledger().read());
    });

    test('is what was written last, with the generation of that', async () => {
      const ledger = await start();
      const document = aDocument(1, 3);
      const generation = await ledger().swap(document, (await ledger().read()).generation);
      const found = await ledger().read();
      expect(asJson(found.document)).toEqual(asJson(document));
      expect(found.generation).toBe(generation);
      const next = await ledger().swap(aDocument(2), found.generation);
      expect(next).not.toBe(generation);
      expect(await ledger().read()).toMatchObject({ document: { heartbeatAtMs: 2 }, generation: next });
    });

    test('is written by one of 40 who read the same, first and later', async () => {
      const ledger = await start();
      for (const round of [1, 2]) {
        const { generation } = await ledger().read();
        const swaps = await Promise.all(
          Array.from({ length: 40 }, async (_, index) => {
            const mark = round * 100 + index;
            return { mark, won: await ledger().swap(aDocument(mark), generation) };
          }),
        );
        const winners = swaps.filter(({ won }) => won !== undefined);
        expect(winners).toHaveLength(1);
        const found = await ledger().read();
        expect(found.document.heartbeatAtMs).toBe(winners[0]?.mark);
        expect(found.generation).toBe(winners[0]?.won);
      }
    });

    test('takes nothing from who read it before somebody else wrote, even the same words', async () => {
      const ledger = await start();
      const { generation } = await ledger().read();
      const first = await ledger().swap(aDocument(1), generation);
      expect(await ledger().swap(aDocument(2), generation)).toBeUndefined();
      expect(await ledger().swap(aDocument(1), generation)).toBeUndefined();
      expect(await ledger().read()).toMatchObject({ document: { heartbeatAtMs: 1 }, generation: first });
    });

    test('holds 10,000 open cases', { timeout: 60_000 }, async () => {
      const ledger = await start();
      const document = aDocument(1, 10_000);
      const generation = await ledger().swap(document, (await ledger().read()).generation);
      const found = await ledger().read();
      expect(found.generation).toBe(generation);
      expect(Object.keys(found.document.cases)).toHaveLength(10_000);
      expect(asJson(found.document)).toEqual(asJson(document));
    });
  });
}
