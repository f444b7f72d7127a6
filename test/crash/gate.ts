import type { Role } from './control.ts';

/** A request between a process under test and the stand-ins, either way: `jobs.cancel runaway`. */
export interface Exchange {
  readonly by: Role;
  readonly name: string;
}

/**
 * Where a process ends: before a request of the run is handled, after it was handled and before it is answered, or right
 * after a write has taken effect in the state. `what` has its number: `jobs.cancel runaway #1`, `link ledger.json #3`.
 */
export interface Boundary {
  readonly by: Role;
  readonly when: 'before' | 'after' | 'commit';
  readonly what: string;
}

/** The process is gone, and nobody gets an answer. */
export class Ended extends Error {}

/** Lets requests through, in the order in which they come, and ends a process at one of them. */
export interface Gate {
  pass<T>(exchange: Exchange, handle: () => Promise<T>): Promise<T>;
  /** What has come so far, with its number: `watch jobs.get runaway #2`. */
  readonly passed: readonly (Exchange & { readonly what: string })[];
  /** Whether a process has been ended. */
  readonly hasEnded: () => boolean;
}

/** A gate for one run; without a boundary everything passes. */
export function openGate(boundary: Boundary | undefined, end: (role: Role) => Promise<void>): Gate {
  const passed: (Exchange & { readonly what: string })[] = [];
  let ended = false;
  const endAt = async (by: Role, when: Boundary['when'], what: string): Promise<void> => {
    if (ended || boundary?.by !== by || boundary.when !== when || boundary.what !== what) return;
    ended = true;
    await end(by);
    throw new Ended(`${by} was ended ${when} ${what}`);
  };
  return {
    passed,
    hasEnded: () => ended,
    pass: async (exchange, handle) => {
      const { by, name } = exchange;
      const nth = passed.filter((one) => one.by === by && one.name === name).length + 1;
      const what = `${name} #${nth}`;
      passed.push({ ...exchange, what });
      await endAt(by, 'before', what);
      const result = await handle();
      await endAt(by, 'after', what);
      return result;
    },
  };
}

/** A boundary as people read it. */
export function boundaryText({ by, when, what }: Boundary): string {
  const place = { before: 'before', after: 'after, without its answer,', commit: 'right after the write' }[when];
  return `${by} ended ${place} ${what}`;
}
