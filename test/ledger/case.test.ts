import { describe, expect, it } from 'vitest';
import type { End, Verdict } from '../../shared/jobs/verdict.ts';
import * as cases from '../../shared/ledger/case.ts';
import { emptyLedger, ledgerSchema, type Case, type CaseState } from '../../shared/ledger/document.ts';
import { aJob, aVerdict, hours, minutes, nowMs } from '../make.ts';

// Synthetic: no such project, person, job or policy exists.

const verdict = aVerdict();
const observed = aVerdict({ mode: 'observe' });
const held = aVerdict({ heldBack: { by: 'grace', why: 'x' } });
const toTell = aVerdict({ heldBack: { by: 'grace', why: 'x', tell: true } });
const opened = cases.openCase('c0', verdict, nowMs);
const plan = { sweepId: 'sweep-1', dueMs: nowMs, notAfterMs: nowMs + minutes(1) };
const planned = cases.planned(opened, verdict, plan, nowMs);
const told = { noticeId: 'notice-1', atMs: nowMs };

/** A case after it was settled so, from a plan where the end needs one. */
const after = (did: End, known: Case = planned) => cases.settled(known, verdict, did, nowMs);
const inState = (state: CaseState): Case => ({ ...planned, state });

describe('a case', () => {
  it('is opened with what tells the job from others, and nothing else of it', () => {
    expect(opened).toMatchObject({ id: 'c0', state: 'observed', attempts: 0, sequence: 0, told: {}, reported: {} });
    expect(opened.job).toEqual({
      engine: 'bigquery',
      target: 'bigquery:analytics-prod',
      project: 'analytics-prod',
      location: 'EU',
      id: 'job-1',
      createdAtMs: verdict.job.createdAtMs,
      principal: 'sam@example.com',
    });
  });

  it('never keeps a statement', () => {
    const said = aVerdict({ job: aJob({ queryText: 'SELECT secret' }) });
    const all = [cases.planned(opened, said, plan, nowMs), cases.settled(opened, said, 'warned', nowMs)];
    expect(JSON.stringify(all)).not.toMatch(/secret/);
    expect(all[0]?.verdict?.job.id).toBe('job-1');
  });

  it('can be read again as it was written, in whatever state', () => {
    const ends: readonly End[] = ['warned', 'unconfirmed', 'forbidden', 'cancelled', 'held-back'];
    const all = [opened, planned, ...ends.map((did) => after(did))].map((one, index) => ({ ...one, id: `c${index}` }));
    const document = { ...emptyLedger, cases: Object.fromEntries(all.map((one) => [one.id, one])) };
    const written: unknown = JSON.parse(JSON.stringify(document));
    expect(ledgerSchema.parse(written)).toEqual(written);
  });
});

describe('what becomes of a case', () => {
  it.each<[End, CaseState]>([
    ['recorded', 'observed'],
    ['warned', 'warned'],
    ['would-have-been-warned', 'observed'],
    ['would-have-been-cancelled', 'observed'],
    ['held-back', 'observed'],
    ['cancelled', 'closed'],
    ['finished-first', 'closed'],
    ['failed-by-itself', 'closed'],
    ['gone', 'closed'],
    ['ended', 'closed'],
    ['withdrawn', 'closed'],
    ['forbidden', 'forbidden'],
    ['unconfirmed', 'unconfirmed'],
    ['error', 'unconfirmed'],
  ])('after %s it is %s, and only a cancel on its way keeps its plan', (did, state) => {
    const next = after(did);
    expect(next.state).toBe(state);
    expect(next.plan).toEqual(state === 'unconfirmed' ? plan : undefined);
    expect(next.verdict?.rule).toBe('long-queries');
  });

  it('is planned under the next number, and what was sent before is forgotten', () => {
    const again = cases.planned(cases.sent(planned, nowMs), verdict, { ...plan, sweepId: 'sweep-2' }, nowMs + 1);
    expect(again).toMatchObject({
      state: 'planned',
      attempts: 2,
      plan: { sweepId: 'sweep-2' },
      updatedAtMs: nowMs + 1,
    });
    expect(again.cancelSentAtMs).toBeUndefined();
  });

  it('is judged anew after it was opened again: nothing of the plan is left but its number', () => {
    const again = cases.reopened(cases.sent(after('unconfirmed'), nowMs), nowMs);
    expect(again).toMatchObject({ state: 'observed', attempts: 1 });
    expect([again.plan, again.cancelSentAtMs]).toEqual([undefined, undefined]);
  });

  it.each<[CaseState, End, CaseState]>([
    ['observed', 'would-have-been-cancelled', 'observed'],
    ['warned', 'would-have-been-cancelled', 'observed'],
    ['observed', 'ended', 'closed'],
    ['planned', 'would-have-been-cancelled', 'planned'],
    ['planned', 'finished-first', 'planned'],
    ['unconfirmed', 'finished-first', 'unconfirmed'],
    ['unconfirmed', 'would-have-been-cancelled', 'unconfirmed'],
    ['forbidden', 'would-have-been-cancelled', 'forbidden'],
    ['forbidden', 'held-back', 'forbidden'],
    ['forbidden', 'ended', 'closed'],
    ['closed', 'would-have-been-cancelled', 'closed'],
  ])('in %s, is changed by a verdict that only observes and %s into %s', (state, did, expected) => {
    const next = cases.settled(inState(state), observed, did, nowMs + 1);
    expect(next.state).toBe(expected);
    const stays = state === expected && state !== 'observed';
    expect(next.verdict?.mode, 'whose story it is').toBe(stays ? 'enforce' : 'observe');
    expect(next.plan).toEqual(stays ? plan : undefined);
    expect(cases.isNews(next, observed)).toBe(false);
  });
});

describe('news', () => {
  const reported = (one: Verdict, did: End = 'held-back') => cases.settled(opened, one, did, nowMs);

  it('is what was not reported of this rule, action, line and reason', () => {
    expect(cases.isNews(undefined, verdict)).toBe(true);
    expect(cases.isNews(opened, verdict)).toBe(true);
    expect(cases.isNews(reported(verdict), verdict)).toBe(false);
    const others = [{ rule: 'other' }, { action: 'warn' }, { phase: 'warnAt' }, { mode: 'observe' }] as const;
    for (const fields of others) expect(cases.isNews(reported(verdict), aVerdict(fields))).toBe(true);
    expect(cases.isNews(reported(verdict), held)).toBe(true);
  });

  it('is not the same reason in other words, nor an observed cancel that the mode holds back', () => {
    expect(cases.isNews(reported(held), aVerdict({ heldBack: { by: 'grace', why: 'other words' } }))).toBe(false);
    expect(cases.isNews(reported(observed), { ...observed, heldBack: { by: 'mode', why: 'x' } })).toBe(false);
  });

  it('is, again and again, an owner who still has to be told of a cancel', () => {
    expect(cases.isNews(reported(toTell, 'warned'), toTell)).toBe(true);
    expect(cases.isNews(reported(toTell, 'warned'), held)).toBe(false);
    expect(cases.isNews(reported(toTell), { ...toTell, mode: 'observe' })).toBe(false);
    const exempt = aVerdict({ heldBack: { by: 'exemption', why: 'x', tell: true } });
    expect(cases.isNews(reported(exempt, 'warned'), exempt)).toBe(false);
  });
});

describe('what an owner was told', () => {
  const known = cases.withTold(opened, 'a', told);
  const receipt = { how: 'delivered' as const, atMs: nowMs + 1 };

  it('stands by rule, and the first notice counts', () => {
    const more = cases.withTold(cases.withTold(known, 'a', { noticeId: 'notice-2', atMs: nowMs + 9 }), 'b', told);
    expect(more.told).toEqual({ a: told, b: told });
  });

  it('has its receipt, and is taken back where the message did not name the job', () => {
    expect(cases.withReceipt(known, 'a', receipt).told).toEqual({ a: { ...told, receipt } });
    expect(cases.withReceipt(known, 'b', receipt)).toEqual(known);
    const two = cases.withTold(known, 'b', told);
    expect(cases.withReceipt(two, 'a', undefined).told).toEqual({ b: told });
    expect(cases.withReceipt(known, 'b', undefined)).toEqual(known);
  });

  it('does not count any more once the job kept the rules for a while', () => {
    expect(cases.settled(known, verdict, 'withdrawn', nowMs).told).toEqual({});
    expect(cases.settled(known, verdict, 'held-back', nowMs).told).toEqual({ a: told });
  });
});

describe('who may look after a case', () => {
  it.each<[CaseState, boolean, boolean]>([
    ['observed', false, false],
    ['warned', false, false],
    ['planned', true, true],
    ['cancelling', true, true],
    ['unconfirmed', true, true],
    ['forbidden', false, true],
    ['closed', false, false],
  ])('%s: a cancel is on its way: %s; left alone: %s', (state, isUnderWay, isLeft) => {
    expect(cases.isBeingCancelled(inState(state))).toBe(isUnderWay);
    expect(cases.isLeftAlone(inState(state), nowMs)).toBe(isLeft);
  });

  it('is anybody where there is none, and after an hour where the cancel was forbidden', () => {
    expect(cases.isLeftAlone(undefined, nowMs)).toBe(false);
    expect(cases.isLeftAlone(inState('forbidden'), nowMs + hours(1) - 1)).toBe(true);
    expect(cases.isLeftAlone(inState('forbidden'), nowMs + hours(1))).toBe(false);
    expect(cases.isLeftAlone(planned, nowMs + hours(99)), 'a plan is followed up, not judged').toBe(true);
  });

  it('is nobody else before the plan is over: the fence', () => {
    expect(cases.isPastItsPlan(planned, plan.notAfterMs - 1)).toBe(false);
    expect(cases.isPastItsPlan(planned, plan.notAfterMs)).toBe(true);
    expect(cases.isPastItsPlan(opened, 0)).toBe(true);
  });

  it.each<[string, Partial<Case>, number, boolean]>([
    ['within its plan', {}, plan.notAfterMs - 1, false],
    ['after its plan, where nothing was sent', {}, plan.notAfterMs, true],
    ['for as long as a cancel may take', { cancelSentAtMs: nowMs }, nowMs + minutes(3), false],
    ['after that', { cancelSentAtMs: nowMs }, nowMs + minutes(3) + 1, true],
    ['within its plan, whenever it was sent', { cancelSentAtMs: nowMs - hours(1) }, nowMs, false],
    ['for the third time', { attempts: 2 }, plan.notAfterMs, true],
    ['for the fourth time', { attempts: 3 }, plan.notAfterMs, false],
    ['for the fifth time', { attempts: 4 }, plan.notAfterMs, false],
  ])('may try again %s: %#', (_, fields, atMs, expected) => {
    expect(cases.mayTryAgain({ ...planned, ...fields }, atMs, minutes(3))).toBe(expected);
  });
});

describe('whether a record is of the job of a case', () => {
  const { job } = verdict;
  it.each<[string, object, boolean]>([
    ['the same', {}, true],
    ['another id', { id: 'job-2' }, false],
    ['created at another time', { createdAtMs: 1 }, false],
    ['of somebody else', { principal: 'kim@example.com' }, false],
    ['created nobody knows when', { createdAtMs: undefined }, false],
    ['of nobody knows whom', { principal: undefined }, false],
  ])('%s', (_, fields, expected) => {
    expect(cases.isCaseOf(opened, { ...job, ...fields })).toBe(expected);
  });

  it('is decided by what was known when the case was opened', () => {
    const vague = cases.openCase(
      'c1',
      aVerdict({ job: { ...job, createdAtMs: undefined, principal: undefined } }),
      nowMs,
    );
    expect(cases.isCaseOf(vague, job)).toBe(true);
    expect(cases.isCaseOf(vague, { ...job, id: 'job-2' })).toBe(false);
  });
});

describe('attempts', () => {
  const lastPlan = { ...plan, notAfterMs: nowMs };
  const sentAnd = (did: End, known: Case) =>
    cases.settled(cases.sent(cases.planned(known, verdict, lastPlan, nowMs), nowMs), verdict, did, nowMs);

  it('are those at which something was sent: a plan that came to nothing uses none of the three', () => {
    let known = opened;
    for (let turn = 0; turn < 5; turn += 1) known = after('held-back', cases.planned(known, verdict, plan, nowMs));
    expect(known.attempts).toBe(5);
    expect(cases.attemptsUsed(known)).toBe(0);
    known = sentAnd('unconfirmed', known);
    expect([known.attempts, cases.attemptsUsed(known)]).toEqual([6, 1]);
    expect(cases.mayTryAgain(known, nowMs + minutes(4), minutes(3))).toBe(true);
  });

  it('are used up by what may have been sent, also where nobody knows', () => {
    const reopened = [1, 2, 3].reduce<Case>(
      (known) => cases.reopened(cases.planned(known, verdict, lastPlan, nowMs), nowMs),
      opened,
    );
    expect(cases.attemptsUsed(reopened)).toBe(3);
    const three = [1, 2, 3].reduce<Case>((known) => sentAnd('unconfirmed', known), opened);
    expect(cases.attemptsUsed(three)).toBe(3);
    expect(cases.mayTryAgain(three, nowMs + minutes(4), minutes(3))).toBe(false);
  });

  it('are not given back by what is only observed, nor by a cancel that was held back after it was sent', () => {
    const aside = cases.settled(planned, { ...observed, heldBack: { by: 'look-again', why: 'x' } }, 'held-back', nowMs);
    expect(cases.attemptsUsed(aside)).toBe(1);
    expect(cases.attemptsUsed(sentAnd('held-back', opened))).toBe(1);
  });
});
