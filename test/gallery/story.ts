import type { Delivery } from '../../shared/notices/message.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import type { Tidings } from '../../shared/notices/digest.ts';
import type { HintCode } from '../../shared/jobs/hint.ts';
import { aDelivery, aNoticePolicy, aTell, notices } from '../notices/make.ts';
import { aRule, hours, minutes, nowMs, tib, type JobFields, type WrittenPolicy } from '../make.ts';

// Synthetic: no such person, team, job or channel exists.

/** A notice and to whom it goes, and when. */
export interface Told {
  readonly notice: Notice;
  readonly delivery: Delivery;
}

/** A kind of message with an example of it: one notice, or the first one and those in its thread. */
export interface Story {
  readonly id: string;
  readonly name: string;
  readonly readers: 'the owner' | 'the team' | 'the operators';
  readonly told: readonly Told[];
}

const written: WrittenPolicy = {
  timezone: 'Europe/Berlin',
  notices: {
    help: {
      askIn: '#data-help',
      exemptionUrl: 'https://wiki.example.com/jobwarden/exemption',
      runbookUrl: 'https://wiki.example.com/jobwarden/cancelled',
    },
  },
  rules: [aRule({ description: 'Half an hour of an ad-hoc query is nearly always a mistake.' })],
};

export const policy = aNoticePolicy(written);

/** The same policy with other keys beside. */
export const policyWith = (more: WrittenPolicy) => aNoticePolicy({ ...written, ...more });

const sql = 'SELECT o.customer_id, SUM(o.amount) FROM sales.orders_all AS o CROSS JOIN sales.returns AS r GROUP BY 1';

/** A runaway query of a person, on demand, with what its owner can be told of it. */
export const runaway = {
  job: { id: 'bquxjob_6f1c2a9b_18e2d0c4f31', queryText: sql, bytesProcessed: tib(8), slotMs: hours(61) },
  costUsd: 50.4,
  hints: ['no-filter', 'cross-join'] satisfies HintCode[],
};

/** That it was warned of before it would be cancelled, nine minutes from now. */
export const warned = {
  verdict: {
    action: 'warn' as const,
    phase: 'warnAt' as const,
    because: 'has run for 21 min, past the warning line of 20 min',
    measured: [{ metric: 'runTime' as const, value: minutes(21), threshold: minutes(20), over: true }],
  },
  outcome: { did: 'warned' as const, why: 'Its owner is told.' },
  willCancelAtMs: nowMs + minutes(9),
};

export const stillRunning: JobFields = { ...runaway.job, runTimeMs: minutes(21) };

/** That the rule only observes. */
export const observed = {
  verdict: {
    mode: 'observe' as const,
    heldBack: { by: 'mode' as const, why: 'The rule long-queries is on trial: it only observes.' },
  },
  outcome: { did: 'would-have-been-cancelled' as const, why: 'Observed only: nothing was sent.' },
};

/** Notices as they are told to their first receivers. */
export function toldOf(all: readonly Notice[], fields: Partial<Delivery> = {}): readonly Told[] {
  if (all.length === 0) throw new Error('a story without a notice');
  return all.map((notice) => ({ notice, delivery: aDelivery(notice, fields) }));
}

/** What a sweep with these tidings tells. */
export function sweep(tidings: Partial<Tidings>, by = policy): readonly Told[] {
  return toldOf(notices(tidings, by));
}

/** What is told of one outcome. */
export function tell(fields: Parameters<typeof aTell>[0], by = policy): readonly Told[] {
  return sweep({ tells: [aTell(fields)] }, by);
}

/** Many queries of one person, the costliest first. */
export function many(count: number, fields: NonNullable<Parameters<typeof aTell>[0]>) {
  return Array.from({ length: count }, (_, index) =>
    aTell({
      ...fields,
      job: {
        ...fields.job,
        id: `bquxjob_${(0x3a91c0 + index * 7919).toString(16)}_18e2d0c`,
        slotMs: hours(count - index),
      },
    }),
  );
}
