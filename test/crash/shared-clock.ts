import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { After } from '../../infra/local/pubsub/timers.ts';
import { clockDigits, fileNames, timeOf } from './control.ts';

/**
 * The one clock of the stand-ins and the processes under test: it goes slowly, and is moved on wherever everybody only
 * waits. Epoch ms.
 */
export interface SharedClock {
  readonly now: () => number;
  /** Timers on this clock. */
  readonly after: After;
  /** Something happens: nothing is skipped for a moment. */
  readonly stir: () => void;
  /** Lets time pass until then, and until nothing is under way; throws when it never gets quiet. */
  readonly runTo: (untilMs: number) => Promise<void>;
  /** Forgets all timers, and goes back to the machine's time. */
  readonly reset: () => void;
  readonly close: () => void;
}

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Quiet is believed after so many real ms: a process that has its answer takes a moment for its next request. */
const settleMs = 20;
const pollMs = 4;
const longestMs = 60_000;

/** Whether anybody is at work, as far as that is known; and a question to all who could be, answered when they are not. */
interface Others {
  readonly areQuiet: () => boolean;
  readonly idle: () => Promise<void>;
}

/** The time of day, and a file that tells it to other processes. */
function openTime(folder: string) {
  const file = openSync(join(folder, fileNames.clock), 'w');
  let time = { setAtMs: Date.now(), movedMs: 0 };
  const set = (next: typeof time): void => {
    time = next;
    writeSync(file, [time.setAtMs, time.movedMs].map((number) => String(number).padStart(clockDigits)).join(''), 0);
  };
  const now = (): number => timeOf(Date.now(), time);
  set(time);
  return {
    now,
    moveTo: (atMs: number) => set({ ...time, movedMs: time.movedMs + Math.max(0, Math.ceil(atMs - now())) }),
    reset: () => set({ setAtMs: Date.now(), movedMs: 0 }),
    close: () => closeSync(file),
  };
}

/** Timers on a clock; `stir` hears of each that begins or ends. */
function openTimers(now: () => number, stir: () => void) {
  const timers = new Set<Timer>();
  const after: After = (ms, run) => {
    const timer = { atMs: now() + ms, run };
    timers.add(timer);
    stir();
    return () => void timers.delete(timer);
  };
  const fire = (): void => {
    const due = [...timers].filter(({ atMs }) => atMs <= now()).toSorted((a, b) => a.atMs - b.atMs);
    for (const timer of due) if (timers.delete(timer)) timer.run();
    if (due.length > 0) stir();
  };
  return { after, fire, firstMs: () => Math.min(...[...timers].map(({ atMs }) => atMs)), clear: () => timers.clear() };
}

/** A clock that is told to other processes by a file in the folder. */
export function sharedClock(folder: string, others: Others): SharedClock {
  let stirredAtMs = performance.now();
  const stir = (): void => {
    stirredAtMs = performance.now();
  };
  const time = openTime(folder);
  const timers = openTimers(time.now, stir);

  const quiet = async (): Promise<void> => {
    const untilMs = performance.now() + longestMs;
    for (;;) {
      const seenMs = stirredAtMs;
      if (others.areQuiet() && performance.now() - seenMs >= settleMs) {
        await others.idle();
        if (others.areQuiet() && seenMs === stirredAtMs) return;
      }
      if (performance.now() > untilMs) throw new Error(`[crash] It did not get quiet within ${longestMs / 1000} s.`);
      await pause(pollMs);
    }
  };
  const runTo = async (untilMs: number): Promise<void> => {
    for (;;) {
      await quiet();
      if (time.now() >= untilMs) return;
      time.moveTo(Math.min(untilMs, timers.firstMs()));
      timers.fire();
    }
  };
  const reset = (): void => {
    timers.clear();
    time.reset();
  };
  return { now: time.now, after: timers.after, stir, runTo, reset, close: time.close };
}
