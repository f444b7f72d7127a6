import type { SimClock } from './clock.ts';

/** A call to the outside: the n-th of all, or the n-th whose label begins so; on its way there, or back. */
export type At = number | { readonly nth: number; readonly label: string; readonly back: boolean };

/** What befalls a function instance: it ends at a call, stands still there, or the world changes around it. */
export interface Fate {
  readonly ends?: At;
  readonly standsStill?: { readonly at: At; readonly ms: number };
  readonly meanwhile?: { readonly at: At; readonly happens: () => void };
}

/** One running copy of a function. Calls to the outside go through it, on their way there and back. */
export interface Instance {
  readonly name: string;
  /** Does the work between a call's departure and its return; once the instance has ended, nothing comes back. */
  around<T>(label: string, work: () => Promise<T>): Promise<T>;
  /** What will befall it from now on, counted from its next call. */
  meets(fate: Fate): void;
  isAlive(): boolean;
  end(): void;
  /** Resolves when it has ended, or stands still. */
  lost(): Promise<'ended' | 'stands still'>;
}

/** Lets several instances take turns: resolves when it is the turn of this one. */
export type Turn = (label: string) => Promise<void>;

/** Counts calls until the one is reached. */
function counter(at: At | undefined): (label: string, back: boolean) => boolean {
  let left = typeof at === 'number' ? at : (at?.nth ?? Infinity);
  return (label, back) => {
    if (typeof at === 'object' && (!label.startsWith(at.label) || back !== at.back)) return false;
    left -= 1;
    return left === 0;
  };
}

const never = <T>() => new Promise<T>(() => undefined);

/** A fresh instance. */
export function anInstance(name: string, clock: SimClock, turn: Turn): Instance {
  let isAlive = true;
  let endsNow = counter(undefined);
  let stopsNow = counter(undefined);
  let changesNow = counter(undefined);
  let fate: Fate = {};
  let { promise: lost, resolve: lose } = Promise.withResolvers<'ended' | 'stands still'>();

  const end = () => {
    isAlive = false;
    lose('ended');
  };
  const pass = async (label: string, back: boolean): Promise<void> => {
    if (!isAlive) await never();
    await turn(`${name}: ${label}${back ? ', back' : ''}`);
    if (!isAlive) await never();
    if (endsNow(label, back)) {
      end();
      await never();
    }
    if (changesNow(label, back)) fate.meanwhile?.happens();
    if (stopsNow(label, back)) {
      lose('stands still');
      await clock.wait(fate.standsStill?.ms ?? 0, new AbortController().signal);
      if (!isAlive) await never();
    }
  };
  return {
    name,
    around: async (label, work) => {
      await pass(label, false);
      const done = await work().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      await pass(label, true);
      if ('error' in done) throw done.error;
      return done.value;
    },
    meets: (next) => {
      fate = next;
      endsNow = counter(next.ends);
      stopsNow = counter(next.standsStill?.at);
      changesNow = counter(next.meanwhile?.at);
      ({ promise: lost, resolve: lose } = Promise.withResolvers<'ended' | 'stands still'>());
    },
    isAlive: () => isAlive,
    end,
    lost: () => lost,
  };
}
