import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { FleetStore } from '../../shared/ledger/fleet-store.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';

type Order = NonNullable<LedgerDocument['breakerClosed']>;

/** What came of closing the breaker by hand. `document` is the ledger as it is now. `busy`: every swap was lost. */
export type Closed =
  | { readonly how: 'closed'; readonly document: LedgerDocument; readonly order: Order }
  | { readonly how: 'no-ledger' }
  | { readonly how: 'busy' };

const mostTries = 5;

/**
 * Writes into the ledger that the breaker is closed by hand, and changes nothing else in it: read again and tried again
 * when a sweep wrote meanwhile. A ledger that does not exist is not made.
 */
export async function closeBreaker(ledger: Ledger, order: Order): Promise<Closed> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { document, generation } = await ledger.read();
    if (generation === 'absent') return { how: 'no-ledger' };
    const next = { ...document, breakerClosed: order };
    if ((await ledger.swap(next, generation)) !== undefined) return { how: 'closed', document: next, order };
  }
  return { how: 'busy' };
}

/**
 * The same in the document that binds shards together, which counts where there is one: whatever they plan goes through in
 * the one minute that needs it. False: every swap was lost.
 */
export async function closeForFleet(fleet: FleetStore, order: Order): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { document, generation } = await fleet.read();
    if ((await fleet.swap({ ...document, breakerClosed: order }, generation)) !== undefined) return true;
  }
  return false;
}
