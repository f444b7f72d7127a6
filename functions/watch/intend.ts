import { queryHash } from '../../shared/audit/query.ts';
import { budgetOwner } from '../../shared/evaluate/budget.ts';
import { isPlanned } from '../../shared/evaluate/safety.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import type { Outbox } from './publish.ts';
import type { Kept } from './report.ts';
import type { Run } from './world.ts';
import { hasChanged, write } from './write.ts';

/** Whether this cancel is for real: it has to be on record before it is sent. */
export function isReal(verdict: Verdict): boolean {
  return isPlanned(verdict) && verdict.mode === 'enforce';
}

const notRecorded = {
  atFirst: {
    byStore: 'This sweep did nothing: what cannot be recorded is not done.',
    byOther: 'Another sweep wrote to the ledger first; this one did nothing.',
  },
  later: {
    byStore: 'This sweep plans no more cancels: what cannot be recorded is not done.',
    byOther: 'Another sweep wrote to the ledger first; this one plans no more cancels.',
  },
} as const;

/**
 * Writes ahead: each cancel that is about to be sent becomes a planned case in the ledger, with its event in the outbox,
 * by one swap upon `generation`, and what was said so far with them. Gives the new generation; undefined, which is said:
 * there is no record, be it that another sweep wrote first or that the store failed, and this one does nothing more.
 */
export async function intend(
  run: Run,
  outbox: Outbox,
  planned: readonly Verdict[],
  about: { readonly pastBreaker: boolean; readonly kept: Kept; readonly generation: string },
): Promise<string | undefined> {
  const { book, before, cancelByMs } = run;
  for (const verdict of planned) {
    const { principal } = verdict.job;
    const attempt = {
      owner: budgetOwner(verdict),
      principal,
      queryHash: queryHash(verdict.job),
      pastBreaker: about.pastBreaker,
    };
    outbox.add([book.plan(verdict, cancelByMs, attempt)]);
  }
  const document = { ...book.document(outbox.waiting()), ...about.kept };
  if (planned.length === 0 && !hasChanged(before.document, document)) return about.generation;
  const said = run.troubles.length;
  const next = await write(run, document, about.generation);
  // What the store says against it was said by `write`.
  const by = run.troubles.length > said ? 'byStore' : 'byOther';
  const turn = about.generation === before.generation ? 'atFirst' : 'later';
  const says = notRecorded[turn][by];
  if (next === undefined && !run.troubles.includes(says)) run.troubles.push(says);
  return next;
}
