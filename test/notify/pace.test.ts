import { describe, expect, test } from 'vitest';
import { notify } from '../../functions/notify/notify.ts';
import { createPace } from '../../functions/notify/pace.ts';
import { ChannelError, type Channel } from '../../shared/notices/channel.ts';
import { aNotice } from '../notices/make.ts';
import { ports, scriptedChannel } from './make.ts';

// Synthetic: no such person, job or channel exists.

/** A clock that jumps to the next waiter whenever everybody waits. */
function aClock(startMs: number) {
  let nowMs = startMs;
  let waiting: { readonly atMs: number; readonly wake: () => void }[] = [];
  const tick = async () => {
    for (let turns = 0; turns < 100; turns += 1) await Promise.resolve();
    const next = waiting.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined) return false;
    waiting = waiting.filter((one) => one !== next);
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    return true;
  };
  return {
    now: () => nowMs,
    wait: (ms: number) => new Promise<void>((wake) => waiting.push({ atMs: nowMs + ms, wake })),
    run: async () => {
      while (await tick());
    },
  };
}

describe('the pace', () => {
  test('gives turns at one place one after the other, and at others at once', async () => {
    const clock = aClock(0);
    const pace = createPace(clock);
    const turns: string[] = [];
    for (const place of ['a', 'a', 'b', 'a']) {
      void pace.turn(place, 1000, 60_000).then(() => turns.push(`${place} ${clock.now()}`));
    }
    await clock.run();
    expect(turns).toEqual(['a 0', 'b 0', 'a 1000', 'a 2000']);
  });

  test('says how long it takes yet instead of a turn that comes too late', async () => {
    const clock = aClock(0);
    const pace = createPace(clock);
    const turns = Promise.all([1, 2, 3, 4].map(() => pace.turn('a', 1000, 1500)));
    await clock.run();
    expect(await turns).toEqual([0, 0, 2000, 2000]);
  });

  test('lets nobody go while a place is paused', async () => {
    const clock = aClock(0);
    const pace = createPace(clock);
    const turns: number[] = [];
    await pace.turn('a', 1000, 60_000);
    void pace.turn('a', 1000, 60_000).then(() => turns.push(clock.now()));
    pace.pause('a', 5000);
    void pace.turn('a', 1000, 60_000).then(() => turns.push(clock.now()));
    await clock.run();
    expect(turns).toEqual([5000, 7000]);
  });

  test('does not grow for ever', async () => {
    const clock = aClock(0);
    const pace = createPace(clock);
    for (let place = 0; place < 20_000; place += 1) await pace.turn(String(place), 1000, 60_000);
    expect(await pace.turn('0', 1000, 0)).toBe(0);
  });
});

describe('notify with a pace', () => {
  const limited = (afterMs: number, times: number): Channel & { readonly sent: readonly unknown[] } => {
    const inner = scriptedChannel();
    let left = times;
    return {
      ...inner,
      send: async (message, to, options) => {
        left -= 1;
        if (left >= 0) throw new ChannelError('[slack] limited', { kind: 'transient', retryAfterMs: afterMs });
        return inner.send(message, to, options);
      },
    };
  };
  const deliver = async (channel: Channel) => {
    const notice = aNotice();
    const clock = aClock(notice.atMs);
    const given = ports({ channel, now: clock.now, pace: createPace(clock) });
    const outcome = notify(notice, given);
    await clock.run();
    return { outcome: await outcome, tookMs: clock.now() - notice.atMs };
  };

  test('waits for a limit that passes within seconds', async () => {
    const channel = limited(1000, 3);
    expect(await deliver(channel)).toMatchObject({ outcome: { kind: 'delivered' } });
    expect(channel.sent).toHaveLength(1);
  });

  test('asks for another delivery when the limit does not pass within twenty seconds', async () => {
    const { outcome, tookMs } = await deliver(limited(1000, 1000));
    expect(outcome).toMatchObject({ kind: 'later' });
    expect(tookMs).toBeLessThanOrEqual(21_000);
  });

  test('does not wait for a long limit', async () => {
    expect(await deliver(limited(30_000, 1))).toEqual({ outcome: { kind: 'later', retryAfterMs: 30_000 }, tookMs: 0 });
  });
});
