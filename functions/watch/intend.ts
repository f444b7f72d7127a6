import type { TrailEvent } from '../../shared/audit/trail.ts';
import { isPlanned } from '../../shared/evaluate/safety.ts';
import type { HeldBack, Verdict } from '../../shared/jobs/verdict.ts';
import type { Publisher } from './publish.ts';
import type { Run } from './world.ts';

/** What of the plan may be carried out, once it is on record. */
export interface Intent {
  readonly verdicts: readonly Verdict[];
  /** The ledger's generation after the cases were written; undefined: another sweep wrote first. */
  readonly generation: string | undefined;
}

function hold(verdicts: readonly Verdict[], why: string): readonly Verdict[] {
  const heldBack: HeldBack = { by: 'record', why };
  return verdicts.map((verdict) => ({ ...verdict, heldBack }));
}

/**
 * Writes ahead: each cancel that is about to be sent becomes a case in the ledger and an event on the trail. One that
 * cannot be recorded is held back; when another sweep wrote the ledger first, all of them are.
 */
export async function intend(
  run: Run,
  publisher: Publisher,
  plan: readonly Verdict[],
  generation: string,
): Promise<Intent> {
  const isCancel = (verdict: Verdict) => isPlanned(verdict) && verdict.mode === 'enforce';
  const planned = plan.filter(isCancel);
  const rest = plan.filter((verdict) => !isCancel(verdict));
  if (planned.length === 0) return { verdicts: plan, generation };
  const intents = planned.map((verdict): [Verdict, TrailEvent] => [verdict, run.book.intend(verdict)]);
  const next = await run.world.ledger.swap(run.book.document(publisher.waiting()), generation);
  if (next === undefined) {
    for (const verdict of planned) run.book.takeBack(verdict);
    const why = 'Another sweep wrote to the ledger first; this one does nothing more.';
    return { verdicts: [...rest, ...hold(planned, why)], generation: undefined };
  }
  const accepted = await publisher.publishOrForget(intents.map(([, event]) => event));
  const recorded = intents.filter(([, event]) => accepted.has(event.id)).map(([verdict]) => verdict);
  const refused = planned.filter((verdict) => !recorded.includes(verdict));
  for (const verdict of refused) run.book.takeBack(verdict);
  const why = 'Its audit event was not accepted; what cannot be recorded is not done.';
  return { verdicts: [...rest, ...recorded, ...hold(refused, why)], generation: next };
}
