import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../shared/notices/message.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import { plainText } from '../../shared/notices/render.ts';
import { hours, minutes, nowMs } from '../make.ts';
import { collected, dailyNotice } from '../../shared/notices/daily.ts';
import { noticeKeys } from '../../shared/notices/digest.ts';
import { aDelivery, aNotice, aNoticePolicy, aTell, context, notices, platform } from './make.ts';

// Synthetic: no such person, team, job or channel exists. The files in golden/ are there to be read by people.

const sql =
  '/* a tool wrote this */\nSELECT customer, SUM(amount) FROM sales.orders_all CROSS JOIN sales.returns GROUP BY 1\n';

function first(all: readonly Notice[]): Notice {
  const [notice] = all;
  if (notice === undefined) throw new Error('no notice');
  return notice;
}

function last(all: readonly Notice[]): Notice {
  return first(all.slice(-1));
}

function warnings(count: number) {
  return Array.from({ length: count }, (_, index) =>
    aTell({ ...warned, job: { id: `job-${index + 1}`, slotMs: hours(count - index) } }),
  );
}

function manyTells(count: number, dids: readonly ('cancelled' | 'finished-first')[]) {
  return Array.from({ length: count }, (_, index) =>
    aTell({
      job: { id: `job-${index + 1}`, slotMs: hours(count - index) },
      outcome: { did: dids[index % dids.length] ?? 'cancelled', why: 'The engine reports it as done.' },
    }),
  );
}

const observed = {
  verdict: {
    mode: 'observe' as const,
    heldBack: { by: 'mode' as const, why: 'The rule long-queries is on trial: it only observes.' },
  },
  outcome: { did: 'would-have-been-cancelled' as const, why: 'Observed only: nothing was sent.' },
};

const warned = {
  verdict: {
    action: 'warn' as const,
    phase: 'warnAt' as const,
    because: 'has run for 21 min, over the limit of 20 min',
    measured: [{ metric: 'runTime' as const, value: minutes(21), threshold: minutes(20), over: true }],
  },
  job: { runTimeMs: minutes(21) },
  outcome: { did: 'warned' as const, why: 'Its owner is told.' },
  willCancelAtMs: nowMs + minutes(9),
};

const made: Readonly<Record<string, () => readonly [Notice, Partial<Delivery>?]>> = {
  'cancelled-to-its-author': () => [aNotice({ job: { queryText: sql } })],
  'cancelled-to-a-team': () => [
    aNotice({
      job: {
        queryText: sql,
        principal: 'etl@prod.iam.gserviceaccount.com',
        labels: { 'airflow-dag': 'daily', 'airflow-task': 'load' },
      },
      verdict: { owner: platform },
    }),
  ],
  'cancelled-a-merge': () => [aNotice({ job: { statementType: 'MERGE' } })],
  'cancelled-a-load': () => [aNotice({ job: { jobType: 'load', statementType: null } })],
  'cancelled-owner-not-reached': () => {
    const notice = aNotice({ job: { queryText: sql } });
    const [receiver] = notice.receivers;
    if (receiver === undefined) throw new Error('no receiver');
    const why = 'no Slack user has this address (users_not_found)';
    return [notice, { to: { channel: '#data-unowned' }, notReached: [{ receiver, why }] }];
  },
  'cancelled-nobody-owns-it': () => [aNotice({ verdict: { owner: undefined } })],
  'cancelled-on-demand-in-berlin': () => [
    aNotice(
      { job: { queryText: sql }, costUsd: 50.4, hints: ['no-filter', 'cross-join'] },
      aNoticePolicy({
        timezone: 'Europe/Berlin',
        rules: [
          {
            name: 'long-queries',
            description: 'Half an hour on real capacity is nearly always a mistake.',
            limit: { runTime: '30m' },
            action: 'cancel',
            grace: 'none',
          },
        ],
      }),
    ),
  ],
  'cancelled-in-a-reservation': () => [
    aNotice({ job: { reservation: 'admin:EU.prod', edition: 'ENTERPRISE' }, costUsd: 50 }),
  ],
  'cancelled-for-an-unknown-user-of-looker': () => [
    aNotice({
      job: {
        principal: 'bi@prod.iam.gserviceaccount.com',
        principalKind: 'serviceAccount',
        labels: { 'looker-context-user_id': '99' },
      },
      verdict: {
        owner: {
          ...platform,
          name: 'bi-team',
          foundBy: 'principal pattern bi@* (looker-context-user_id "99" is not in looker-users.csv)',
        },
      },
    }),
  ],
  'cancelled-a-script-of-dbt': () => [
    aNotice({
      job: {
        statementType: 'SCRIPT',
        principal: 'dbt-prod@prod.iam.gserviceaccount.com',
        principalKind: 'serviceAccount',
        labels: { dbt_invocation_id: '1e2f33', target_name: 'prod', node_id: 'model.marts.orders' },
      },
      verdict: { owner: platform },
    }),
  ],
  'cancelled-nobody-owns-it-other-rules-lost': () => [
    aNotice({
      verdict: {
        owner: undefined,
        superseded: [
          { rule: 'dbt-production', action: 'warn', because: 'has run for 31 min, over the limit of 20 min' },
          { rule: 'huge-scans', action: 'cancel', because: 'has processed 1.27 TiB, over the limit of 1 TiB' },
        ],
      },
    }),
  ],
  'warned-again': () => {
    const plain = {
      verdict: { action: 'warn' as const },
      outcome: { did: 'warned' as const, why: 'Its owner is told.' },
    };
    const { receivers } = aNotice(plain);
    const { warning } = noticeKeys(receivers, { rule: 'long-queries', line: 'limit' });
    return [aNotice({ ...plain, earlier: { [warning]: 'notice-00000000' } })];
  },
  'warned-the-rest-in-the-thread': () => [last(notices({ tells: warnings(13) }))],
  'observed-in-a-day': () => {
    const tells = ['a', 'b'].map((id) => aTell({ ...observed, job: { id } }));
    const daily = collected(undefined, tells, { policy: aNoticePolicy(), atMs: nowMs - hours(5) });
    const notice = daily && dailyNotice(daily, aNoticePolicy(), context);
    if (notice === undefined) throw new Error('no notice');
    return [notice];
  },
  'finished-first': () => [
    aNotice({ outcome: { did: 'finished-first', why: 'It finished before the cancel took effect.' } }),
  ],
  'ended-for-another-reason': () => [
    aNotice({
      outcome: {
        did: 'failed-by-itself',
        why: 'It failed for a reason of its own (resourcesExceeded: out of memory).',
      },
    }),
  ],
  gone: () => [aNotice({ outcome: { did: 'gone', why: 'The engine no longer knows the job.' } })],
  forbidden: () => [
    aNotice({ outcome: { did: 'forbidden', why: 'The engine refuses: permission bigquery.jobs.update is missing.' } }),
  ],
  unconfirmed: () => [
    aNotice({
      outcome: {
        did: 'unconfirmed',
        why: 'The cancel was accepted, but its effect is not seen yet. It is still running.',
      },
    }),
  ],
  error: () => [aNotice({ outcome: { did: 'error', why: 'The cancel failed: [bigquery] the service answered 500.' } })],
  'followed-up': () => [aNotice({ followUp: true })],
  'warned-before-a-cancel': () => [aNotice(warned)],
  'warned-and-late': () => [aNotice(warned), { nowMs: nowMs + minutes(40) }],
  'warned-by-a-rule-that-only-warns': () => [
    aNotice({
      verdict: { action: 'warn', rule: 'stuck-in-the-queue' },
      outcome: { did: 'warned', why: 'Its owner is told.' },
    }),
  ],
  'would-have-to-operators': () => [aNotice(observed)],
  'would-have-to-its-owner': () => [aNotice(observed, aNoticePolicy({ observe: { tell: 'owner' } }))],
  'many-cancelled': () => [first(notices({ tells: manyTells(14, ['cancelled']) }))],
  'several-with-different-ends': () => [first(notices({ tells: manyTells(3, ['cancelled', 'finished-first']) }))],
  'breaker-open': () => [
    first(
      notices({
        tells: [1, 2].map((index) =>
          aTell({
            job: { id: `job-${index}` },
            verdict: {
              heldBack: { by: 'breaker', why: 'The breaker is open: 34 cancels were planned, over the limit of 20.' },
            },
            outcome: { did: 'held-back', why: 'The breaker is open.' },
          }),
        ),
        troubles: [
          {
            code: 'breaker-open',
            title: 'The breaker is open: nothing is cancelled',
            lines: ['34 cancels were planned in this sweep, over the limit of 20.', 'The jobs go on running.'],
            standsFor: ['breaker'],
          },
        ],
      }),
    ),
  ],
  'policy-rejected': () => [
    first(
      notices({
        troubles: [
          {
            code: 'policy-rejected',
            title: 'The policy was rejected: nothing is cancelled',
            lines: [
              'Line 12: "30" is not a time. Write 30m for half an hour.',
              'The last good policy is used, in observe mode.',
            ],
          },
        ],
      }),
    ),
  ],
};

describe('what people read', () => {
  test.each(Object.keys(made))('%s', async (name) => {
    const [notice, fields] = made[name]?.() ?? [];
    if (notice === undefined) throw new Error('no notice');
    const text = plainText(notice, aDelivery(notice, fields));
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/${name}.txt`);
  });
});
