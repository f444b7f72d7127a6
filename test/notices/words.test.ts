import { describe, expect, test } from 'vitest';
import { messageOf } from '../../shared/notices/message.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import { nowMs } from '../make.ts';
import { aDelivery, aNotice, aNoticePolicy, aTell, notices } from './make.ts';

// Synthetic: no such person, team, job or channel exists.

/** The facts of the first job of the notice as its first receiver reads them, by label. */
function factsOf(notice: Notice): Readonly<Record<string, string>> {
  const [job] = messageOf(notice, aDelivery(notice)).jobs;
  return Object.fromEntries((job?.facts ?? []).map(({ label, text }) => [label, text]));
}

describe('what is said of a job', () => {
  const looker = { 'looker-context-user_id': '7' };
  const dts = { data_source_id: 'scheduled_query', dts_config_id: 'c' };
  test.each([
    ['bquxjob_6f1c2a9b_18e2d0c4f31', {}, 'sam@example.com through the BigQuery console'],
    ['bqjob_r6f1c2a9b18e2d0c4_0000018e2d0c4f31_1', {}, 'sam@example.com through bq'],
    ['a', { dbt_invocation_id: 'i' }, 'sam@example.com through dbt (invocation i)'],
    ['a', looker, 'sam@example.com through Looker (user 7)'],
    ['a', { requestor: 'looker_studio' }, 'sam@example.com through Looker Studio'],
    ['a', { sheets_trigger: 'user' }, 'sam@example.com through Connected Sheets (trigger user)'],
    ['a', { 'airflow-dag': 'd' }, 'sam@example.com through Airflow (dag d)'],
    ['a', dts, 'sam@example.com through a scheduled query (config c, source scheduled_query)'],
    ['a', { 'adk-bigquery-tool': 't' }, 'sam@example.com through an agent (tool t)'],
  ])('names the client of %s %j as people call it', (id, labels, words) => {
    expect(factsOf(aNotice({ job: { id, labels } }))['Run by']).toBe(words);
  });

  const measured = [{ metric: 'costSoFar' as const, value: 50, threshold: 40, over: true }];

  test.each(['finished-first', 'failed-by-itself', 'gone'] as const)('is in the past when it is over: %s', (did) => {
    const made = aNotice({
      job: { reservation: null },
      costUsd: 50,
      verdict: { measured },
      outcome: { did, why: 'x' },
    });
    const facts = factsOf(made);
    expect(facts['Cost']).toBe('About 50 USD for what was read.');
    expect(facts['Numbers']).toBe('cost 50 USD, limit 40 USD: 10 USD over.');
  });

  test('is so far while it runs', () => {
    const outcome = { did: 'warned' as const, why: 'x' };
    const facts = factsOf(aNotice({ job: { reservation: null }, costUsd: 50, verdict: { measured }, outcome }));
    expect(facts['Cost']).toBe('About 50 USD so far for what was read.');
    expect(facts['Numbers']).toMatch(/^cost so far 50 USD/);
  });

  test('is not "0 ms over"', () => {
    const times = [{ metric: 'runTime' as const, value: 1_800_000.4, threshold: 1_800_000, over: true }];
    expect(factsOf(aNotice({ verdict: { measured: times } }))['Numbers']).toMatch(/: under 1 s over\.$/);
  });

  test('says once that it finished by itself, where several jobs are told', () => {
    const outcome = { did: 'finished-first' as const, why: 'It finished before the cancel took effect.' };
    const [notice] = notices({ tells: ['a', 'b'].map((id) => aTell({ job: { id }, outcome })) });
    if (notice === undefined) throw new Error('no notice');
    expect(factsOf(notice)['What']).toBe('Finished before it could be cancelled.');
    expect(factsOf(aNotice({ outcome }))['What']).toBe('It finished before the cancel took effect.');
  });
});

describe('what to do next', () => {
  const toOperators = aNoticePolicy({ routes: [{ to: ['operators'] }] });
  const airflow = { labels: { 'airflow-dag': 'd' } };
  const done = (did: 'cancelled' | 'warned' | 'finished-first') => ({ outcome: { did, why: 'x' } });
  const soon = { ...done('warned'), willCancelAtMs: nowMs + 60_000 };
  test.each([
    ['a cancel', {}, /^Make it smaller before you run it again \(/, /make it smaller before it runs again \(/],
    ['a load', { job: { jobType: 'load' as const } }, /before you run it again/, /split it before it runs again/],
    ['a job of Airflow', { job: airflow }, /^Make it smaller or pause it/, /make it smaller or pause it/],
    ['a warning', soon, /^If you need it/, /ask for an exemption before then, or cancel it\.$/],
    ['a warning without a time', done('warned'), /^If you need it/, /later it may be cancelled\.$/],
    ['a job that finished', done('finished-first'), /often, make it/, /make it smaller or ask for an exemption/],
  ] as const)('after %s is for the owner to do, whoever reads it', (_what, tell, own, others) => {
    expect(factsOf(aNotice(tell))['Next']).toMatch(own);
    const forOperators = factsOf(aNotice(tell, toOperators))['Next'];
    expect(forOperators).toMatch(/its owner can /i);
    expect(forOperators).toMatch(others);
    const unowned = factsOf(aNotice({ ...tell, verdict: { owner: undefined } }))['Next'];
    expect(unowned).toMatch(/find out whose it is: they can /i);
    expect(unowned).toMatch(others);
    expect(`${forOperators} ${unowned}`).not.toMatch(/\byou\b/);
  });
});

describe('why a message about a job without an owner came', () => {
  test.each([
    ['no step', 'You get this because you look after jobs that have no owner.'],
    ['fallback (label team is "x", which is no team)', 'that have no owner (label team is "x", which is no team).'],
  ])('is a sentence, with what was tried: %s', (foundBy, words) => {
    const owner = { name: 'fallback', kind: 'fallback' as const, foundBy, reach: { slack: '#data-unowned' } };
    const notice = aNotice({ verdict: { owner } });
    expect(messageOf(notice, aDelivery(notice)).small).toContain(words);
  });
});
