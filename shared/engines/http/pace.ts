/** How fast one method of an API may be called, and how many of its calls may be under way. */
export interface Pace {
  readonly perSecond: number;
  readonly inFlight: number;
}

/** Calls that may start at once after a quiet time. In any second there are at most `perSecond + burst` starts. */
const burst = 2;
/**
 * After a second of quiet the first calls start at half the pace: they wait for a token and for their connections, and what
 * has waited arrives together.
 */
const quietMs = 1000;
const gentleMs = 300;

/** Says when the next call may start. All times are ms of one clock that only goes forward. */
export interface Bucket {
  /** Takes a token and says 0, or says how long there is none. */
  take(nowMs: number): number;
  /** Gives out nothing before `untilMs`. */
  pause(untilMs: number): void;
}

/** A token bucket that begins full. It is small, so that what the network bunches together stays below the quota as well. */
export function bucketOf(perSecond: number, startMs: number): Bucket {
  let tokens = burst;
  let filledAtMs = startMs;
  let [pausedUntilMs, takenAtMs, gentleUntilMs] = [-Infinity, -Infinity, -Infinity];
  const paceAt = (nowMs: number) => (nowMs < gentleUntilMs ? perSecond / 2 : perSecond);
  return {
    take(nowMs) {
      tokens = Math.min(burst, tokens + (Math.max(0, nowMs - filledAtMs) * paceAt(nowMs)) / 1000);
      filledAtMs = nowMs;
      if (nowMs < pausedUntilMs) return pausedUntilMs - nowMs;
      // A wait that ends to the millisecond must not leave the last billionth of a token missing.
      if (tokens < 1 - 1e-6) return ((1 - tokens) * 1000) / paceAt(nowMs);
      if (nowMs - takenAtMs >= quietMs) gentleUntilMs = nowMs + gentleMs;
      takenAtMs = nowMs;
      tokens -= 1;
      return 0;
    },
    pause(untilMs) {
      pausedUntilMs = Math.max(pausedUntilMs, untilMs);
    },
  };
}

/** A queue in which everybody who waits has the same share, however much each of them asks for. */
export interface Turns<Item> {
  add(who: string, item: Item): void;
  next(): Item | undefined;
  remove(who: string, item: Item): void;
  size(): number;
}

/** Round robin: whoever was served goes behind all others. */
export function turnsOf<Item>(): Turns<Item> {
  const queues = new Map<string, Set<Item>>();
  let size = 0;
  const remove = (who: string, item: Item): void => {
    const queue = queues.get(who);
    if (queue?.delete(item) !== true) return;
    size -= 1;
    if (queue.size === 0) queues.delete(who);
  };
  return {
    add(who, item) {
      const queue = queues.get(who) ?? new Set();
      queues.set(who, queue.add(item));
      size += 1;
    },
    next() {
      for (const [who, queue] of queues) {
        const [item] = queue;
        if (item === undefined) return undefined;
        remove(who, item);
        if (queues.delete(who)) queues.set(who, queue);
        return item;
      }
      return undefined;
    },
    remove,
    size: () => size,
  };
}
