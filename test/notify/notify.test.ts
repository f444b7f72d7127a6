import { describe, expect, test } from 'vitest';
import { notify } from '../../functions/notify/notify.ts';
import { memoryClaims, type Claims } from '../../shared/ledger/claims.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { aNotice } from '../notices/make.ts';
import { nowMs } from '../make.ts';
import { ports, scriptedChannel } from './make.ts';

// Synthetic: no such person, job or channel exists.

const notice = aNotice();

describe('notify', () => {
  test('delivers to the first receiver and keeps a receipt with the cases that were named', async () => {
    const channel = scriptedChannel();
    const given = ports({ channel });
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(channel.sent.map(({ to }) => to)).toEqual(['sam@example.com']);
    expect(await given.receipts.get(notice.id)).toEqual({
      noticeId: notice.id,
      how: 'delivered',
      atMs: nowMs,
      to: 'slack:sam@example.com',
      message: { room: 'room of sam@example.com', id: '1' },
      cases: ['case-of-job-1'],
      notReached: [],
    });
  });

  test('sends a notice once, however often it is delivered', async () => {
    const channel = scriptedChannel();
    const given = ports({ channel });
    await notify(notice, given);
    expect(await notify(notice, given)).toEqual({ kind: 'duplicate' });
    expect(channel.sent).toHaveLength(1);
  });

  test('sends a notice once when two deliveries come at the same time', async () => {
    const channel = scriptedChannel();
    const given = ports({ channel });
    const kinds = (await Promise.all([notify(notice, given), notify(notice, given)])).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['delivered', 'later']);
    expect(channel.sent).toHaveLength(1);
    expect(await notify(notice, given)).toEqual({ kind: 'duplicate' });
  });

  test('asks for another delivery when something may pass, and can then deliver', async () => {
    let calls = 0;
    const channel = scriptedChannel(() => {
      calls += 1;
      return calls === 1 ? 'transient' : undefined;
    });
    const given = ports({ channel });
    expect(await notify(notice, given)).toEqual({ kind: 'later', retryAfterMs: 30_000 });
    expect(given.logged).toMatchObject([{ severity: 'WARNING', failure: 'transient' }]);
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
  });

  test('tells the next receiver when one can never be reached, with the reason', async () => {
    const channel = scriptedChannel((to) => (to === 'sam@example.com' ? 'target' : undefined));
    const given = ports({ channel });
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(channel.sent).toMatchObject([
      {
        to: '#data-unowned',
        text: expect.stringContaining('It could not be delivered to sam@example.com directly: it is target.'),
      },
    ]);
    expect(await given.receipts.get(notice.id)).toMatchObject({ notReached: ['slack:sam@example.com: it is target'] });
  });

  test('does not ask a receiver again that can never be reached', async () => {
    const asked: string[] = [];
    const channel = scriptedChannel((to) => {
      asked.push(to);
      return to === 'sam@example.com' ? 'target' : asked.length < 3 ? 'transient' : undefined;
    });
    const given = ports({ channel });
    expect(await notify(notice, given)).toMatchObject({ kind: 'later' });
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(asked).toEqual(['sam@example.com', '#data-unowned', '#data-unowned']);
    expect(channel.sent[0]?.text).toContain('could not be delivered to sam@example.com');
  });

  test('is loud about a credential that must be repaired, and keeps the notice', async () => {
    const given = ports({ channel: scriptedChannel(() => 'credential') });
    expect(await notify(notice, given)).toMatchObject({ kind: 'later' });
    expect(given.logged).toMatchObject([{ severity: 'ERROR', failure: 'credential' }]);
    expect(await given.receipts.get(notice.id)).toBeUndefined();
  });

  test('is loud and keeps a receipt when nobody can be reached', async () => {
    const given = ports({ channel: scriptedChannel(() => 'target') });
    expect(await notify(notice, given)).toEqual({ kind: 'undeliverable' });
    expect(given.logged).toMatchObject([
      {
        severity: 'ERROR',
        message: expect.stringContaining('slack direct message: it is target; slack #data-unowned: it is'),
      },
    ]);
    expect(await given.receipts.get(notice.id)).toMatchObject({ how: 'undeliverable', notReached: expect.any(Array) });
    expect(await notify(notice, given)).toEqual({ kind: 'duplicate' });
  });

  test('is loud when the policy names nobody', async () => {
    const given = ports();
    expect(await notify({ ...notice, receivers: [] }, given)).toEqual({ kind: 'undeliverable' });
    expect(given.logged).toMatchObject([
      { severity: 'ERROR', message: expect.stringContaining('names nobody to tell') },
    ]);
  });

  test('hands over from a channel that this deployment does not have', async () => {
    const channel = scriptedChannel();
    const receivers = [
      { channel: 'pagerduty', to: { channel: 'pagerduty' } },
      { channel: 'slack', to: { channel: '#data-cost' } },
    ];
    expect(await notify({ ...notice, receivers }, ports({ channel }))).toEqual({ kind: 'delivered' });
    expect(channel.sent).toMatchObject([
      {
        to: '#data-cost',
        text: expect.stringContaining('delivered to pagerduty: this deployment has no channel pagerduty'),
      },
    ]);
  });

  test('asks for another delivery after a defect, and gives the claim back', async () => {
    let calls = 0;
    const channel = scriptedChannel(() => {
      calls += 1;
      return calls === 1 ? 'crash' : undefined;
    });
    const given = ports({ channel });
    expect(await notify(notice, given)).toMatchObject({ kind: 'later' });
    expect(given.logged).toMatchObject([{ severity: 'ERROR' }]);
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
  });

  test('completes the receipt of a delivery that ended before it was written', async () => {
    const claims = memoryClaims({ now: () => nowMs });
    const channel = scriptedChannel();
    const broken = { ...memoryReceipts(), put: () => Promise.reject(new Error('[objects] out of order')) };
    await expect(notify(notice, ports({ channel, claims, receipts: broken }))).rejects.toThrow('out of order');
    const given = ports({ channel, claims });
    expect(await notify(notice, given)).toEqual({ kind: 'duplicate' });
    expect(channel.sent).toHaveLength(1);
    expect(await given.receipts.get(notice.id)).toMatchObject({ how: 'delivered', message: { id: '1' } });
  });

  test.each<keyof Claims>(['claim', 'finish'])('does not say that it is done when %s fails', async (method) => {
    const claims = {
      ...memoryClaims({ now: () => nowMs }),
      [method]: () => Promise.reject(new Error('[objects] down')),
    };
    await expect(notify(notice, ports({ claims }))).rejects.toThrow('down');
  });

  test('logs each delivery in one line without the address of a person', async () => {
    const given = ports();
    await notify(notice, given);
    expect(given.logged).toEqual([
      {
        severity: 'INFO',
        message: 'Notice delivered.',
        notice: notice.id,
        phase: 'cancelled',
        sweep: notice.sweepId,
        jobs: 1,
        to: 'slack direct message',
        skipped: [],
      },
    ]);
  });
});
