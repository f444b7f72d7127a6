import { jobName } from '../../shared/jobs/job.ts';
import type { HeldBack, Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { policyMoved } from './carry-out.ts';
import { circumstancesOf } from './circumstances.ts';
import { intend } from './intend.ts';
import { withOwner } from './owners.ts';
import type { Outbox } from './publish.ts';
import type { Kept } from './report.ts';
import { reservedBeside } from './reserve.ts';
import type { Run } from './world.ts';

/** Plans cancels while those of the sweep's plan are carried out. */
export interface Late {
  /**
   * The verdict on record as a plan: it may be sent. Held back where it could not be recorded; undefined where policy,
   * breaker, budgets or the stop switch do not let it through, or the policy is another by now.
   */
  plan(verdict: Verdict): Promise<Verdict | undefined>;
  /** The ledger's generation by now. */
  generation(): string;
}

/** What late plans come after: the verdicts of the plan, and what is in the ledger by now. */
interface Before {
  readonly verdicts: readonly Verdict[];
  readonly seen: number;
  readonly kept: Kept;
  readonly generation: string;
}

const notOnRecord: HeldBack = {
  by: 'record',
  why: 'Its plan could not be recorded; the next sweep judges the job anew.',
};

/** What becomes of a cancel whose plan is not in the ledger: it is not done. */
export function notRecorded(verdict: Verdict): Outcome {
  return { verdict: { ...verdict, heldBack: notOnRecord }, did: 'held-back', why: notOnRecord.why, job: verdict.job };
}

/** Those of the verdicts that may be carried out beside what is planned before, by all that is known now. */
export async function letThrough(run: Run, before: readonly Verdict[], verdicts: readonly Verdict[], seen: number) {
  const [stopped, moved] = await Promise.all([run.world.stop(), policyMoved(run)]);
  if (stopped !== undefined || moved !== undefined) return [];
  const owned = verdicts.map((verdict) => withOwner(run, verdict));
  return reservedBeside(run, before, owned, circumstancesOf(run, seen, stopped));
}

/** Opens late planning: one swap after the other, each for all verdicts that wait by then. After a lost one there is no other. */
export function openLate(run: Run, outbox: Outbox, { verdicts, seen, kept, generation: first }: Before): Late {
  const decided = new Map<string, Verdict>();
  let plan = [...verdicts];
  let waiting: Verdict[] = [];
  let generation = first;
  let isLost = false;
  let turn = Promise.resolve();

  const next = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0 || isLost) return;
    const free = await letThrough(run, plan, batch, seen);
    if (free.length === 0 || run.world.clock.now() >= run.cancelByMs) return;
    const written = await intend(run, outbox, free, { pastBreaker: false, kept, generation });
    isLost = written === undefined;
    generation = written ?? generation;
    plan = [...plan, ...free];
    for (const one of free) decided.set(jobName(one.job), isLost ? { ...one, heldBack: notOnRecord } : one);
  };
  return {
    generation: () => generation,
    plan: async (verdict) => {
      waiting.push(verdict);
      turn = turn.then(next);
      await turn;
      return decided.get(jobName(verdict.job));
    },
  };
}
