import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { FleetDocument } from '../../shared/ledger/fleet.ts';
import type { FleetStore } from '../../shared/ledger/fleet-store.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { isSettled, withoutMoved } from '../../shared/ledger/moving.ts';
import { homeOf, ledgersOf, mainLedger } from '../../shared/ledger/shards.ts';
import { inParallel } from './parallel.ts';
import type { World } from './world.ts';

/** What is needed to look after ledgers of earlier layouts. */
interface Places {
  readonly fleet: FleetStore;
  readonly ledgers: (name: string) => Ledger;
}

/** Longer than the last sweep of a layout can go on: a message may be begun a minute late, and its sweep takes another. */
const lastsMs = 180_000;
const atOnce = 8;

/** The ledgers in use, by name, as they stand. */
async function documentsOf({ ledgers }: Places, shards: number): Promise<ReadonlyMap<string, LedgerDocument>> {
  const read = async (name: string) => [name, (await ledgers(name).read()).document] as const;
  return new Map(await inParallel(ledgersOf(shards), atOnce, read));
}

/** Drops from one earlier ledger what was taken over; true when nothing is left in it to look after. */
async function settleOne(name: string, places: Places, home: (target: string) => LedgerDocument | undefined) {
  const ledger = places.ledgers(name);
  const { document, generation } = await ledger.read();
  const left = withoutMoved(document, home);
  const isSame = Object.keys(left.cases).length === Object.keys(document.cases).length;
  if (!isSame && (await ledger.swap(left, generation)) === undefined) return false;
  // The one ledger has somebody who looks after its outbox, whoever looks in the targets.
  return isSettled(name === mainLedger ? { ...left, outbox: [] } : left);
}

async function isOver(layout: FleetDocument['former'][number], places: Places, current: FleetDocument['layout']) {
  const now = await documentsOf(places, current.shards);
  const home = (target: string) => now.get(homeOf(target, current.shards));
  const names = ledgersOf(layout.shards);
  const settled = await inParallel(names, atOnce, (name) => settleOne(name, places, home));
  return settled.every(Boolean);
}

/**
 * Drops from the ledgers of earlier layouts what their heirs have taken over, and forgets a layout once nothing is open in
 * its ledgers. Gives the fleet's document as it is then; one that cannot be written now is settled another time.
 */
export async function settleFormer(places: Places, { clock }: Pick<World, 'clock'>): Promise<FleetDocument> {
  const { document, generation } = await places.fleet.read();
  if (document.former.length === 0) return document;
  const over = await inParallel(document.former, 1, async (layout) => {
    const isDone = await isOver(layout, places, document.layout);
    return isDone && clock.now() - layout.untilMs > lastsMs;
  });
  const former = document.former.filter((_, index) => over[index] !== true);
  if (former.length === document.former.length) return document;
  const next = { ...document, former };
  return (await places.fleet.swap(next, generation)) === undefined ? document : next;
}
