import { describe, expect, test } from 'vitest';
import { replayLetters, type ReplayPorts } from '../../functions/cli/replay-letters.ts';
import type { Pulled, Subscription } from '../../shared/audit/subscription.ts';
import { memoryTrail, type Trail } from '../../shared/audit/trail.ts';
import { memoryClaims } from '../../shared/ledger/claims.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { receiverKey } from '../../shared/notices/notice.ts';
import { aNotice } from '../notices/make.ts';
import { nowMs } from '../make.ts';

// Synthetic: no such person, job or channel exists.

const first = aNotice();
const ids = ['0', '1', '2', '3', '4'].map((digit) => `notice-${digit}123456789abcdef`);
const notices = ids.map((id) => ({ ...first, id }));
const letterOf = (notice: (typeof notices)[number], reason?: string) =>
  Buffer.from(
    JSON.stringify({ ...noticeEvent(notice, '//jobwarden/prod'), ...(reason === undefined ? {} : { reason }) }),
  );

/** A subscription in memory: what is out comes again once it is released, or at the next pull after `expire`. */
function subscriptionOf(letters: readonly Uint8Array[]) {
  const waiting = new Map(letters.map((data, index) => [`m${index}`, data]));
  const out = new Set<string>();
  let deliveries = 0;
  const subscription: Subscription & { readonly left: () => readonly string[]; readonly expire: () => void } = {
    pull: async (max) => {
      const due = [...waiting].filter(([id]) => !out.has(id)).slice(0, max);
      return due.map(([messageId, data]): Pulled => {
        out.add(messageId);
        deliveries += 1;
        return { messageId, data, ackId: `${messageId}/${deliveries}` };
      });
    },
    acknowledge: async (ackIds) => {
      for (const ackId of ackIds) waiting.delete(ackId.split('/')[0] ?? '');
    },
    release: async (ackIds) => {
      for (const ackId of ackIds) out.delete(ackId.split('/')[0] ?? '');
    },
    close: async () => undefined,
    left: () => [...waiting.keys()],
    expire: () => out.clear(),
  };
  return subscription;
}

function portsFor(letters: Subscription) {
  const trail = memoryTrail();
  return { letters, trail, claims: memoryClaims({ now: () => nowMs }), receipts: memoryReceipts() };
}

async function giveUp({ claims, receipts }: ReplayPorts, noticeId: string) {
  for (const receiver of first.receivers) {
    const claim = await claims.claim(noticeId, receiverKey(receiver));
    if (claim.kind === 'mine') await claims.finish(claim.lease, { how: 'impossible', why: 'no such user' });
  }
  await receipts.put({ noticeId, how: 'undeliverable', atMs: nowMs, cases: [], notReached: [] });
}

const options = { max: 100, dryRun: false, progress: () => undefined };

describe('replaying dead letters', () => {
  test('publishes each notice as it was, takes back that it was undeliverable, and acknowledges it', async () => {
    const letters = subscriptionOf(notices.map((notice) => letterOf(notice, 'no such user')));
    const given = portsFor(letters);
    for (const id of ids) await giveUp(given, id);
    const seen: number[] = [];
    const found = await replayLetters(given, { ...options, progress: (count) => seen.push(count) });
    expect(found.replayed.map(({ notice, reason }) => [notice.id, reason])).toEqual(
      ids.map((id) => [id, 'no such user']),
    );
    expect(given.trail.events).toEqual(notices.map((notice) => noticeEvent(notice, '//jobwarden/prod')));
    expect(letters.left()).toEqual([]);
    expect(seen).toEqual([5]);
    for (const id of ids) {
      expect(await given.receipts.get(id)).toBeUndefined();
      expect(await given.claims.claim(id, 'slack:sam@example.com')).toMatchObject({ kind: 'mine' });
    }
  });

  test('keeps the receipt of a notice that was delivered, so that it is not delivered twice', async () => {
    const letters = subscriptionOf([letterOf(first)]);
    const given = portsFor(letters);
    const receipt = { noticeId: first.id, how: 'delivered' as const, atMs: nowMs, cases: [], notReached: [] };
    await given.receipts.put(receipt);
    await replayLetters(given, options);
    expect(given.trail.events).toHaveLength(1);
    expect(await given.receipts.get(first.id)).toEqual(receipt);
  });

  test('takes no more than it is told to', async () => {
    const letters = subscriptionOf(notices.map((notice) => letterOf(notice)));
    const given = portsFor(letters);
    expect((await replayLetters(given, { ...options, max: 2 })).replayed).toHaveLength(2);
    expect(letters.left()).toEqual(['m2', 'm3', 'm4']);
  });

  test('changes nothing in a dry run, and gives all of them back', async () => {
    const letters = subscriptionOf(notices.map((notice) => letterOf(notice)));
    const given = portsFor(letters);
    await giveUp(given, first.id);
    expect((await replayLetters(given, { ...options, dryRun: true })).replayed).toHaveLength(5);
    expect(given.trail.events).toEqual([]);
    expect(await given.receipts.get(first.id)).toMatchObject({ how: 'undeliverable' });
    expect(await letters.pull(10)).toHaveLength(5);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['no JSON', Buffer.from('{'), /not JSON/],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not JSON/],
    ['no event', Buffer.from('{}'), /not an event/],
    [
      'another event',
      Buffer.from(JSON.stringify({ ...noticeEvent(first, '//s'), type: 'dev.jobwarden.job.warned.v1' })),
      /no notice/,
    ],
    [
      'a newer notice',
      Buffer.from(JSON.stringify({ ...noticeEvent(first, '//s'), type: 'dev.jobwarden.notice.v2' })),
      /no notice that this version/,
    ],
    [
      'half a notice',
      Buffer.from(JSON.stringify({ ...noticeEvent(first, '//s'), data: { id: first.id } })),
      /not understood \(phase/,
    ],
  ])('leaves %s where it is, says why, and goes on', async (_title, data, why) => {
    const letters = subscriptionOf([data, letterOf(first)]);
    const given = portsFor(letters);
    const found = await replayLetters(given, options);
    expect(found.left).toEqual([{ messageId: 'm0', why: expect.stringMatching(why) }]);
    expect(found.replayed).toHaveLength(1);
    expect(letters.left()).toEqual(['m0']);
    expect(await letters.pull(10)).toHaveLength(1);
  });

  test('does not send a notice around in circles that comes back at once', async () => {
    const letters = subscriptionOf([letterOf(first), letterOf(first, 'still no such user')]);
    const given = portsFor(letters);
    const found = await replayLetters(given, options);
    expect(given.trail.events).toHaveLength(1);
    expect(found.left).toEqual([{ messageId: 'm1', why: expect.stringContaining('replayed just now') }]);
    expect(letters.left()).toEqual(['m1']);
  });

  test('ends when only letters come that it has seen', async () => {
    const letters = subscriptionOf([Buffer.from('{'), letterOf(first)]);
    const pull: Subscription['pull'] = async (max) => {
      letters.expire();
      return letters.pull(max);
    };
    const found = await replayLetters(portsFor({ ...letters, pull }), options);
    expect(found.replayed).toHaveLength(1);
    expect(found.left).toHaveLength(1);
  });

  test('acknowledges what comes again because it was acknowledged too late, and does not publish it again', async () => {
    const letters = subscriptionOf(notices.slice(0, 2).map((notice) => letterOf(notice)));
    let late = true;
    const slow: Subscription = {
      ...letters,
      pull: async () => letters.pull(1),
      acknowledge: async (ackIds) => {
        if (!late) return letters.acknowledge(ackIds);
        if (ackIds.length > 0) letters.expire();
        late = ackIds.length === 0;
      },
    };
    const given = portsFor(slow);
    await replayLetters(given, options);
    expect(given.trail.events).toHaveLength(1);
    expect(letters.left()).toEqual(['m1']);
  });

  test('ends with the first that is not accepted, and leaves it and the rest where they are', async () => {
    const letters = subscriptionOf(notices.map((notice) => letterOf(notice)));
    const inner = memoryTrail();
    const trail: Trail = {
      publish: async (events) =>
        inner.events.length < 2
          ? inner.publish(events)
          : events.map(({ id }) => ({ id, accepted: false, why: '[pubsub] down' })),
    };
    const found = await replayLetters({ ...portsFor(letters), trail }, options);
    expect(found.failed).toBe('[pubsub] down');
    expect(found.replayed).toHaveLength(2);
    expect(letters.left()).toEqual(['m2', 'm3', 'm4']);
    expect(await letters.pull(10)).toHaveLength(3);
  });

  test('that ends at any point loses nothing, and the next one completes it', async () => {
    for (let end = 1; ; end += 1) {
      for (const when of ['before', 'after'] as const) {
        const letters = subscriptionOf(notices.slice(0, 2).map((notice) => letterOf(notice)));
        const given = portsFor(letters);
        for (const id of ids) await giveUp(given, id);
        let calls = 0;
        const pass = async <T>(work: () => Promise<T>): Promise<T> => {
          calls += 1;
          if (calls > end || (calls === end && when === 'before')) throw new Error('ended');
          const result = await work();
          if (calls === end) throw new Error('ended');
          return result;
        };
        const ending: ReplayPorts = {
          letters: {
            ...letters,
            pull: (max) => pass(() => letters.pull(max)),
            acknowledge: (ackIds) => pass(() => letters.acknowledge(ackIds)),
            release: (ackIds) => pass(() => letters.release(ackIds)),
          },
          trail: { publish: (events) => pass(() => given.trail.publish(events)) },
          claims: { ...given.claims, reopen: (id) => pass(() => given.claims.reopen(id)) },
          receipts: { ...given.receipts, reopen: (id) => pass(() => given.receipts.reopen(id)) },
        };
        const ended = await replayLetters(ending, options).then(
          () => false,
          () => true,
        );
        letters.expire();
        await replayLetters(given, options);
        expect(letters.left()).toEqual([]);
        expect(new Set(given.trail.events.map(({ id }) => id))).toEqual(new Set(ids.slice(0, 2)));
        expect(given.trail.events.length).toBeLessThanOrEqual(3);
        for (const id of ids.slice(0, 2)) expect(await given.receipts.get(id)).toBeUndefined();
        if (!ended) return;
      }
    }
  });
});
