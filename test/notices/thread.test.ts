import { describe, expect, test } from 'vitest';
import { digest, forTheDay, noticeKeys } from '../../shared/notices/digest.ts';
import { messageOf } from '../../shared/notices/message.ts';
import { receiverKey } from '../../shared/notices/notice.ts';
import { ownerChain } from '../../shared/notices/route.ts';
import { plainMessage } from '../../shared/notices/render.ts';
import { hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aDelivery, aNotice, aNoticePolicy, aTell, context, notices, sam } from './make.ts';

// Synthetic: no such person, team, job or channel exists.

const rule = 'long-queries';
const warned = { outcome: { did: 'warned' as const }, verdict: { action: 'warn' as const, owner: sam } };
const warnings = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    aTell({ ...warned, job: { id: `job-${index}`, slotMs: hours(count - index) }, willCancelAtMs: nowMs + minutes(9) }),
  );
const keys = noticeKeys(ownerChain(sam, aNoticePolicy()), { rule, line: 'limit' });
const first = `notice-${'0'.repeat(40)}`;
const other = `notice-${'1'.repeat(40)}`;

describe('a warning of many jobs', () => {
  test('is a message and its thread, in which every job is named once', () => {
    const [head, ...thread] = notices({ tells: warnings(45) });
    expect(head).toMatchObject({ moreJobs: 35, part: { number: 1, of: 3 }, counts: { warned: 45 } });
    expect(thread.map(({ jobs, part, follows, moreJobs }) => [jobs.length, part, follows, moreJobs])).toEqual([
      [20, { number: 2, of: 3 }, head?.id, 0],
      [15, { number: 3, of: 3 }, head?.id, 0],
    ]);
    const named = [head, ...thread].flatMap((notice) => notice?.jobs.map(({ id }) => id) ?? []);
    expect(named).toEqual(Array.from({ length: 45 }, (_, index) => `job-${index}`));
  });

  test('says in the message where the rest is, and names the rest in few words', () => {
    const [head, part] = notices({ tells: warnings(30) });
    if (head === undefined || part === undefined) throw new Error('no thread');
    expect(plainMessage(messageOf(head, aDelivery(head)))).toContain(
      'And 20 more jobs: named in the thread of this message.',
    );
    const message = messageOf(part, aDelivery(part));
    expect(message.title).toBe('Also: 20 of your BigQuery jobs will be cancelled at 10:09 UTC unless they finish');
    expect(message.jobs.map(({ facts }) => facts.length)).toEqual(Array.from({ length: 20 }, () => 1));
  });

  test('is bounded: what no message of the thread names is counted, and told later', () => {
    const all = notices({ tells: warnings(300) });
    expect(all).toHaveLength(11);
    expect(all.flatMap(({ jobs }) => jobs)).toHaveLength(210);
  });

  test('only of warnings: of what was done the rest is in the record', () => {
    const tells = Array.from({ length: 12 }, (_, index) => aTell({ job: { id: `job-${index}` } }));
    expect(notices({ tells })).toMatchObject([{ moreJobs: 2 }]);
  });
});

describe('what belongs to an earlier message', () => {
  test('names it', () => {
    expect(aNotice({ earlier: { [keys.thread]: first } }).follows).toBe(first);
    expect(aNotice({ earlier: { unrelated: first } }).follows).toBeUndefined();
    expect(aNotice().follows).toBeUndefined();
  });

  test('is one notice, under the message that most of its jobs were in', () => {
    const tells = [other, first, first].map((id, index) =>
      aTell({ job: { id: `job-${index}` }, earlier: { [keys.thread]: id } }),
    );
    expect(notices({ tells })).toMatchObject([{ follows: first, counts: { cancelled: 3 } }]);
  });

  test('is apart from what nobody was told of before: news is not hidden in a thread', () => {
    const tells = [aTell({ earlier: { [keys.thread]: first } }), aTell({ job: { id: 'new' } })];
    expect(notices({ tells }).map(({ follows, jobs }) => [follows, jobs.map(({ id }) => id)])).toEqual([
      [first, ['job-1']],
      [undefined, ['new']],
    ]);
  });

  test('is a reminder of its own where a warning is repeated', () => {
    const notice = aNotice({ ...warned, earlier: { [keys.thread]: first, [keys.warning]: first } });
    expect(notice.follows).toBeUndefined();
    expect(messageOf(notice, aDelivery(notice)).title).toBe('Reminder: your BigQuery job is over a limit');
  });
});

describe('silences', () => {
  const silence = (match: object, until = '2026-03-11') => ({
    silences: [{ match, reason: 'known', author: 'sam@example.com', until }],
  });
  const told = (written: WrittenPolicy, tell = warned) =>
    notices({ tells: [aTell(tell)] }, aNoticePolicy(written)).length;

  test.each<[string, WrittenPolicy, number]>([
    ['what it matches', silence({ rule }), 0],
    ['an owner', silence({ owner: 'sam@*' }), 0],
    ['a severity', silence({ severity: 'NOTICE' }), 0],
    ['not another rule', silence({ rule: 'other-*' }), 1],
    ['not another severity', silence({ severity: ['ERROR', 'CRITICAL'] }), 1],
    ['nothing after its last day', silence({ rule }, '2026-03-10'), 1],
  ])('mute %s', (_title, written, count) => {
    expect(told(written, { ...warned, outcome: { did: 'warned' } })).toBe(count);
  });

  test('end with their day in the time zone of the policy', () => {
    const late = { ...context, atMs: Date.parse('2026-03-11T23:30:00Z') };
    const count = (timezone: string) =>
      digest({ tells: [aTell(warned)], troubles: [] }, aNoticePolicy({ ...silence({ rule }), timezone }), late).length;
    expect(count('UTC')).toBe(0);
    expect(count('Europe/Berlin')).toBe(1);
  });

  test('never mute the warning that the grace of a cancel waits for', () => {
    const patient = { rules: [{ name: rule, limit: { runTime: '30m' }, action: 'cancel' as const, grace: '10m' }] };
    expect(told({ ...silence({ rule }), ...patient })).toBe(1);
  });

  test('mute what is about Jobwarden itself by its event alone', () => {
    const trouble = { code: 'breaker-open', event: 'breaker.opened', title: 'Open', lines: [] };
    const count = (match: object) => notices({ troubles: [trouble] }, aNoticePolicy(silence(match))).length;
    expect(count({ event: 'breaker.*' })).toBe(0);
    expect(count({ rule: '*' })).toBe(1);
  });
});

describe('routes of what is about Jobwarden itself', () => {
  const trouble = { code: 'breaker-open', event: 'breaker.opened', title: 'Open', lines: ['Why.'] };
  const routes: WrittenPolicy = {
    channels: { pagerduty: { keyFrom: 'PD' } },
    routes: [
      { match: { severity: 'CRITICAL' }, to: ['pagerduty'], continue: true },
      { match: { action: 'cancel' }, to: ['slack:#finance'] },
      { to: ['owner'] },
    ],
  };
  const firstOf = (tidings: Parameters<typeof notices>[0]) =>
    notices(tidings, aNoticePolicy(routes)).map(({ receivers: [one] }) => (one === undefined ? '' : receiverKey(one)));

  test('go by its event; a match on jobs is none', () => {
    expect(firstOf({ troubles: [trouble] })).toEqual(['pagerduty:pagerduty', 'slack:#data-cost']);
    expect(firstOf({ troubles: [{ ...trouble, event: 'policy.changed' }] })).toEqual(['slack:#data-cost']);
    const { event: _, ...unnamed } = trouble;
    expect(firstOf({ troubles: [unnamed] })).toEqual(['slack:#data-cost']);
  });

  test('carry what they are about, so that an alert is closed when it is over', () => {
    const [open, over] = notices({ troubles: [trouble, { ...trouble, code: 'over', about: 'breaker', isOver: true }] });
    expect(open?.trouble).toMatchObject({ about: 'breaker-open' });
    expect(over?.trouble).toMatchObject({ about: 'breaker', isOver: true });
  });
});

describe('a case that is over without anything having been done', () => {
  const paged: WrittenPolicy = { channels: { pagerduty: { keyFrom: 'PD' } }, routes: [{ to: ['pagerduty', 'owner'] }] };
  const policy = aNoticePolicy(paged);
  const ended = { outcome: { did: 'ended' as const }, eventName: 'case.ended' };

  test('is said to PagerDuty alone, where an alert of it is open', () => {
    const receivers = notices({ tells: [aTell(warned)] }, policy)[0]?.receivers ?? [];
    const { thread } = noticeKeys(receivers, { rule, line: 'limit' });
    const all = notices({ tells: [aTell({ ...ended, earlier: { [thread]: first, [keys.thread]: other } })] }, policy);
    expect(all).toMatchObject([
      { follows: first, jobs: [{ did: 'ended' }], receivers: [{ channel: 'pagerduty' }, {}, {}, {}] },
    ]);
  });

  test('is said to nobody else', () => {
    expect(notices({ tells: [aTell({ ...ended, earlier: { [keys.thread]: first } })] }, policy)).toEqual([]);
  });
});

describe('one inhibition', () => {
  const held = aTell({
    verdict: { heldBack: { by: 'mode', why: 'The newest edit of the policy was rejected.' } },
    outcome: { did: 'would-have-been-cancelled' },
  });
  const owners = aNoticePolicy({ observe: { tell: 'owner' } });

  test('a trouble that was told before goes on standing for what it holds back', () => {
    expect(notices({ tells: [held], inhibits: ['mode'] }, owners)).toEqual([]);
    expect(notices({ tells: [held], inhibits: ['breaker'] }, owners)).toHaveLength(1);
    expect(forTheDay({ tells: [held], troubles: [], inhibits: ['mode'] }, aNoticePolicy(), nowMs)).toEqual([]);
    expect(forTheDay({ tells: [held], troubles: [] }, aNoticePolicy(), nowMs)).toEqual([held]);
  });

  test('never of what was done', () => {
    expect(notices({ tells: [aTell()], inhibits: ['mode', 'breaker'] })).toHaveLength(1);
  });
});
