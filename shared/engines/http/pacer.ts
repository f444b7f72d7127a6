import { bucketOf, turnsOf, type Bucket, type Pace, type Turns } from './pace.ts';

/** A call that may start now. It is told when it is over, and whether the service refused it for being one too many. */
export interface Slot {
  leave(refused?: { readonly askedMs: number }): void;
}

/** Lets calls of one identity and one method start as fast as the service takes them, and no faster. */
export interface Pacer {
  /** Waits for a turn that is fair between all `who`; undefined when the signal fires before it comes. */
  enter(who: string, signal: AbortSignal): Promise<Slot | undefined>;
}

/** The clocks of a pacer: ms of a clock that only goes forward, and a number between 0 and 1 for the length of pauses. */
interface PacerClock {
  readonly now: () => number;
  readonly random: () => number;
}

/** How the pauses grow while the service goes on refusing. No answer can hold all calls back for more than the longest. */
const pauses = { firstMs: 1000, longestMs: 10_000 } as const;

/** One pause for all calls: refusals of calls that began before it are about the same moment and do not prolong it. */
function holdOf(bucket: Bucket, { now, random }: PacerClock) {
  let [refusals, sinceMs] = [0, Number.NEGATIVE_INFINITY];
  return (startedAtMs: number, refused: { readonly askedMs: number } | undefined): void => {
    if (startedAtMs < sinceMs) return;
    if (refused === undefined) {
      refusals = 0;
      return;
    }
    const ownMs = random() * pauses.firstMs * 2 ** refusals;
    const pauseMs = Math.min(pauses.longestMs, Math.max(ownMs, refused.askedMs));
    refusals = Math.min(refusals + 1, 10);
    sinceMs = now() + pauseMs;
    bucket.pause(sinceMs);
  };
}

/** Waits in the queue until a slot is given, or the signal fires. `onChange` hears that somebody came or left. */
function waited(who: string, signal: AbortSignal, turns: Turns<(slot: Slot) => void>, onChange: () => void) {
  return new Promise<Slot | undefined>((resolve) => {
    if (signal.aborted) return resolve(undefined);
    const end = (): void => {
      turns.remove(who, start);
      onChange();
      resolve(undefined);
    };
    const start = (slot: Slot): void => {
      signal.removeEventListener('abort', end);
      resolve(slot);
    };
    signal.addEventListener('abort', end, { once: true });
    turns.add(who, start);
    return onChange();
  });
}

/** Starts calls by a token bucket, with at most `inFlight` under way; where one is refused, all wait. */
export function pacerOf({ perSecond, inFlight }: Pace, clock: PacerClock): Pacer {
  const bucket = bucketOf(perSecond, clock.now());
  const turns = turnsOf<(slot: Slot) => void>();
  const hold = holdOf(bucket, clock);
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;

  const slotFrom = (startedAtMs: number): Slot => ({
    leave(refused) {
      underWay -= 1;
      hold(startedAtMs, refused);
      serve();
    },
  });
  const serve = (): void => {
    clearTimeout(timer);
    while (turns.size() > 0 && underWay < inFlight) {
      const waitMs = bucket.take(clock.now());
      if (waitMs > 0) {
        timer = setTimeout(serve, Math.ceil(waitMs));
        return;
      }
      underWay += 1;
      turns.next()?.(slotFrom(clock.now()));
    }
  };
  return { enter: (who, signal) => waited(who, signal, turns, serve) };
}
