/** Keeps messages to one place apart, so that a channel's limit is not run into again and again. Times are ms. */
export interface Pace {
  /** Waits for a turn at this place, until `untilMs` (epoch) at the latest. 0: it is ours; else how long it takes yet. */
  turn(place: string, spacingMs: number, untilMs: number): Promise<number>;
  /** Nobody gets a turn at this place for so long: the channel said so. */
  pause(place: string, ms: number): void;
}

interface Place {
  freeMs: number;
  pausedMs: number;
  /** How many times its spacing messages to it are apart: more after each refusal, less with each turn. */
  factor: number;
}

/** Other processes write to the same places; what is refused shows how many of them there are. */
const slower = 2;
const quicker = 0.7;
const slowest = 8;

const maxPlaces = 5000;

/** Turns in the order in which they were asked for, within one process; another process is noticed by its refusals only. */
export function createPace({ now, wait }: { now: () => number; wait: (ms: number) => Promise<unknown> }): Pace {
  const places = new Map<string, Place>();
  const placeOf = (name: string): Place => {
    const known = places.get(name) ?? { freeMs: 0, pausedMs: 0, factor: 1 };
    places.delete(name);
    places.set(name, known);
    const [oldest] = places.size > maxPlaces ? places.keys() : [];
    if (oldest !== undefined) places.delete(oldest);
    return known;
  };
  return {
    turn: async (name, spacingMs, untilMs) => {
      for (;;) {
        const place = placeOf(name);
        const atMs = Math.max(now(), place.freeMs);
        if (atMs > untilMs) return Math.max(1, atMs - now());
        place.freeMs = atMs + spacingMs * place.factor;
        place.factor = Math.max(1, place.factor * quicker);
        if (atMs > now()) await wait(atMs - now());
        // A pause that began meanwhile sends everybody to the end of the line.
        if (place.pausedMs <= now()) return 0;
      }
    },
    pause: (name, ms) => {
      const place = placeOf(name);
      place.factor = Math.min(slowest, place.factor * slower);
      place.pausedMs = Math.max(place.pausedMs, now() + ms);
      place.freeMs = Math.max(place.freeMs, place.pausedMs);
    },
  };
}
