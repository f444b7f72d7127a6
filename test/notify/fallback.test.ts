import { describe, expect, test } from 'vitest';
import { notify } from '../../functions/notify/notify.ts';
import { memoryClaims, type Claims } from '../../shared/ledger/claims.ts';
import type { Channel } from '../../shared/notices/channel.ts';
import type { Receiver } from '../../shared/notices/notice.ts';
import { aNotice } from '../notices/make.ts';
import { nowMs } from '../make.ts';
import { channelsOf, ports, scriptedChannel, type Script } from './make.ts';

// Synthetic: no such person, job or channel exists.

const direct: Receiver = { channel: 'slack', to: { email: 'sam@example.com' } };
const room: Receiver = { channel: 'slack', to: { channel: '#data-unowned' } };
const notice = { ...aNotice(), receivers: [direct, room] };
const lastResort: Receiver = { channel: 'slackWebhook', to: { channel: 'slackWebhook' } };
const operatorsMail: Receiver = { channel: 'email', to: { email: 'oncall@example.com' } };

const refused: Script = () => 'credential';

function world(all: Readonly<Record<string, Script>>, lastResorts: readonly Receiver[] = []) {
  const channels = Object.entries(all).map(([name, script]) => scriptedChannel(script, name));
  const given = ports({ channels: channelsOf(channels, lastResorts) });
  const sent = () => channels.flatMap((one) => one.sent.map(({ to }) => `${one.name}:${to}`));
  return { channels, given, sent };
}

describe('a refused credential', () => {
  test('hands over to the same person by mail, is loud, and says why in the message', async () => {
    const { channels, given, sent } = world({ slack: refused, email: () => undefined }, [lastResort]);
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(sent()).toEqual(['email:sam@example.com']);
    expect(channels[1]?.sent[0]?.text).toContain(
      'could not be delivered to sam@example.com directly: the access of the channel has to be repaired: it is credential',
    );
    expect(given.logged.map(({ severity }) => severity)).toEqual(['ERROR', 'INFO']);
    expect(await given.receipts.get(notice.id)).toMatchObject({
      how: 'delivered',
      to: 'email:sam@example.com',
      notReached: ['slack:sam@example.com: the access of the channel has to be repaired: it is credential'],
    });
  });

  test('hands over to the same person in Slack when it is that of the mail', async () => {
    const byMail: Receiver = { channel: 'email', to: { email: 'sam@example.com' } };
    const { given, sent } = world({ email: refused, slack: () => undefined });
    expect(await notify({ ...notice, receivers: [byMail, room] }, given)).toEqual({ kind: 'delivered' });
    expect(sent()).toEqual(['slack:sam@example.com']);
  });

  test('hands over to the next receiver on another channel', async () => {
    const chain: readonly Receiver[] = [{ channel: 'pagerduty', to: { channel: 'pagerduty' } }, room];
    const { given, sent } = world({ pagerduty: refused, slack: () => undefined });
    expect(await notify({ ...notice, receivers: chain }, given)).toEqual({ kind: 'delivered' });
    expect(sent()).toEqual(['slack:#data-unowned']);
  });

  test('is not tried for each receiver of its channel, and leads to the last resorts', async () => {
    const asked: string[] = [];
    const slack: Script = (to) => {
      asked.push(to);
      return 'credential';
    };
    const { given, sent } = world({ slack, slackWebhook: () => undefined }, [lastResort, operatorsMail]);
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(asked).toEqual(['sam@example.com']);
    expect(sent()).toEqual(['slackWebhook:slackWebhook']);
  });

  test('is waited for when nobody else can be told, and nothing is lost', async () => {
    let isRepaired = false;
    const slack: Script = () => (isRepaired ? undefined : 'credential');
    const { given, sent } = world({ slack, email: () => 'target' }, [operatorsMail]);
    expect(await notify(notice, given)).toMatchObject({ kind: 'later' });
    expect(await given.receipts.get(notice.id)).toBeUndefined();
    isRepaired = true;
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(sent()).toEqual(['slack:sam@example.com']);
  });

  test('is waited for together with a fallback that cannot take it now; then it is told once', async () => {
    let mails = 0;
    const email: Script = () => ((mails += 1) === 1 ? 'transient' : undefined);
    const { given, sent } = world({ slack: refused, email });
    expect(await notify(notice, given)).toEqual({ kind: 'later', retryAfterMs: 30_000 });
    expect(await notify(notice, given)).toEqual({ kind: 'delivered' });
    expect(await notify(notice, given)).toEqual({ kind: 'duplicate' });
    expect(sent()).toEqual(['email:sam@example.com']);
  });

  test('that is repaired before the receipt could be written does not tell anybody twice', async () => {
    let isRepaired = false;
    const { given, sent } = world({ slack: () => (isRepaired ? undefined : 'credential'), email: () => undefined });
    const receipts = { ...given.receipts, put: () => Promise.reject(new Error('[objects] down')) };
    await expect(notify(notice, { ...given, receipts })).rejects.toThrow('down');
    isRepaired = true;
    expect(await notify(notice, given)).toEqual({ kind: 'duplicate' });
    expect(sent()).toEqual(['email:sam@example.com']);
  });

  test('keeps its claims from others only for as long as it takes', async () => {
    const inner = memoryClaims({ now: () => nowMs });
    const open = new Set<string>();
    const claims: Claims = {
      ...inner,
      claim: async (id, receiver) => {
        open.add(receiver);
        return inner.claim(id, receiver);
      },
      finish: async (lease, result) => {
        open.delete(lease.receiver);
        await inner.finish(lease, result);
      },
      release: async (lease) => {
        open.delete(lease.receiver);
        await inner.release(lease);
      },
    };
    const scripts: readonly Readonly<Record<string, Script>>[] = [
      { slack: refused },
      { slack: refused, email: () => 'transient' },
      { slack: refused, email: () => 'target' },
      { slack: refused, email: () => undefined },
    ];
    for (const [position, all] of scripts.entries()) {
      const { given } = world(all);
      await notify({ ...notice, id: `notice-000${position}` }, { ...given, claims });
      expect([...open]).toEqual([]);
    }
  });
});

describe('the thread of a notice', () => {
  const first = { ...aNotice(), id: 'notice-first' };
  const second = { ...aNotice(), id: 'notice-second', follows: 'notice-first' };

  function listening() {
    const under: unknown[] = [];
    const inner = scriptedChannel();
    const channel: Channel = {
      ...inner,
      send: async (message, to, options) => {
        under.push(options.under);
        return inner.send(message, to, options);
      },
    };
    return { channel, under };
  }

  test('is that of the notice before it, where that went to the same receiver', async () => {
    const { channel, under } = listening();
    const given = ports({ channel });
    await notify(first, given);
    expect(await notify(second, given)).toEqual({ kind: 'delivered' });
    expect(under).toEqual([undefined, { room: 'room of sam@example.com', id: '1' }]);
  });

  test('is not taken over from another receiver', async () => {
    const { channel, under } = listening();
    const given = ports({ channel });
    await notify({ ...first, receivers: [room] }, given);
    await notify(second, given);
    expect(under).toEqual([undefined, undefined]);
  });

  test('is waited for while the notice before is on its way, for two minutes', async () => {
    const { channel, under } = listening();
    const clock = { nowMs };
    const now = () => clock.nowMs;
    const given = ports({ channel, now, claims: memoryClaims({ now }) });
    expect(await notify(second, given)).toMatchObject({ kind: 'later' });
    expect(under).toEqual([]);
    clock.nowMs += 130_000;
    expect(await notify(second, given)).toEqual({ kind: 'delivered' });
    expect(under).toEqual([undefined]);
  });
});
