import { describe, expect, test } from 'vitest';
import { afterTelling, collected, dailyNotice, isDailyDue, type Daily } from '../../shared/notices/daily.ts';
import { messageOf } from '../../shared/notices/message.ts';
import { noticeSchema, receiverKey } from '../../shared/notices/notice.ts';
import { hours, minutes, nowMs } from '../make.ts';
import { aDelivery, aNoticePolicy, aTell, context } from './make.ts';

// Synthetic: no such person, team, job or channel exists.

const policy = aNoticePolicy();
const observed = (id: string, slotHours: number, rule = 'long-queries') =>
  aTell({
    job: { id, slotMs: hours(slotHours) },
    verdict: { mode: 'observe', rule, heldBack: { by: 'mode', why: 'It is on trial.' } },
    outcome: { did: rule === 'warns' ? 'would-have-been-warned' : 'would-have-been-cancelled' },
  });
const add = (before: Daily | undefined, tells: Parameters<typeof collected>[1], atMs = nowMs): Daily => {
  const after = collected(before, tells, { policy, atMs });
  if (after === undefined) throw new Error('nothing was collected');
  return JSON.parse(JSON.stringify(after));
};

describe('what is only observed', () => {
  test('is told at once the first time, then once a day, and never where there was nothing', () => {
    const some = add(undefined, [observed('a', 1)]);
    expect(isDailyDue(some, nowMs)).toBe(true);
    const after = add(afterTelling(nowMs), [observed('b', 1)], nowMs + minutes(1));
    expect([0, hours(23), hours(24)].map((ms) => isDailyDue(after, nowMs + ms))).toEqual([false, false, true]);
    expect(isDailyDue(afterTelling(nowMs), nowMs + hours(48))).toBe(false);
    expect(isDailyDue(undefined, nowMs)).toBe(false);
  });

  test('is collected over many sweeps: all are counted, the ten costliest named', () => {
    let daily: Daily | undefined;
    for (let index = 0; index < 30; index += 1)
      daily = add(
        daily,
        [observed(`job-${index}`, index, index % 3 === 0 ? 'warns' : 'long-queries')],
        nowMs + minutes(index),
      );
    const notice = noticeSchema.parse(daily && dailyNotice(daily, policy, { ...context, atMs: nowMs + hours(24) }));
    expect(notice.jobs.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `job-${29 - index}`));
    expect(notice).toMatchObject({
      phase: 'would-have',
      mode: 'observe',
      moreJobs: 20,
      counts: { 'would-have-been-cancelled': 20, 'would-have-been-warned': 10 },
      daily: {
        sinceMs: nowMs,
        rules: [
          { rule: 'long-queries', count: 20 },
          { rule: 'warns', count: 10 },
        ],
      },
    });
    expect(notice.receivers.map(receiverKey)[0]).toBe('slack:#data-cost');
    const message = messageOf(notice, aDelivery(notice));
    expect(message.title).toBe('Today: 30 BigQuery jobs would have been cancelled or warned of');
    expect(message.lead).toContain('By rule: long-queries 20, warns 10.');
  });

  test('stays as it is where nothing new came', () => {
    const some = add(undefined, [observed('a', 1)]);
    expect(collected(some, [], { policy, atMs: nowMs })).toBe(some);
  });

  test('is dropped in silence where it was kept by another version and cannot be read', () => {
    const odd: Daily = { sinceMs: 0, ends: {}, rules: {}, jobs: [{ weight: 1, job: { id: 7 } }] };
    expect(dailyNotice(odd, policy, context)).toBeUndefined();
  });
});
