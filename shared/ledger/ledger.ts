import { emptyLedger, type Case, type LedgerDocument } from './document.ts';

/** A document with the generation it was read at; the generation is what a swap is compared with. */
export interface Snapshot {
  readonly document: LedgerDocument;
  readonly generation: string;
}

/**
 * The document where cases and outbox live between sweeps, changed only by compare-and-swap. `swap` writes when nobody
 * else has written since `generation` was read, and gives the new generation; undefined: the swap was lost, nothing was
 * written, and a sweep that loses the swap did not happen.
 */
export interface Ledger {
  read(): Promise<Snapshot>;
  swap(document: LedgerDocument, generation: string): Promise<string | undefined>;
}

const dayMs = 86_400_000;
/** Closed cases are kept this long, so that a late listing does not reopen them. */
const keepClosedMs = 14 * dayMs;
/** Attempts are kept as long as the longest time in which a rule may count retries. */
const keepAttemptsMs = 7 * dayMs;

/** The document with `changed` cases written over it, and what is too old to matter dropped. */
export function withCases(document: LedgerDocument, changed: readonly Case[], nowMs: number): LedgerDocument {
  const cases = { ...document.cases, ...Object.fromEntries(changed.map((one) => [one.id, one])) };
  const kept = Object.values(cases).filter((one) => one.state !== 'closed' || nowMs - one.updatedAtMs < keepClosedMs);
  return {
    ...document,
    cases: Object.fromEntries(kept.map((one) => [one.id, one])),
    attempts: document.attempts.filter(({ atMs }) => nowMs - atMs < keepAttemptsMs),
  };
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
