import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startChannels, type ChannelsStandIn } from '../../infra/local/channels/channels.ts';
import { messageOf } from '../../shared/notices/message.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import { pagerDutyChannel } from '../../shared/notices/pagerduty.ts';
import { pagerEvents } from '../../shared/notices/pagerduty-events.ts';
import { message } from '../contracts/channel.ts';
import { routingKey } from './channel-worlds.ts';
import { aDelivery, aNotice, aTell, notices } from './make.ts';

// Synthetic: no such service, key, person or job exists.

const eventsOf = (notice: Notice) =>
  pagerEvents(messageOf(notice, aDelivery(notice)), { noticeId: notice.id, notice }).flat();
const briefly = (notice: Notice) => eventsOf(notice).map((event) => `${event.event_action} ${event.dedup_key}`);

function withEnd(did: Notice['jobs'][number]['did'], phase: Notice['phase'] = 'cancelled'): Notice {
  const notice = aNotice();
  return { ...notice, phase, jobs: notice.jobs.map((job) => ({ ...job, did })) };
}

const key = 'jobwarden/case-of-job-1';

describe('what PagerDuty is told', () => {
  test.each<[Notice['jobs'][number]['did'], readonly string[]]>([
    ['warned', [`trigger ${key}`]],
    ['held-back', [`trigger ${key}`]],
    ['forbidden', [`trigger ${key}`]],
    ['unconfirmed', [`trigger ${key}`]],
    ['error', [`trigger ${key}`]],
    ['cancelled', [`trigger ${key}`, `resolve ${key}`]],
    ['would-have-been-cancelled', [`trigger ${key}`, `resolve ${key}`]],
    ['would-have-been-warned', [`trigger ${key}`, `resolve ${key}`]],
    ['recorded', [`trigger ${key}`, `resolve ${key}`]],
    ['finished-first', [`resolve ${key}`]],
    ['failed-by-itself', [`resolve ${key}`]],
    ['gone', [`resolve ${key}`]],
    ['ended', [`resolve ${key}`]],
    ['withdrawn', [`resolve ${key}`]],
  ])('about a job that ended up %s: an alert per case that is over when the case is', (did, events) => {
    expect(briefly(withEnd(did))).toEqual(events);
  });

  test('is not a second alert when a cancel that was told of is confirmed', () => {
    expect(briefly(withEnd('cancelled', 'followed-up'))).toEqual([`resolve ${key}`]);
  });

  test('is that cases are over that the notice closes', () => {
    expect(briefly({ ...withEnd('warned'), closed: ['case-of-job-1', 'case-7'] })).toEqual([
      `trigger ${key}`,
      `resolve ${key}`,
      'resolve jobwarden/case-7',
    ]);
  });

  test('has the same key for the same trouble, and is over with it', () => {
    const notice = { ...aNotice(), phase: 'trouble' as const, jobs: [], counts: {} };
    const open = { title: 'The breaker is open', lines: [], about: 'breaker' };
    expect(briefly({ ...notice, trouble: open })).toEqual(['trigger jobwarden/trouble/breaker']);
    expect(briefly({ ...notice, trouble: { ...open, title: 'It is closed', isOver: true } })).toEqual([
      'resolve jobwarden/trouble/breaker',
    ]);
  });

  test('stays within the limits of PagerDuty however long the names are', () => {
    const notice = aNotice();
    const long = {
      ...notice,
      jobs: notice.jobs.map((job) => ({ ...job, case: 'c'.repeat(300), id: 'j'.repeat(1100) })),
    };
    for (const event of eventsOf(long)) expect(event.dedup_key.length).toBeLessThanOrEqual(255);
    const said = { ...messageOf(long, aDelivery(long)), title: 't'.repeat(2000) };
    const [[first] = []] = pagerEvents(said, { noticeId: long.id, notice: long });
    expect(JSON.stringify(first)).toContain('"summary":"t');
    expect(first?.['payload']).toMatchObject({ summary: expect.stringMatching(/^.{1,1024}$/) });
  });
});

describe('the PagerDuty channel', () => {
  let standIn: ChannelsStandIn;
  const channel = (key = routingKey) => pagerDutyChannel({ key, url: `${standIn.url}/pagerduty`, loopback: true });
  const to = { channel: 'pagerduty' };

  beforeEach(async () => {
    standIn = await startChannels();
  });
  afterEach(async () => {
    await standIn.close();
  });

  test('sends an event per case, with what the message says about each job', async () => {
    const tells = ['a', 'b', 'c'].map((id) => aTell({ job: { id }, outcome: { did: 'forbidden' } }));
    const [notice] = notices({ tells });
    if (notice === undefined) throw new Error('no notice');
    await channel().send(messageOf(notice, aDelivery(notice)), to, { noticeId: notice.id, notice });
    expect(standIn.inbox().map(({ body }) => body['dedup_key'])).toEqual(
      expect.arrayContaining(['a', 'b', 'c'].map((id) => `jobwarden/case-of-${id}`)),
    );
    expect(standIn.inbox()[0]?.body).toMatchObject({
      routing_key: routingKey,
      client: 'Jobwarden',
      payload: { severity: 'error', class: 'forbidden', custom_details: { Why: expect.stringContaining('rule') } },
    });
  });

  test('carries no statement', async () => {
    await channel().send(message, to, { noticeId: 'notice-1' });
    expect(standIn.inbox()).toHaveLength(1);
    expect(standIn.inbox()[0]?.text).not.toContain('private_words');
  });

  test('says that the key is not accepted, and does not repeat it', async () => {
    const error: unknown = await channel('not-a-routing-key')
      .send(message, to, { noticeId: 'notice-1' })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'credential' });
    expect(String(error)).not.toContain('not-a-routing-key');
  });

  test('fails as a whole when one of its events does, and can be sent again', async () => {
    const tells = ['a', 'b'].map((id) => aTell({ job: { id }, outcome: { did: 'forbidden' } }));
    const [notice] = notices({ tells });
    if (notice === undefined) throw new Error('no notice');
    const send = () => channel().send(messageOf(notice, aDelivery(notice)), to, { noticeId: notice.id, notice });
    standIn.faults.add({ fault: 'server-error', method: 'pagerduty' });
    await expect(send()).rejects.toMatchObject({ kind: 'transient' });
    await send();
    const keys = new Set(standIn.inbox().map(({ body }) => body['dedup_key']));
    expect(keys.size).toBe(2);
  });
});
