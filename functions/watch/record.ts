import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { healthOf } from './circumstances.ts';
import type { Outcome } from '../../shared/jobs/verdict.ts';
import type { Found } from './look.ts';
import type { Outbox } from './publish.ts';
import { ending, type Said } from './report.ts';
import type { Sight } from './sight.ts';
import type { News } from './tell.ts';
import type { Run } from './world.ts';
import { hasChanged, write } from './write.ts';

function documentOf(run: Run, outbox: readonly TrailEvent[], kept: Partial<LedgerDocument>): LedgerDocument {
  return { ...run.book.document(outbox), ...kept };
}

/** What a sweep came to. */
export interface Result {
  readonly sight: Sight;
  readonly rules: Found['rules'];
  readonly news: readonly News[];
  readonly outcomes: readonly Outcome[];
  /** What was said of it already, and which of its news came after that. */
  readonly said: Said;
  readonly later: readonly News[];
}

/**
 * Ends a sweep: outcomes, notices and the state of the sweep as a whole go into the ledger by one swap, then the outbox
 * is published, and what was accepted leaves the ledger by another. A swap that is lost loses nothing: the cases are
 * followed up, and what was published is published again under the same ids.
 */
export async function record(run: Run, outbox: Outbox, all: Result, generation: string): Promise<void> {
  const { world, before, troubles } = run;
  const { events, ...ended } = ending(run, all, all.news.length > 0 || all.said.events.length > 0);
  outbox.add(events);
  const health = healthOf(before.document, all.outcomes, world.clock.now());
  const { projectsSeen } = run.discovered;
  const seen = projectsSeen === undefined ? {} : { projectsSeen };
  const wanted = documentOf(run, outbox.waiting(), { ...all.said.kept, ...ended, ...health, ...seen });
  const isNew = generation !== before.generation || hasChanged(before.document, wanted);
  const next = isNew ? await write(run, wanted, generation) : generation;
  if (next === undefined) {
    troubles.push('What this sweep came to is not in the ledger; the next one finds it again.');
    return;
  }
  await outbox.flush();
  const cleared = { ...wanted, outbox: [...outbox.waiting()] };
  if (hasChanged(wanted, cleared)) await write(run, cleared, next);
}
