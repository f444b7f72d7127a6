import type { Job, JobRef } from '../jobs/job.ts';
import type { End, Verdict } from '../jobs/verdict.ts';

/** `cancelling`: the call was sent. `unconfirmed` and `forbidden` stay open and are looked at by later sweeps. */
export type CaseState = 'observed' | 'warned' | 'planned' | 'cancelling' | 'unconfirmed' | 'forbidden' | 'closed';

/** One job's open story. `told` holds what was already reported, as `rule.action.phase.holder` → epoch ms. */
export interface Case {
  readonly id: string;
  readonly job: JobRef & { readonly createdAtMs?: number; readonly principal?: string };
  readonly state: CaseState;
  readonly rule: string;
  /** Cancels sent so far. */
  readonly attempts: number;
  /** The number of the last event of this case. */
  readonly sequence: number;
  readonly told: Readonly<Record<string, number>>;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  /** The verdict whose cancel is not settled yet; kept so that a follow-up can tell its whole story. */
  readonly pending?: Verdict;
  readonly cancelSentAtMs?: number;
}

const stateAfter: Readonly<Record<End, CaseState>> = {
  recorded: 'observed',
  warned: 'warned',
  'would-have-been-warned': 'observed',
  'would-have-been-cancelled': 'observed',
  cancelled: 'closed',
  'finished-first': 'closed',
  'failed-by-itself': 'closed',
  gone: 'closed',
  forbidden: 'forbidden',
  unconfirmed: 'unconfirmed',
  'held-back': 'observed',
  error: 'unconfirmed',
};

/** Opens the story of a job. */
export function openCase(id: string, verdict: Verdict, nowMs: number): Case {
  const { engine, target, project, location, id: jobId, createdAtMs, principal } = verdict.job;
  return {
    id,
    job: { engine, target, project, location, id: jobId, createdAtMs, principal },
    state: 'observed',
    rule: verdict.rule,
    attempts: 0,
    sequence: 0,
    told: {},
    openedAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** What makes a verdict news: the same rule, action, phase and reason is reported once per case. */
export function newsKey(verdict: Verdict): string {
  const by = verdict.heldBack?.by ?? verdict.mode;
  return [verdict.rule, verdict.action, verdict.phase, by === 'observe' ? 'mode' : by].join('.');
}

/** Whether this verdict was already reported. */
export function isNews(known: Case | undefined, verdict: Verdict): boolean {
  return known?.told[newsKey(verdict)] === undefined;
}

/** Takes the number of the next event of the case. */
export function nextEvent(known: Case, nowMs: number): Case {
  return { ...known, sequence: known.sequence + 1, updatedAtMs: nowMs };
}

/** The call is about to be sent: from here on the case is followed until it is known what became of the job. */
export function sending(known: Case, verdict: Verdict, nowMs: number): Case {
  return {
    ...known,
    state: 'cancelling',
    rule: verdict.rule,
    attempts: known.attempts + 1,
    pending: verdict,
    cancelSentAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** What became of a verdict. A case whose cancel was sent and is not settled is never reopened by a softer verdict. */
export function settled(known: Case, verdict: Verdict, did: End, nowMs: number): Case {
  const told = { ...known.told, [newsKey(verdict)]: nowMs };
  const open = isBeingCancelled(known) && stateAfter[did] === 'observed';
  return { ...known, state: open ? known.state : stateAfter[did], told, updatedAtMs: nowMs };
}

/** Whether a cancel was sent whose result is not known yet: the job is not judged anew meanwhile. */
export function isBeingCancelled(known: Case): boolean {
  return known.state === 'cancelling' || known.state === 'unconfirmed';
}

/** Whether the record is of the run that the case is about. */
export function isCaseOf(known: Case, job: Job): boolean {
  return known.job.id === job.id && known.job.createdAtMs === job.createdAtMs && known.job.principal === job.principal;
}
