import type { Objects } from '../../shared/objects/objects.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { movedInto } from '../../shared/ledger/moving.ts';
import { inParallel } from './parallel.ts';

const readAtOnce = 8;

/** The ledgers of a place by the names of their objects; each is opened once, so that its swaps keep their distance. */
export function ledgersIn(
  objects: Objects,
  options: { readonly now: () => number; readonly wait: (ms: number) => Promise<void> },
): (name: string) => Ledger {
  const opened = new Map<string, Ledger>();
  return (name) => {
    const ledger = opened.get(name) ?? objectLedger(objects, { name, ...options });
    opened.set(name, ledger);
    return ledger;
  };
}

/** A ledger that takes over what is its own now from ledgers of earlier layouts, and what it has to leave alone there. */
export interface Heir {
  readonly ledger: Ledger;
  /** As of the last reading. */
  readonly elsewhere: () => ReadonlySet<string>;
}

/** Makes a ledger the heir of others: every reading of it takes over their open cases of its targets. */
export function heirOf(own: Ledger, others: readonly Ledger[], isMine: (target: string) => boolean): Heir {
  let elsewhere: ReadonlySet<string> = new Set();
  return {
    elsewhere: () => elsewhere,
    ledger: {
      swap: (document, generation) => own.swap(document, generation),
      read: async () => {
        const before = await inParallel(others, readAtOnce, async (one) => (await one.read()).document);
        const { document, generation } = await own.read();
        const moved = movedInto(document, before, isMine);
        elsewhere = moved.elsewhere;
        if (!moved.isChanged) return { document, generation };
        // Written at once: whoever had it drops what stands here. Where somebody else wrote first, so will this sweep's swap fail.
        const next = (await own.swap(moved.document, generation)) ?? generation;
        return { document: moved.document, generation: next };
      },
    },
  };
}
