import type { SinonFakeTimers } from 'sinon';
import { useFakeTimers } from 'sinon';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../../shared/engines/http/failure.ts';
import { pace, withRetry } from '../../../shared/engines/http/retry.ts';

const startMs = Date.UTC(2026, 10, 22, 12);

const failures = {
  throttled: { failure: 'rate-limit', says: 'throttled', retryable: true },
  broken: { failure: 'server', says: 'broken', retryable: true },
  lost: { failure: 'network', says: 'lost', retryable: true },
  late: { failure: 'timeout', says: 'late', retryable: true },
  denied: { failure: 'forbidden', says: 'denied', retryable: false },
  quota: { failure: 'rate-limit', says: 'quota', retryable: false },
  unknown: { failure: 'unauthenticated', says: 'who', retryable: false },
  absent: { failure: 'not-found', says: 'absent', retryable: false },
  bad: { failure: 'rejected', says: 'bad', retryable: false },
  garbled: { failure: 'malformed', says: 'garbled', retryable: false },
} satisfies Record<string, Failure>;

let clock: SinonFakeTimers;
beforeEach(() => {
  clock = useFakeTimers({ now: startMs, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  clock.restore();
});

/** Runs attempts that fail as listed and then succeed; `at` is when each began, in ms from the start. */
function running(
  fails: readonly Failure[],
  by: { forMs?: number; random?: () => number; signal?: AbortSignal; eachTakesMs?: number } = {},
) {
  const at: number[] = [];
  const rest = [...fails];
  const attempt = async () => {
    at.push(Date.now() - startMs);
    if (by.eachTakesMs !== undefined) clock.tick(by.eachTakesMs);
    const failed = rest.shift();
    return failed === undefined ? { value: 'fine' } : { failed };
  };
  const budget = { untilMs: startMs + (by.forMs ?? 60_000), signal: by.signal ?? new AbortController().signal };
  const result = withRetry(attempt, { budget, now: Date.now, random: by.random ?? (() => 0.999999) });
  return { at, result };
}

describe('withRetry', () => {
  it.each(['throttled', 'broken', 'lost', 'late'] as const)('tries again when %s', async (kind) => {
    const { at, result } = running([failures[kind]]);
    await clock.runAllAsync();
    expect(await result).toEqual({ value: 'fine' });
    expect(at).toHaveLength(2);
  });

  it.each(['denied', 'quota', 'unknown', 'absent', 'bad', 'garbled'] as const)('tries once when %s', async (kind) => {
    const { at, result } = running([failures[kind]]);
    await clock.runAllAsync();
    expect(await result).toEqual({ failed: failures[kind], tries: 1 });
    expect(at).toEqual([0]);
  });

  it('doubles the bound of its waits, and stops at its number of tries', async () => {
    const { at, result } = running(Array.from({ length: 10 }, () => failures.broken));
    await clock.runAllAsync();
    expect(await result).toEqual({ failed: failures.broken, tries: pace.tries });
    expect(at).toEqual([0, 499, 1498, 3497, 7496]);
  });

  it('waits no longer than the longest wait, however often it tried', () => {
    expect(pace.firstWaitMs * 2 ** (pace.tries - 2)).toBeLessThanOrEqual(pace.longestWaitMs);
  });

  it('spreads its waits over the whole bound', async () => {
    const { at } = running([failures.broken, failures.broken], { random: () => 0 });
    await clock.runAllAsync();
    expect(at).toEqual([0, 0, 0]);
  });

  it.each([
    ['3', 3000],
    [new Date(startMs + 7000).toUTCString(), 7000],
    ['0', 499],
    ['-5', 499],
    ['soon', 499],
    ['', 499],
    [new Date(startMs - 7000).toUTCString(), 499],
  ])('honours Retry-After: %s', async (retryAfter, waitMs) => {
    const { at } = running([{ ...failures.throttled, retryAfter }]);
    await clock.runAllAsync();
    expect(at).toEqual([0, waitMs]);
  });

  it.each(['60', '3600', '999999999', '9'.repeat(400), new Date(startMs + 3_600_000).toUTCString()])(
    'gives up at once, or waits its own time, when Retry-After: %s does not fit',
    async (retryAfter) => {
      const { at, result } = running([{ ...failures.throttled, retryAfter }], { forMs: 400 });
      await clock.runAllAsync();
      expect(await result).toMatchObject({ failed: { failure: 'rate-limit' }, tries: 1 });
      expect(at).toEqual([0]);
    },
  );

  it('begins no wait that would end after its time', async () => {
    const { at, result } = running([failures.broken, failures.broken], { forMs: 1000 });
    await clock.runAllAsync();
    expect(await result).toEqual({ failed: failures.broken, tries: 2 });
    expect(at).toEqual([0, 499]);
    expect(Date.now() - startMs).toBe(499);
  });

  it.each([0, -1])('does not try at all with %d ms left', async (forMs) => {
    const { at, result } = running([], { forMs });
    expect(await result).toMatchObject({ failed: { failure: 'timeout', retryable: true }, tries: 0 });
    expect(at).toEqual([]);
  });

  it('counts the time that a try took', async () => {
    const { at, result } = running([failures.late, failures.late], { forMs: 1000, eachTakesMs: 900 });
    await clock.runAllAsync();
    expect(await result).toMatchObject({ tries: 1 });
    expect(at).toEqual([0]);
  });

  it('ends a wait at once on abort, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const { at, result } = running([failures.broken], { signal: stop.signal });
    await clock.tickAsync(100);
    expect(clock.countTimers()).toBe(1);
    stop.abort();
    expect(await result).toEqual({ failed: failures.broken, tries: 1 });
    expect(Date.now() - startMs).toBe(100);
    expect(at).toEqual([0]);
    expect(clock.countTimers()).toBe(0);
  });
});
