import type { RequestTrouble } from './engine.ts';

/** Something that goes wrong with the next so many calls of one kind. */
export type Fault =
  | { readonly on: 'list' | 'get' | 'cancel'; readonly how: RequestTrouble; readonly times: number }
  | { readonly on: 'trail'; readonly how: 'down' | 'lost answer' | 'half' | 'refuses one'; readonly times: number }
  | {
      readonly on: 'ledger' | 'claims' | 'receipts';
      readonly how: 'cannot read' | 'cannot write' | 'lost answer' | 'somebody else writes' | 'slow';
      readonly times: number;
    }
  | {
      readonly on: 'slack';
      readonly how: 'later' | 'nobody there' | 'no access' | 'lost answer';
      readonly times: number;
    }
  | { readonly on: 'policy' | 'stop switch'; readonly how: 'cannot read'; readonly times: number };

export type Place = Fault['on'];

/** The faults that are set. */
export interface Faults {
  set(fault: Fault): void;
  /** What goes wrong with this call, if anything; counts it. */
  next<F extends Fault>(isFit: (fault: Fault) => fault is F): F['how'] | undefined;
  heal(): void;
}

export type FaultAt<P extends Place> = Extract<Fault, { on: P }>;

/** Fits every fault of a place. */
export const at =
  <P extends Place>(place: P) =>
  (fault: Fault): fault is FaultAt<P> =>
    fault.on === place;

/** No faults yet. */
export function noFaults(): Faults {
  let active: { readonly fault: Fault; left: number }[] = [];
  return {
    set: (fault) => void active.push({ fault, left: fault.times }),
    next: (isFit) => {
      for (const entry of active) {
        if (entry.left <= 0 || !isFit(entry.fault)) continue;
        entry.left -= 1;
        return entry.fault.how;
      }
      return undefined;
    },
    heal: () => {
      active = [];
    },
  };
}
