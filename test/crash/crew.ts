import { startChild, type Child } from './child.ts';
import { roles, type Role } from './control.ts';
import type { SharedClock } from './shared-clock.ts';

/** The two processes under test; one that is gone is replaced at once. */
export interface Crew {
  /** Lets those that are there go, and has new ones come. */
  readonly renew: () => Promise<void>;
  readonly current: (role: Role) => Promise<Child>;
  /** Has another one started in advance, for when the present one is gone. */
  readonly prepare: (role: Role) => void;
  readonly end: (role: Role) => Promise<void>;
  /** Whether the present one waits for the clock. */
  readonly isWaiting: (role: Role) => boolean;
  /** Resolves when no process computes anything at the moment. */
  readonly idle: () => Promise<void>;
  /** How many processes are gone so far. */
  readonly gone: () => number;
  /** What the present ones and those before them wrote, since this was asked last. */
  readonly takeLogs: () => readonly string[];
  readonly close: () => Promise<void>;
}

type Waits = Map<number, () => void>;

/** What is kept of processes: which waits they are in, and what those wrote that are gone. */
function openRegister(clock: SharedClock) {
  const waits = new Map<Child, Waits>();
  return {
    waits: (child: Child, wait: number, ms: number): void => {
      const own: Waits = waits.get(child) ?? new Map();
      waits.set(child, own);
      const callOff = clock.after(ms, () => {
        own.delete(wait);
        child.wake(wait);
      });
      own.set(wait, callOff);
    },
    abandons: (child: Child, wait: number): void => {
      waits.get(child)?.get(wait)?.();
      waits.get(child)?.delete(wait);
      clock.stir();
    },
    forget: (child: Child): void => {
      for (const callOff of waits.get(child)?.values() ?? []) callOff();
      waits.delete(child);
      clock.stir();
    },
    isWaiting: (child: Child): boolean => (waits.get(child)?.size ?? 0) > 0,
  };
}

const quickMs = 8;
const quickInARow = 3;
const mostQuestions = 40;

/** A process that answers quickly several times in a row is not in the middle of a longer piece of work. */
async function rests(child: Child): Promise<void> {
  let quick = 0;
  for (let asked = 0; quick < quickInARow && asked < mostQuestions; asked += 1) {
    const beganAtMs = performance.now();
    await child.idle();
    quick = performance.now() - beganAtMs < quickMs ? quick + 1 : 0;
  }
}

/** Processes of both roles with these settings, on this clock. */
export function openCrew(settings: (role: Role) => Readonly<Record<string, string>>, clock: SharedClock): Crew {
  const register = openRegister(clock);
  const present = new Map<Role, Promise<Child>>();
  const spare = new Map<Role, Promise<Child>>();
  const here = new Set<Child>();
  const dismissed = new Set<Child>();
  const logs: string[] = [];
  let goneSoFar = 0;

  const start = async (role: Role): Promise<Child> => {
    const child = await startChild(role, settings(role), {
      waits: register.waits,
      abandons: register.abandons,
      gone: (one) => {
        register.forget(one);
        here.delete(one);
        if (dismissed.delete(one)) return;
        logs.push(...one.log.splice(0), `(${role} is gone)`);
        goneSoFar += 1;
        replace(role);
      },
    });
    here.add(child);
    return child;
  };
  // Whoever needs it hears of a failure; until then nobody does.
  const quietly = (started: Promise<Child>): Promise<Child> => {
    started.catch(() => undefined);
    return started;
  };
  const replace = (role: Role): void => {
    present.set(role, spare.get(role) ?? quietly(start(role)));
    spare.delete(role);
  };
  const current = (role: Role): Promise<Child> => {
    if (!present.has(role)) replace(role);
    return present.get(role) ?? Promise.reject(new Error(`[crash] there is no ${role}`));
  };
  const dismiss = async (all: readonly Promise<Child>[]): Promise<void> => {
    for (const started of await Promise.allSettled(all)) {
      if (started.status !== 'fulfilled' || !here.has(started.value)) continue;
      dismissed.add(started.value);
      await started.value.end();
    }
  };
  return {
    current,
    renew: async () => {
      await dismiss([...present.values()]);
      for (const role of roles) replace(role);
    },
    prepare: (role) => {
      if (!spare.has(role)) spare.set(role, quietly(start(role)));
    },
    end: async (role) => (await current(role)).end(),
    isWaiting: (role) => [...here].some((child) => child.role === role && register.isWaiting(child)),
    idle: async () => void (await Promise.all([...here].map(rests))),
    gone: () => goneSoFar,
    takeLogs: () => [...logs.splice(0), ...[...here].flatMap((child) => child.log.splice(0))],
    close: async () => dismiss([...present.values(), ...spare.values()]),
  };
}
