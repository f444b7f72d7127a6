import type { Clock } from '../../functions/watch/clock.ts';

/** Time that passes only when it is driven: from one moment at which somebody waits to the next. */
export interface SimClock {
  /** Epoch ms, as a clock that is never wrong would have it. */
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  after(ms: number): AbortSignal;
  /** The clock of one machine, which may be wrong by as much as `offsetMs` says at each look. */
  machine(offsetMs: () => number): Clock;
  /** Time stands still while this is under way: reading a disk takes no time here. */
  still<T>(work: Promise<T>): Promise<T>;
  /** Lets happen what has to until the work is done; throws when nothing is left that could. */
  drive<T>(work: Promise<T>): Promise<T>;
  /** Lets the time pass, with all that happens in it. */
  advance(ms: number): Promise<void>;
}

/** Who decides, where several could go on: gives one of them the turn. False: nobody waits for a turn. */
export type Turns = () => Promise<boolean>;

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly happen: () => void;
}

/** Everything that can happen without time passing has happened by then. */
const settled = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

interface State {
  nowMs: number;
  order: number;
  underWay: number;
  idle: () => void;
  readonly dues: Set<Due>;
}

function add(state: State, ms: number, happen: () => void): Due {
  state.order += 1;
  const due = { atMs: state.nowMs + Math.max(0, ms), order: state.order, happen };
  state.dues.add(due);
  return due;
}

/** Goes to the next moment at which something happens, if that is not after `untilMs`. */
function step(state: State, untilMs: number): boolean {
  let first: Due | undefined;
  for (const due of state.dues) {
    if (first === undefined || due.atMs < first.atMs || (due.atMs === first.atMs && due.order < first.order))
      first = due;
  }
  if (first === undefined || first.atMs > untilMs) return false;
  state.dues.delete(first);
  state.nowMs = Math.max(state.nowMs, first.atMs);
  first.happen();
  return true;
}

async function quiet(state: State, turns: Turns): Promise<void> {
  for (;;) {
    await settled();
    if (state.underWay > 0) {
      await new Promise<void>((resolve) => {
        state.idle = resolve;
      });
    } else if (!(await turns())) return;
  }
}

function waitOn(state: State, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      state.dues.delete(due);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const due = add(state, ms, end);
    return signal.addEventListener('abort', end);
  });
}

function alarmOn(state: State, ms: number): AbortSignal {
  const stop = new AbortController();
  add(state, ms, () => stop.abort());
  return stop.signal;
}

async function still<T>(state: State, work: Promise<T>): Promise<T> {
  state.underWay += 1;
  try {
    return await work;
  } finally {
    state.underWay -= 1;
    if (state.underWay === 0) state.idle();
  }
}

/** A clock that stands at `startMs`. `turns` is asked whenever nothing else can happen without time passing. */
export function simClock(startMs: number, turns: Turns = async () => false): SimClock {
  const state: State = { nowMs: startMs, order: 0, underWay: 0, idle: () => undefined, dues: new Set() };
  const wait = (ms: number, signal: AbortSignal) => waitOn(state, ms, signal);
  const after = (ms: number) => alarmOn(state, ms);
  return {
    now: () => state.nowMs,
    wait,
    after,
    machine: (offsetMs) => ({ now: () => state.nowMs + offsetMs(), wait, after }),
    still: (work) => still(state, work),
    drive: async (work) => {
      let isDone = false;
      const done = () => void (isDone = true);
      work.then(done, done);
      for (;;) {
        await quiet(state, turns);
        if (isDone) return work;
        if (!step(state, Infinity)) throw new Error('[sim] nothing is left to happen, and the work is not done');
      }
    },
    advance: async (ms) => {
      const untilMs = state.nowMs + ms;
      do await quiet(state, turns);
      while (step(state, untilMs));
      state.nowMs = Math.max(state.nowMs, untilMs);
    },
  };
}
