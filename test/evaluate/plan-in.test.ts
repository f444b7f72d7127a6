import { describe, expect, it } from 'vitest';
import { quiet, type Circumstances, type PastAttempt } from '../../shared/evaluate/circumstances.ts';
import { planBeside, withGranted } from '../../shared/evaluate/plan-beside.ts';
import { planIn } from '../../shared/evaluate/safety.ts';
import type { HeldBack, Verdict } from '../../shared/jobs/verdict.ts';
import { aJob, aRule, aVerdict, compiled, hours, minutes, nowMs, tib, type WrittenPolicy } from '../make.ts';

// Synthetic: no such project, person, job or policy exists.

const target = 'bigquery:analytics-prod';
const observed = { setting: 'observe', policy: 'enforce', target: 'enforce', rule: 'enforce' } as const;

function cancels(count: number, fields: Partial<Verdict> = {}, prefix = 'job'): Verdict[] {
  return Array.from({ length: count }, (_, index) =>
    aVerdict({ job: aJob({ id: `${prefix}-${index}`, runTimeMs: minutes(60 + index) }), ...fields }),
  );
}

function plan(verdicts: readonly Verdict[], now: Partial<Circumstances> = {}, written: WrittenPolicy = {}) {
  return planIn(compiled(written), verdicts, { ...quiet(1000, nowMs), ...now });
}

/** Who holds back how many: `{ budget: 3, nothing: 5 }`. */
function holders(verdicts: readonly Verdict[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { heldBack } of verdicts) counts[heldBack?.by ?? 'nothing'] = (counts[heldBack?.by ?? 'nothing'] ?? 0) + 1;
  return counts;
}

const held = (verdicts: readonly Verdict[], now: Partial<Circumstances> = {}, written: WrittenPolicy = {}) =>
  holders(plan(verdicts, now, written).verdicts);
const past = (count: number, fields: Partial<PastAttempt> = {}): PastAttempt[] =>
  Array.from({ length: count }, () => ({
    atMs: nowMs - minutes(10),
    owner: 'somebody',
    pastBreaker: false,
    ...fields,
  }));

describe('a standstill', () => {
  const standstill: HeldBack = { by: 'stop', why: 'Stopped.' };

  it('holds back every cancel that is for real, with its sentence, and opens no breaker', () => {
    const { verdicts, breaker } = plan(cancels(30), { standstill });
    expect(verdicts.every(({ heldBack }) => heldBack === standstill)).toBe(true);
    expect(breaker).toMatchObject({ open: false, planned: 0 });
  });

  it('leaves alone what is only observed, and what is no cancel', () => {
    const verdicts = [...cancels(1, { mode: 'observe', modes: observed }), ...cancels(1, { action: 'warn' }, 'warned')];
    expect(held(verdicts, { standstill })).toEqual({ nothing: 2 });
  });

  it('comes after what the policy itself holds back', () => {
    expect(held(cancels(1), { standstill }, { protect: { principals: '*' } })).toEqual({ protection: 1 });
  });
});

describe('a part of a fleet', () => {
  const fleet = { planned: 0, granted: 0 };

  it('counts what the others plan for the breaker', () => {
    expect(plan(cancels(1), { fleet: { ...fleet, planned: 20 } }).breaker).toMatchObject({ open: true, planned: 21 });
    expect(held(cancels(1), { fleet: { ...fleet, planned: 20 } })).toEqual({ breaker: 1 });
    expect(held(cancels(1), { fleet: { ...fleet, planned: 19 } })).toEqual({ nothing: 1 });
  });

  it('counts the share of what is planned in all of the jobs seen', () => {
    const written: WrittenPolicy = { breaker: { maxShare: '25%', minJobs: 10 } };
    expect(held(cancels(3), { seen: 16, fleet: { ...fleet, planned: 2 } }, written)).toEqual({ breaker: 3 });
    expect(held(cancels(3), { seen: 20, fleet: { ...fleet, planned: 2 } }, written)).toEqual({ nothing: 3 });
    expect(held(cancels(5), { seen: 16, fleet }, written)).toEqual({ breaker: 5 });
  });

  it('has its cancels held back while the breaker of the fleet is open, unless somebody closed it', () => {
    const open = { ...fleet, open: '30 cancels are planned.' };
    expect(held(cancels(1), { fleet: open })).toEqual({ breaker: 1 });
    expect(plan(cancels(1), { fleet: open }).verdicts[0]?.heldBack?.why).toBe(
      'The breaker is open: 30 cancels are planned.',
    );
    expect(held(cancels(1), { fleet: open, breakerClosed: true })).toEqual({ nothing: 1 });
    expect(held(cancels(1, { mode: 'observe', modes: observed }), { fleet: open })).toEqual({ nothing: 1 });
  });

  it('has what the others left of the budget of a sweep', () => {
    const written: WrittenPolicy = { budget: { perSweep: 5 } };
    expect(held(cancels(3), { fleet: { ...fleet, granted: 4 } }, written)).toEqual({ nothing: 1, budget: 2 });
  });
});

describe('cancels that the sweep was granted before', () => {
  const before = (count: number) => withGranted(quiet(1000, nowMs), cancels(count, {}, 'before'));

  it('count for the breaker', () => {
    const written: WrittenPolicy = { budget: { perSweep: 50, perHour: 50, perOwnerPerHour: 50 } };
    expect(plan(cancels(1), before(20), written).breaker).toMatchObject({ open: true, planned: 21 });
    expect(held(cancels(1), before(19), written)).toEqual({ nothing: 1 });
    expect(planBeside(compiled(written), cancels(5), cancels(6, {}, 'beside'), before(10))).toEqual([]);
    expect(planBeside(compiled(written), cancels(5), cancels(5, {}, 'beside'), before(10))).toHaveLength(5);
  });

  it.each([{ perSweep: 5 }, { perHour: 5 }, { perOwnerPerHour: 5 }])('have used up what they take of %j', (tight) => {
    const written: WrittenPolicy = { budget: { perSweep: 50, perHour: 50, perOwnerPerHour: 50, ...tight } };
    expect(held(cancels(3), before(4), written)).toEqual({ nothing: 1, budget: 2 });
    expect(planBeside(compiled(written), cancels(1), cancels(3, {}, 'beside'), before(3))).toHaveLength(1);
  });

  it('are among those of the fleet where there is one, and not counted twice', () => {
    const written: WrittenPolicy = { budget: { perSweep: 5 } };
    const now = { ...before(2), fleet: { planned: 0, granted: 2 } };
    expect(held(cancels(4), now, written)).toEqual({ nothing: 3, budget: 1 });
    expect(plan(cancels(4), now, written).breaker.planned).toBe(6);
  });

  it('say nothing of what is only observed', () => {
    const written: WrittenPolicy = { budget: { perSweep: 5 } };
    expect(held(cancels(5, { mode: 'observe', modes: observed }), before(5), written)).toEqual({ nothing: 5 });
  });
});

describe('a target in which cancels failed', () => {
  const failing = new Map([[target, 'Three cancels failed.']]);
  const elsewhere = aJob({ id: 'elsewhere', target: 'bigquery:finance-prod', runTimeMs: hours(1) });

  it('holds back its own cancels, and no others', () => {
    const { verdicts } = plan([...cancels(1), aVerdict({ job: elsewhere })], { failing });
    const found = new Map(verdicts.map(({ job, heldBack }) => [job.id, heldBack]));
    expect(found.get('elsewhere')).toBeUndefined();
    expect(found.get('job-0')).toEqual({ by: 'failures', why: 'Three cancels failed.' });
  });

  it('leaves alone what is only observed', () => {
    expect(held(cancels(1, { mode: 'observe', modes: observed }), { failing })).toEqual({ nothing: 1 });
  });
});

describe('a query that comes back', () => {
  const rules = (then: 'letRun' | 'tell') => ({ rules: [aRule({ retries: { after: 3, within: '2h', then } })] });

  it.each<['letRun' | 'tell', number | undefined, string]>([
    ['letRun', 2, 'nothing'],
    ['letRun', 3, 'retries'],
    ['letRun', 9, 'retries'],
    ['letRun', undefined, 'retries'],
    ['tell', 9, 'nothing'],
    ['tell', undefined, 'nothing'],
  ])('under %s, after %s cancels, is held back by %s', (then, count, by) => {
    expect(held(cancels(1), { retriesOf: () => count }, rules(then))).toEqual({ [by]: 1 });
  });

  it('is counted over the time that the rule names', () => {
    const asked: number[] = [];
    const retriesOf: Circumstances['retriesOf'] = (_job, withinMs) => asked.push(withinMs);
    plan(cancels(1), { retriesOf }, rules('letRun'));
    expect(asked).toEqual([hours(2)]);
  });

  it('is not counted for a rule that says nothing of it', () => {
    expect(held(cancels(1), { retriesOf: () => undefined })).toEqual({ nothing: 1 });
  });
});

describe('a cancel that is due later', () => {
  const soon = aVerdict({ job: aJob({ id: 'soon', runTimeMs: minutes(30) }), dueMs: nowMs + minutes(0.5) });
  const told = () => ({ atMs: nowMs - hours(1), receipt: { how: 'delivered' as const, atMs: nowMs - minutes(9.5) } });

  it('is held against the grace as it will be by then, and that of others as it is', () => {
    const policy = compiled({ rules: [aRule({ grace: '10m' })] }, { told });
    const heldBy = (verdict: Verdict) => planIn(policy, [verdict], quiet(100, nowMs)).verdicts[0]?.heldBack?.by;
    expect(heldBy(soon)).toBeUndefined();
    expect(heldBy({ ...soon, dueMs: nowMs + minutes(0.5) - 1 })).toBe('grace');
    expect(heldBy(aVerdict({ job: soon.job }))).toBe('grace');
  });

  it('is never held against what was before', () => {
    const freezes = [{ name: 'close', from: '2026-03-11', to: '2026-03-12', reason: 'x' }];
    expect(held([{ ...soon, dueMs: nowMs - hours(24) }], {}, { freezes })).toEqual({ freeze: 1 });
  });

  it('counts for the breaker and the budget like any other', () => {
    expect(held([soon, ...cancels(2)], {}, { breaker: { maxCancels: 2 } })).toEqual({ breaker: 3 });
    expect(held([soon, ...cancels(2)], {}, { budget: { perSweep: 2 } })).toEqual({ nothing: 2, budget: 1 });
  });
});

describe('a rule that may act past the breaker', () => {
  const rules = [aRule({ name: 'huge', pastBreaker: true }), aRule()];
  const written = (pastBreaker: number): WrittenPolicy => ({
    rules,
    breaker: { maxCancels: 2 },
    budget: { pastBreaker },
  });
  const huge = (count: number) => cancels(count, { rule: 'huge' }, 'huge');

  it('does, within its budget of an hour, and all others are held back', () => {
    const { verdicts, breaker } = plan([...huge(3), ...cancels(3)], {}, written(2));
    expect(breaker).toMatchObject({ open: true, planned: 6 });
    expect(holders(verdicts)).toEqual({ nothing: 2, breaker: 4 });
    expect(verdicts.filter(({ heldBack }) => heldBack === undefined).map(({ rule }) => rule)).toEqual(['huge', 'huge']);
  });

  it('acts on the costliest first', () => {
    const dear = aVerdict({ rule: 'huge', job: aJob({ id: 'dear', bytesProcessed: tib(90) }) });
    const { verdicts } = plan([...huge(3), dear], {}, written(1));
    expect(verdicts.filter(({ heldBack }) => heldBack === undefined).map(({ job }) => job.id)).toEqual(['dear']);
  });

  it.each<[string, PastAttempt[], number]>([
    ['none before', [], 2],
    ['one within the hour', past(1, { pastBreaker: true }), 1],
    ['more than that', past(5, { pastBreaker: true }), 0],
    ['some an hour ago', past(5, { pastBreaker: true, atMs: nowMs - hours(1) }), 2],
    ['some while the breaker was closed', past(5), 2],
  ])('counts what it did while the breaker was open: %s', (_, attempts, granted) => {
    expect(held(huge(3), { attempts }, written(2))['nothing'] ?? 0).toBe(granted);
  });

  it('is bound by the budget of the sweep as well', () => {
    const policy = { ...written(9), budget: { pastBreaker: 9, perSweep: 1 } };
    expect(held(huge(3), {}, policy)).toEqual({ nothing: 1, budget: 2 });
  });

  it('has no say with a budget of 0', () => {
    expect(held(huge(3), {}, written(0))).toEqual({ breaker: 3 });
  });

  it('needs no such leave while the breaker is closed', () => {
    expect(held(huge(2), { attempts: past(5, { pastBreaker: true }) }, written(0))).toEqual({ nothing: 2 });
  });
});

describe('a breaker that was closed by hand', () => {
  const limits = { breaker: { maxCancels: 2 } };

  it('lets this sweep through, and its state says that it would be open', () => {
    const { verdicts, breaker } = plan(cancels(3), { breakerClosed: true }, limits);
    expect(holders(verdicts)).toEqual({ nothing: 3 });
    expect(breaker).toMatchObject({ open: true, planned: 3 });
  });

  it('keeps the budgets', () => {
    const written = { ...limits, budget: { perSweep: 1 } };
    expect(held(cancels(3), { breakerClosed: true }, written)).toEqual({ nothing: 1, budget: 2 });
  });

  it('is only that of what is for real', () => {
    const trial = cancels(3, { mode: 'observe', modes: observed });
    expect(held(trial, { breakerClosed: true }, limits)).toEqual({ breaker: 3 });
  });
});

describe('what was attempted before', () => {
  it('uses up the budgets of what is for real, and of nothing that is only observed', () => {
    const written = { budget: { perHour: 3 } };
    expect(held(cancels(4), { attempts: past(2) }, written)).toEqual({ nothing: 1, budget: 3 });
    const trial = cancels(4, { mode: 'observe', modes: observed });
    expect(held(trial, { attempts: past(2) }, written)).toEqual({ nothing: 3, budget: 1 });
  });

  it('does not count again where it was only observed: the job would be gone by now', () => {
    const trial = [
      ...cancels(3, { mode: 'observe', modes: observed }),
      ...cancels(2, { mode: 'observe', modes: observed }, 'new'),
    ];
    const wasObserved = ({ job }: Verdict) => job.id.startsWith('job-');
    const written = { breaker: { maxCancels: 2, maxShare: '100%' } } as const;
    expect(held(trial, {}, written)).toEqual({ breaker: 5 });
    expect(held(trial, { wasObserved }, written)).toEqual({ nothing: 5 });
  });

  it('counts for the owner of a job, and for its principal where it has none', () => {
    const written = { budget: { perOwnerPerHour: 2 } };
    const owner = { name: 'data', kind: 'team', foundBy: 'x', reach: {} } as const;
    expect(held(cancels(1, { owner }), { attempts: past(2, { owner: 'data' }) }, written)).toEqual({ budget: 1 });
    expect(held(cancels(1), { attempts: past(2, { owner: 'sam@example.com' }) }, written)).toEqual({ budget: 1 });
    expect(held(cancels(1), { attempts: past(2, { owner: 'data' }) }, written)).toEqual({ nothing: 1 });
  });
});
