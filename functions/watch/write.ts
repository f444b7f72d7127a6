import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { Run } from './world.ts';

/**
 * Writes the ledger by one swap, and gives the new generation. Undefined: another sweep wrote first, or the store failed,
 * which is said; whether anything was written is then not known, and nothing is done on the strength of it.
 */
export async function write(run: Run, document: LedgerDocument, generation: string): Promise<string | undefined> {
  try {
    return await run.world.ledger.swap(document, generation);
  } catch (error) {
    run.troubles.push(`The ledger could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Whether there is anything that the ledger does not hold yet. What an earlier sweep handed over is over by itself. */
export function hasChanged(before: LedgerDocument, after: LedgerDocument): boolean {
  const { foreseen = before.foreseen } = after;
  return JSON.stringify(before) !== JSON.stringify({ ...after, foreseen });
}
