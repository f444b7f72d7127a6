import type { TrailEvent } from '../audit/trail.ts';
import type { Case } from './case.ts';

/**
 * What is kept between sweeps: the open cases by id, the standing troubles by name with the time they began, the events
 * that still have to be published, and when the last heartbeat event was.
 */
export interface LedgerDocument {
  readonly version: 1;
  readonly cases: Readonly<Record<string, Case>>;
  readonly troubles: Readonly<Record<string, number>>;
  readonly outbox: readonly TrailEvent[];
  readonly heartbeatAtMs: number;
}

/** A document with the generation it was read at; the generation is what a swap is compared with. */
export interface Snapshot {
  readonly document: LedgerDocument;
  readonly generation: string;
}

/**
 * The document where cases live between sweeps, changed only by compare-and-swap. `swap` writes when nobody else has
 * written since `generation` was read, and gives the new generation; undefined: the swap was lost, nothing was written.
 */
export interface Ledger {
  read(): Promise<Snapshot>;
  swap(document: LedgerDocument, generation: string): Promise<string | undefined>;
}

export const emptyLedger: LedgerDocument = { version: 1, cases: {}, troubles: {}, outbox: [], heartbeatAtMs: 0 };

/** Closed cases are kept this long, so that a late listing does not reopen them. */
const keepClosedMs = 24 * 3_600_000;

/** The document with `changed` cases written over it and closed ones dropped after a day. */
export function withCases(document: LedgerDocument, changed: readonly Case[], nowMs: number): LedgerDocument {
  const cases = { ...document.cases, ...Object.fromEntries(changed.map((one) => [one.id, one])) };
  const kept = Object.values(cases).filter((one) => one.state !== 'closed' || nowMs - one.updatedAtMs < keepClosedMs);
  return { ...document, cases: Object.fromEntries(kept.map((one) => [one.id, one])) };
}

/** A ledger in memory: lasts as long as the function instance, and says nothing to other instances. */
export function memoryLedger(): Ledger {
  let document = emptyLedger;
  let generation = 0;
  return {
    read: async () => ({ document, generation: String(generation) }),
    swap: async (next, expected) => {
      if (expected !== String(generation)) return undefined;
      document = next;
      generation += 1;
      return String(generation);
    },
  };
}
