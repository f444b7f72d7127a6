import type { SinonFakeTimers } from 'sinon';
import { useFakeTimers } from 'sinon';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { bucketOf, turnsOf } from '../../../shared/engines/http/pace.ts';
import { pacerOf, type Pacer, type Slot } from '../../../shared/engines/http/pacer.ts';
import { randomOf } from '../../bench/random.ts';

let clock: SinonFakeTimers;
beforeEach(() => {
  clock = useFakeTimers({ now: 0, loopLimit: 100_000, toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  clock.restore();
});

const pace = { perSecond: 95, inFlight: 32 };
const never = new AbortController().signal;
const aPacer = (more: { random?: () => number; inFlight?: number } = {}) =>
  pacerOf(
    { ...pace, inFlight: more.inFlight ?? pace.inFlight },
    { now: () => performance.now(), random: more.random ?? (() => 0.5) },
  );
const wait = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** The most moments that lie within any second. */
function mostInASecond(atMs: readonly number[]): number {
  const sorted = [...atMs].sort((a, b) => a - b);
  let [most, first] = [0, 0];
  for (const [index, ms] of sorted.entries()) {
    while (ms - (sorted[first] ?? 0) >= 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** A service that takes 100 requests in any second and refuses the others; a request takes half its latency to arrive. */
function service(latencyMs: () => number) {
  const arrivedAt: number[] = [];
  const seen = { refused: 0, underWay: 0, most: 0, startedAt: [] as number[], arrivedAt };
  const ask = async (): Promise<boolean> => {
    seen.startedAt.push(performance.now());
    seen.most = Math.max(seen.most, (seen.underWay += 1));
    const ms = latencyMs();
    await wait(ms / 2);
    arrivedAt.push(performance.now());
    const isRefused = arrivedAt.filter((atMs) => performance.now() - atMs < 1000).length > 100;
    if (isRefused) seen.refused += 1;
    await wait(ms / 2);
    seen.underWay -= 1;
    return isRefused;
  };
  return { ask, seen };
}

async function through(pacer: Pacer, who: string, ask: () => Promise<boolean>): Promise<void> {
  const slot = await pacer.enter(who, never);
  slot?.leave((await ask()) ? { askedMs: 0 } : undefined);
}

const projects = Array.from({ length: 1000 }, (_, index) => `project-${index}`);
const random = randomOf(7).next;

describe('1,000 projects', () => {
  test.each([
    ['1 ms', () => 1],
    ['80 ms', () => 80],
    ['80 ms, more or less a fifth', () => 64 + random() * 32],
    ['80 ms, and one in a hundred five times that', () => (random() < 0.01 ? 400 : 80)],
    ['20 to 120 ms', () => 20 + random() * 100],
  ])(
    'with a latency of %s are never asked faster than the quota, nor refused, nor more than 32 at once',
    async (_, latency) => {
      const { ask, seen } = service(latency);
      const pacer = aPacer();
      const all = Promise.all(projects.map((who) => through(pacer, who, ask)));
      await clock.runAllAsync();
      await all;
      expect(seen.startedAt).toHaveLength(1000);
      expect(mostInASecond(seen.startedAt)).toBeLessThanOrEqual(97);
      expect(seen).toMatchObject({ refused: 0, underWay: 0 });
      expect(seen.most).toBeLessThanOrEqual(32);
    },
  );

  it('are done within 1.15 of what quota, latency and calls in flight allow', async () => {
    const { ask } = service(() => 80);
    const pacer = aPacer();
    const all = Promise.all(projects.map((who) => through(pacer, who, ask)));
    await clock.runAllAsync();
    await all;
    const floorMs = Math.max((1000 / 100) * 1000, (1000 * 80) / 32, 80);
    expect(performance.now()).toBeLessThanOrEqual(1.15 * floorMs);
    expect(performance.now()).toBeGreaterThanOrEqual(floorMs);
  });

  it('are held to the calls in flight where those are the limit', async () => {
    const { ask, seen } = service(() => 1000);
    const pacer = aPacer();
    const all = Promise.all(projects.slice(0, 200).map((who) => through(pacer, who, ask)));
    await clock.runAllAsync();
    await all;
    expect(seen.most).toBe(32);
    expect(performance.now()).toBeLessThanOrEqual(1.15 * ((200 * 1000) / 32));
  });
});

describe('turns', () => {
  it('are fair: one who asks for much does not keep another waiting', async () => {
    const order: string[] = [];
    const pacer = aPacer();
    const enter = async (who: string) => {
      const slot = await pacer.enter(who, never);
      order.push(who);
      slot?.leave();
    };
    for (let index = 0; index < 50; index += 1) void enter('busy');
    void enter('other');
    void enter('third');
    await clock.runAllAsync();
    expect(order).toHaveLength(52);
    expect(order.indexOf('other')).toBeLessThanOrEqual(4);
    expect(order.indexOf('third')).toBeLessThanOrEqual(5);
  });

  it('go round, and give up what is taken back', () => {
    const turns = turnsOf<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) turns.add(item.slice(0, 1), item);
    turns.remove('a', 'a2');
    turns.remove('c', 'c1');
    turns.remove('c', 'nobody');
    expect(turns.size()).toBe(4);
    expect(Array.from({ length: 5 }, () => turns.next())).toEqual(['a1', 'b1', 'c2', 'a3', undefined]);
    expect(turns.size()).toBe(0);
  });

  it('end at once when the signal fires, and leave no timer behind', async () => {
    const stop = new AbortController();
    const pacer = aPacer();
    const waiting = Promise.all(projects.slice(0, 50).map((who) => pacer.enter(who, stop.signal)));
    await clock.tickAsync(100);
    stop.abort();
    const slots = await waiting;
    expect(slots.filter((slot) => slot !== undefined).length).toBeGreaterThan(2);
    expect(slots.at(-1)).toBeUndefined();
    expect(clock.countTimers()).toBe(0);
    expect(await pacer.enter('late', stop.signal)).toBeUndefined();
    expect(performance.now()).toBe(100);
  });
});

describe('a refusal', () => {
  /** Slots of calls that are under way. */
  async function underWay(pacer: Pacer, calls: number): Promise<readonly Slot[]> {
    const entering = Promise.all(projects.slice(0, calls).map((who) => pacer.enter(who, never)));
    await clock.runAllAsync();
    return (await entering).filter((slot) => slot !== undefined);
  }

  /** When the next call of anybody may start, in ms from now. */
  async function nextInMs(pacer: Pacer): Promise<number> {
    const beforeMs = performance.now();
    const entering = pacer.enter('next', never);
    await clock.runAllAsync();
    (await entering)?.leave();
    return performance.now() - beforeMs;
  }

  it('holds every call back for as long as the pause, not only the one that was refused', async () => {
    const pacer = aPacer();
    const [first] = await underWay(pacer, 1);
    first?.leave({ askedMs: 0 });
    const startedAt: number[] = [];
    const atMs = performance.now();
    const all = projects.slice(0, 10).map(async (who) => {
      const slot = await pacer.enter(who, never);
      startedAt.push(performance.now() - atMs);
      slot?.leave();
    });
    await clock.runAllAsync();
    await Promise.all(all);
    expect(Math.min(...startedAt)).toBe(500);
  });

  it('of many calls that were under way together is one', async () => {
    const pacer = aPacer();
    const slots = await underWay(pacer, 20);
    for (const slot of slots) {
      slot.leave({ askedMs: 0 });
      await clock.tickAsync(10);
    }
    expect(await nextInMs(pacer)).toBe(300);
  });

  it('after the pause makes the next one longer, up to ten seconds, until a call is taken', async () => {
    const pacer = aPacer({ random: () => 1 });
    const refusedAfter = async () => {
      const [slot] = await underWay(pacer, 1);
      slot?.leave({ askedMs: 0 });
      return nextAfter(pacer);
    };
    const nextAfter = async (one: Pacer) => {
      const beforeMs = performance.now();
      const entering = one.enter('next', never);
      await clock.runAllAsync();
      (await entering)?.leave({ askedMs: 0 });
      return performance.now() - beforeMs;
    };
    expect(await refusedAfter()).toBe(1000);
    expect(await nextAfter(pacer)).toBe(2000);
    expect(await nextAfter(pacer)).toBe(4000);
    expect(await nextAfter(pacer)).toBe(8000);
    expect(await nextAfter(pacer)).toBe(10_000);
    expect(await nextAfter(pacer)).toBe(10_000);
    expect(await nextInMs(pacer)).toBe(10_000);
    expect(await refusedAfter()).toBe(1000);
  });

  it.each([
    [3000, 3000],
    [100, 500],
    [3_600_000, 10_000],
  ])('that asks for %d ms is waited for %d ms', async (askedMs, waitedMs) => {
    const pacer = aPacer();
    const [slot] = await underWay(pacer, 1);
    slot?.leave({ askedMs });
    expect(await nextInMs(pacer)).toBe(waitedMs);
  });
});

describe('a bucket', () => {
  it('gains nothing while its clock stands or goes back', () => {
    const bucket = bucketOf(10, 1000);
    expect([bucket.take(1000), bucket.take(1000)]).toEqual([0, 0]);
    expect(bucket.take(1000)).toBe(200);
    expect(bucket.take(500)).toBe(200);
    expect(bucket.take(600)).toBe(100);
    expect(bucket.take(700)).toBe(0);
  });

  it('begins at half its pace after a second of quiet, for what waits for its connection arrives together', () => {
    const bucket = bucketOf(100, 0);
    const startsFrom = (fromMs: number) => {
      const starts: number[] = [];
      for (let atMs = fromMs; atMs < fromMs + 600; atMs += 1) if (bucket.take(atMs) === 0) starts.push(atMs - fromMs);
      return [starts.filter((atMs) => atMs < 300).length, starts.filter((atMs) => atMs >= 300).length];
    };
    expect(startsFrom(0)).toEqual([16, 30]);
    expect(startsFrom(1000)).toEqual([31, 30]);
    expect(startsFrom(3000)).toEqual([16, 30]);
  });
});
