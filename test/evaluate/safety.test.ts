import { describe, expect, it } from 'vitest';
import { isPlanned, planOf } from '../../shared/evaluate/safety.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import { aJob, aVerdict, compiled, minutes, nowMs, tib, type WrittenPolicy } from '../make.ts';

const seen = 1000;

function cancels(count: number, fields: Partial<Verdict> = {}): Verdict[] {
  const mode = fields.mode ?? 'enforce';
  return Array.from({ length: count }, (_, index) =>
    aVerdict({ job: aJob({ id: `${mode}-${index}`, runTimeMs: minutes(60 + index) }), ...fields }),
  );
}

function plan(written: WrittenPolicy, verdicts: readonly Verdict[], all = seen) {
  return planOf(compiled(written), verdicts, all, nowMs);
}

/** Who holds back how many: `{ budget: 3, nothing: 5 }`. */
function holders(verdicts: readonly Verdict[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { heldBack } of verdicts) counts[heldBack?.by ?? 'nothing'] = (counts[heldBack?.by ?? 'nothing'] ?? 0) + 1;
  return counts;
}

it.each<[Partial<Verdict>, boolean]>([
  [{}, true],
  [{ mode: 'observe' }, true],
  [{ action: 'warn' }, false],
  [{ action: 'record' }, false],
  [{ heldBack: { by: 'freeze', why: 'x' } }, false],
])('takes a verdict with %j for a planned cancel: %s', (fields, expected) => {
  expect(isPlanned(aVerdict(fields))).toBe(expected);
});

describe('a plan', () => {
  it('carries out what nothing holds back', () => {
    expect(plan({}, cancels(3))).toMatchObject({ breaker: { open: false, planned: 3 } });
    expect(holders(plan({}, cancels(3)).verdicts)).toEqual({ nothing: 3 });
  });

  it('keeps every verdict, also those that are no cancels', () => {
    const verdicts = [...cancels(2), aVerdict({ action: 'warn' }), aVerdict({ action: 'record' })];
    expect(plan({}, verdicts).verdicts).toHaveLength(4);
  });

  it('holds back every cancel of the sweep while the breaker is open, with the reason', () => {
    const { verdicts, breaker } = plan({ breaker: { maxCancels: 2 } }, cancels(3));
    expect(breaker.open).toBe(true);
    expect(holders(verdicts)).toEqual({ breaker: 3 });
    expect(verdicts[0]?.heldBack?.why).toBe('The breaker is open: 3 cancels are planned, over the limit of 2.');
  });

  it('opens by share of the jobs that were seen', () => {
    expect(holders(plan({}, cancels(3), 11).verdicts)).toEqual({ breaker: 3 });
    expect(holders(plan({}, cancels(3), 9).verdicts)).toEqual({ nothing: 3 });
  });

  it('lets none through with a breaker of 0', () => {
    expect(holders(plan({ breaker: { maxCancels: 0 } }, cancels(1)).verdicts)).toEqual({ breaker: 1 });
  });

  it('lets none through with a budget of 0', () => {
    expect(holders(plan({ budget: { perSweep: 0 } }, cancels(1)).verdicts)).toEqual({ budget: 1 });
  });

  it('carries out no more than the budget, the oldest of equally costly jobs first', () => {
    const { verdicts } = plan({ budget: { perSweep: 2 } }, cancels(4));
    expect(holders(verdicts)).toEqual({ nothing: 2, budget: 2 });
    const carriedOut = verdicts.filter(isPlanned).map(({ job }) => job.id);
    expect(carriedOut).toEqual(['enforce-3', 'enforce-2']);
    expect(verdicts.find(({ heldBack }) => heldBack !== undefined)?.heldBack?.why).toBe(
      'The budget of 2 cancels a sweep is used up by costlier jobs.',
    );
  });

  it('spends the budget on the costliest job', () => {
    const cheap = cancels(3);
    const dear = aVerdict({ job: aJob({ id: 'dear', bytesProcessed: tib(50) }) });
    const { verdicts } = plan({ budget: { perSweep: 1 } }, [...cheap, dear]);
    expect(verdicts.filter(isPlanned).map(({ job }) => job.id)).toEqual(['dear']);
  });

  it('does not count for the breaker or the budget what the policy holds back anyway', () => {
    const kept = cancels(3).map((verdict) => ({
      ...verdict,
      job: { ...verdict.job, id: `kept-${verdict.job.id}`, principal: 'dwh@example.com' },
    }));
    const limits = { breaker: { maxCancels: 2 }, budget: { perSweep: 2 }, protect: { principals: 'dwh@*' } };
    const { verdicts, breaker } = plan(limits, [...kept, ...cancels(2)]);
    expect(breaker).toMatchObject({ open: false, planned: 2 });
    expect(holders(verdicts)).toEqual({ protection: 3, nothing: 2 });
  });

  it('does not count warnings and records', () => {
    const { breaker } = plan({ breaker: { maxCancels: 1 } }, [...cancels(1), ...cancels(5, { action: 'warn' })]);
    expect(breaker).toMatchObject({ open: false, planned: 1 });
  });
});

describe('what only observes', () => {
  const trial = (count: number) => cancels(count, { mode: 'observe' });
  const enforced = (verdicts: readonly Verdict[]) => verdicts.filter(({ mode }) => mode === 'enforce');
  const observed = (verdicts: readonly Verdict[]) => verdicts.filter(({ mode }) => mode === 'observe');

  it('cannot open the breaker for what enforces', () => {
    const { verdicts, breaker } = plan({ breaker: { maxCancels: 2 } }, [...trial(5), ...cancels(2)]);
    expect(breaker).toMatchObject({ open: false, planned: 2 });
    expect(holders(enforced(verdicts))).toEqual({ nothing: 2 });
    expect(holders(observed(verdicts))).toEqual({ breaker: 5 });
  });

  it('does not have its breaker opened by what enforces', () => {
    const { verdicts, breaker } = plan({ breaker: { maxCancels: 2 } }, [...trial(1), ...cancels(5)]);
    expect(breaker).toMatchObject({ open: true, planned: 5 });
    expect(holders(observed(verdicts))).toEqual({ nothing: 1 });
  });

  it('cannot use up the budget of what enforces', () => {
    const { verdicts } = plan({ budget: { perSweep: 2 } }, [...trial(5), ...cancels(2)]);
    expect(holders(enforced(verdicts))).toEqual({ nothing: 2 });
    expect(holders(observed(verdicts))).toEqual({ nothing: 2, budget: 3 });
  });

  it('is on trial or in force: observing shows what enforcing would do, without the rules on trial', () => {
    const rule = { setting: 'observe', policy: 'enforce', target: 'enforce' } as const;
    const inForce = cancels(2, { mode: 'observe', modes: { ...rule, rule: 'enforce' } });
    const onTrial = cancels(5, { mode: 'observe', modes: { ...rule, rule: 'observe' } });
    const { verdicts } = plan({ budget: { perSweep: 2 } }, [...inForce, ...onTrial]);
    expect(holders(verdicts.filter(({ modes }) => modes.rule === 'enforce'))).toEqual({ nothing: 2 });
    expect(holders(verdicts.filter(({ modes }) => modes.rule === 'observe'))).toEqual({ nothing: 2, budget: 3 });
  });

  it('is held back by the same exceptions', () => {
    const { verdicts } = plan({ protect: { principals: '*' } }, [...trial(1), ...cancels(1)]);
    expect(holders(verdicts)).toEqual({ protection: 2 });
  });
});
