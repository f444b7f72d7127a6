import type { CallBudget } from '../engine.ts';
import type { Failure } from './failure.ts';

/** How often a call is tried in all, and how the waits between grow (milliseconds). */
export const pace = { tries: 5, firstWaitMs: 500, longestWaitMs: 8000 } as const;

/** The clocks of retrying: `now` in epoch ms, `random` between 0 and 1. */
export interface Pace {
  readonly budget: CallBudget;
  readonly now: () => number;
  readonly random: () => number;
}

export type Tried<T> = { readonly value: T } | { readonly failed: Failure; readonly tries: number };

/**
 * Tries until there is a value, at most `pace.tries` times, and never starts after the budget's end. The wait before the
 * next try is a random part of a bound that doubles each time ("full jitter"), or the service's Retry-After where that is
 * longer; a wait that would end too late is not begun. An abort ends a wait at once.
 */
export async function withRetry<T>(
  attempt: () => Promise<{ value: T } | { failed: Failure }>,
  by: Pace,
): Promise<Tried<T>> {
  const { signal, untilMs } = by.budget;
  for (let tries = 1; ; tries += 1) {
    if (signal.aborted || by.now() >= untilMs) return { failed: noTime, tries: tries - 1 };
    const result = await attempt();
    if ('value' in result) return result;
    const { failed } = result;
    if (!failed.retryable || tries >= pace.tries || signal.aborted) return { failed, tries };
    const waitMs = Math.max(jitteredMs(tries, by.random), askedMs(failed.retryAfter, by.now()));
    if (by.now() + waitMs >= untilMs) return { failed, tries };
    await wait(waitMs, signal);
    if (signal.aborted) return { failed, tries };
  }
}

/** A call that was not sent because its time was up. */
export const noTime: Failure = { failure: 'timeout', says: 'not sent, no time was left for it', retryable: true };

function jitteredMs(tries: number, random: () => number): number {
  return random() * Math.min(pace.longestWaitMs, pace.firstWaitMs * 2 ** (tries - 1));
}

/** How long the service asks to wait: Retry-After is a number of seconds or a date (RFC 9110 §10.2.3); 0 where it is neither. */
export function askedMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

/** Resolves after the time, or as soon as the signal fires. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
