import { describe, expect, test } from 'vitest';
import { deadLettersTo } from '../../functions/notify/dead-letters.ts';
import { notify } from '../../functions/notify/notify.ts';
import { memoryTrail, type Trail } from '../../shared/audit/trail.ts';
import { memoryClaims, type Claims } from '../../shared/ledger/claims.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { aNotice } from '../notices/make.ts';
import { nowMs } from '../make.ts';
import { channelsOf, ports, scriptedChannel } from './make.ts';

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

  describe('with a topic for dead letters', () => {
    const nobody = () => scriptedChannel(() => 'target');
    const tried = ['direct message', '#data-unowned', '#data-cost', 'direct message'];
    const why = tried.map((to) => `slack ${to}: it is target`).join('; ');

    test('puts a notice there that can reach nobody, as it came, with the reason, before the receipt', async () => {
      const steps: string[] = [];
      const kept: unknown[] = [];
      const receipts = memoryReceipts();
      const given = ports({
        channel: nobody(),
        receipts: {
          ...receipts,
          put: async (receipt) => {
            steps.push('receipt');
            await receipts.put(receipt);
          },
        },
        deadLetters: {
          keep: async (event, reason) => {
            steps.push('letter');
            kept.push([event, reason]);
          },
        },
      });
      const event = { ...noticeEvent(notice, '//jobwarden/prod'), data: { ...notice, mood: 'fine' } };
      expect(await notify(notice, given, event)).toEqual({ kind: 'undeliverable' });
      expect(kept).toEqual([[event, why]]);
      expect(steps).toEqual(['letter', 'receipt']);
      expect(await notify(notice, given, event)).toEqual({ kind: 'duplicate' });
      expect(kept).toHaveLength(1);
    });

    test('is not done before the letter is accepted, and asks nobody twice', async () => {
      const asked: string[] = [];
      const channel = scriptedChannel((to) => {
        asked.push(to);
        return 'target';
      });
      const trail = memoryTrail();
      let accepted = false;
      const publish: Trail['publish'] = async (events) =>
        accepted ? trail.publish(events) : events.map(({ id }) => ({ id, accepted: false, why: '[pubsub] down' }));
      const given = ports({ channel, deadLetters: deadLettersTo({ publish }) });
      await expect(notify(notice, given)).rejects.toThrow('[pubsub] down');
      expect(await given.receipts.get(notice.id)).toBeUndefined();
      accepted = true;
      expect(await notify(notice, given)).toEqual({ kind: 'undeliverable' });
      expect(asked).toEqual(['sam@example.com', '#data-unowned', '#data-cost', 'oncall@example.com']);
      expect(trail.events).toEqual([{ ...noticeEvent(notice, '//jobwarden/notify'), reason: why }]);
    });

    test('is tried anew once receipt and claims are reopened', async () => {
      const given = ports({ channel: nobody() });
      await notify(notice, given);
      await given.claims.reopen(notice.id);
      expect(await given.receipts.reopen(notice.id)).toBe(true);
      expect(await notify(notice, { ...given, channels: channelsOf([scriptedChannel()]) })).toEqual({
        kind: 'delivered',
      });
    });
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

  const down = () => Promise.reject(new Error('[objects] down'));

  test('does not say that it is done when it cannot be claimed, and sends nothing', async () => {
    const channel = scriptedChannel();
    const claims: Claims = { ...memoryClaims({ now: () => nowMs }), claim: down };
    await expect(notify(notice, ports({ channel, claims }))).rejects.toThrow('down');
    expect(channel.sent).toEqual([]);
  });

  test('is delivered, and says so loudly, when only the receipt can record it', async () => {
    const given = ports({ claims: { ...memoryClaims({ now: () => nowMs }), finish: down } });
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(given.logged).toMatchObject([{ severity: 'ERROR' }, { severity: 'INFO' }]);
    expect(await notify(notice, given)).toEqual({ kind: 'duplicate' });
  });

  test('does not say that it is done when nothing can record it', async () => {
    const claims: Claims = { ...memoryClaims({ now: () => nowMs }), finish: down };
    const receipts = { ...memoryReceipts(), put: down };
    await expect(notify(notice, ports({ claims, receipts }))).rejects.toThrow('down');
  });

  test('does not pass over a receiver whose being impossible cannot be recorded', async () => {
    const channel = scriptedChannel((to) => (to === 'sam@example.com' ? 'target' : undefined));
    const claims: Claims = { ...memoryClaims({ now: () => nowMs }), finish: down };
    await expect(notify(notice, ports({ channel, claims }))).rejects.toThrow('down');
    expect(channel.sent).toEqual([]);
  });

  test('sends nothing when it stood still for so long that its claim may run out, and gives it back', async () => {
    const channel = scriptedChannel();
    const clock = { nowMs };
    const inner = memoryClaims({ now: () => clock.nowMs });
    const claims: Claims = {
      ...inner,
      claim: async (noticeId, receiver) => {
        const claim = await inner.claim(noticeId, receiver);
        clock.nowMs += 60_000;
        return claim;
      },
    };
    const given = ports({ channel, claims, now: () => clock.nowMs });
    expect(await notify(notice, given)).toMatchObject({ kind: 'later' });
    expect(channel.sent).toEqual([]);
    expect(await notify(notice, { ...given, claims: inner })).toEqual({ kind: 'delivered' });
  });

  test('logs each delivery in one line without the address of a person', async () => {
    const given = ports();
    await notify(notice, given);
    expect(given.logged).toEqual([
      {
        severity: 'INFO',
        message: 'Notice delivered.',
        event: 'notice.delivered',
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
