import { describe, expect, it } from 'vitest';
import { openCase, planned as asPlanned, settled } from '../../shared/ledger/case.ts';
import { emptyLedger, type Case } from '../../shared/ledger/document.ts';
import { withCases } from '../../shared/ledger/ledger.ts';
import { aVerdict, hours, nowMs } from '../make.ts';

// Synthetic: no such project, person, job or policy exists.

const verdict = aVerdict();
const plan = { sweepId: 'sweep-1', dueMs: nowMs, notAfterMs: nowMs };
const planned = asPlanned(openCase('c0', verdict, nowMs), verdict, plan, nowMs);

describe('the ledger', () => {
  const days = (count: number) => hours(24 * count);
  const closed = settled(planned, verdict, 'cancelled', nowMs);
  const attempt = { atMs: nowMs, case: 'c0', rule: 'a', owner: 'sam', pastBreaker: false };
  const keptAt = (one: Case, atMs: number) => Object.keys(withCases(emptyLedger, [one], atMs).cases).length;

  it('keeps closed cases for 14 days, and open ones for ever', () => {
    expect(keptAt(closed, nowMs + days(14) - 1)).toBe(1);
    expect(keptAt(closed, nowMs + days(14))).toBe(0);
    for (const state of ['observed', 'warned', 'planned', 'unconfirmed', 'forbidden'] as const) {
      expect(keptAt({ ...planned, state }, nowMs + days(99))).toBe(1);
    }
  });

  it('keeps attempts for seven days', () => {
    const document = { ...emptyLedger, attempts: [attempt] };
    expect(withCases(document, [], nowMs + days(7) - 1).attempts).toHaveLength(1);
    expect(withCases(document, [], nowMs + days(7)).attempts).toEqual([]);
  });

  it('writes what was changed over what was there', () => {
    const document = { ...emptyLedger, cases: { c0: planned, c1: { ...planned, id: 'c1' } } };
    const next = withCases(document, [closed], nowMs).cases;
    expect([next['c0']?.state, next['c1']?.state]).toEqual(['closed', 'planned']);
  });
});
