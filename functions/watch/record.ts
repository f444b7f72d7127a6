import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { healthOf } from './circumstances.ts';
import type { Outbox } from './publish.ts';
import { report, type Report } from './report.ts';
import type { Run } from './world.ts';

/** Whether there is anything that the ledger does not hold yet. */
function hasChanged(before: LedgerDocument, after: LedgerDocument): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

function documentOf(run: Run, outbox: readonly TrailEvent[], kept: Partial<LedgerDocument>): LedgerDocument {
  return { ...run.book.document(outbox), ...kept };
}

/**
 * Ends a sweep: outcomes, notices and the state of the sweep as a whole go into the ledger by one swap, then the outbox
 * is published, and what was accepted leaves the ledger by another. A swap that is lost loses nothing: the cases are
 * followed up, and what was published is published again under the same ids.
 */
export async function record(run: Run, outbox: Outbox, all: Report, generation: string): Promise<void> {
  const { world, before, troubles } = run;
  const { events, kept } = report(run, all, before.document);
  outbox.add(events);
  const health = healthOf(before.document, all.outcomes, world.clock.now());
  const wanted = documentOf(run, outbox.waiting(), { ...kept, ...health });
  const isNew = generation !== before.generation || hasChanged(before.document, wanted);
  const next = isNew ? await world.ledger.swap(wanted, generation) : generation;
  if (next === undefined) {
    troubles.push('The ledger was written by another sweep meanwhile; outcomes are found again.');
    return;
  }
  await outbox.flush();
  const cleared = { ...wanted, outbox: [...outbox.waiting()] };
  if (hasChanged(wanted, cleared)) await world.ledger.swap(cleared, next);
}
