import type { Clock } from '../../functions/watch/clock.ts';
import { nowMs as startOfTime } from '../make.ts';

/** A clock without a machine behind it. */
export interface VirtualClock extends Clock {
  /** Moves on, as between two sweeps. */
  advance(ms: number): void;
}

interface Due {
  readonly atMs: number;
  readonly happen: () => void;
}

/**
 * Time that passes at once: whenever everybody waits, the clock moves to the moment at which the first of them goes on.
 * Waits that run side by side therefore take as long as the longest of them, and the order is the same each time.
 */
export function virtualClock(startMs = startOfTime): VirtualClock {
  let nowMs = startMs;
  let isTicking = false;
  const waits = new Set<Due>();
  const alarms = new Set<Due>();

  const happen = (due: Due) => {
    waits.delete(due);
    alarms.delete(due);
    nowMs = Math.max(nowMs, due.atMs);
    due.happen();
  };
  const tick = () => {
    isTicking = false;
    if (waits.size === 0) return;
    const [first] = [...waits, ...alarms].sort((a, b) => a.atMs - b.atMs);
    if (first !== undefined) happen(first);
    keepTicking();
  };
  // An immediate comes after every promise that is settled, so that nobody is left behind.
  const keepTicking = () => {
    if (isTicking || waits.size === 0) return;
    isTicking = true;
    setImmediate(tick);
  };

  return {
    now: () => nowMs,
    after: (ms) => {
      const stop = new AbortController();
      alarms.add({ atMs: nowMs + ms, happen: () => stop.abort() });
      return stop.signal;
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const end = () => {
          waits.delete(due);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const due: Due = { atMs: nowMs + ms, happen: end };
        waits.add(due);
        signal.addEventListener('abort', end);
        return keepTicking();
      }),
    advance: (ms) => {
      const untilMs = nowMs + ms;
      for (const due of [...alarms].sort((a, b) => a.atMs - b.atMs)) if (due.atMs <= untilMs) happen(due);
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}
