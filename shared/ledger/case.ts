import type { Job } from '../jobs/job.ts';
import type { End, Verdict } from '../jobs/verdict.ts';
import type { Case, CaseState, Told } from './document.ts';

/** An attempt is only begun before its plan's `notAfterMs`; after three attempts people have to look. */
export const maxAttempts = 3;

/** The attempts that count: those at which something was sent, or may have been. */
export function attemptsUsed({ attempts, unsent = 0 }: Pick<Case, 'attempts' | 'unsent'>): number {
  return attempts - unsent;
}

/** Whether a plan ends here without anything having been sent: it uses up no attempt. */
function isUnsent({ state, cancelSentAtMs }: Case, did: End): boolean {
  return did === 'held-back' && state === 'planned' && cancelSentAtMs === undefined;
}

const forbiddenPauseMs = 3_600_000;

const stateAfter: Readonly<Record<End, CaseState>> = {
  recorded: 'observed',
  warned: 'warned',
  'would-have-been-warned': 'observed',
  'would-have-been-cancelled': 'observed',
  cancelled: 'closed',
  'finished-first': 'closed',
  'failed-by-itself': 'closed',
  gone: 'closed',
  ended: 'closed',
  withdrawn: 'closed',
  forbidden: 'forbidden',
  unconfirmed: 'unconfirmed',
  'held-back': 'observed',
  error: 'unconfirmed',
};

/** A verdict as it is kept: without the statement of its job, which is nobody's business in a ledger. */
function kept(verdict: Verdict): Verdict {
  const { queryText: _, ...job } = verdict.job;
  return { ...verdict, job };
}

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
    reported: {},
    told: {},
    openedAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** What makes a verdict news: the same rule, action, phase and reason is reported once per case. */
function newsKey(verdict: Verdict): string {
  const by = verdict.heldBack?.by ?? verdict.mode;
  return [verdict.rule, verdict.action, verdict.phase, by === 'observe' ? 'mode' : by].join('.');
}

/** When a warning that stands is news again: `repeatMs` after it was reported last. */
interface Repeating {
  readonly nowMs: number;
  readonly repeatMs: number;
}

/**
 * Whether this verdict was not reported yet; what was told in observe is told again once it is in force, an owner for
 * whom a cancel waits is told until a message names the job, and a warning in force is repeated while it stands.
 */
export function isNews(known: Case | undefined, verdict: Verdict, repeating?: Repeating): boolean {
  const { heldBack, mode, action } = verdict;
  const isOwed = mode === 'enforce' && heldBack?.by === 'grace' && heldBack.tell === true;
  const reportedAtMs = known?.reported[newsKey(verdict)];
  if (isOwed || reportedAtMs === undefined || repeating === undefined) return isOwed || reportedAtMs === undefined;
  const warns = mode === 'enforce' && (action === 'warn' || heldBack?.tell === true);
  return warns && repeating.nowMs - reportedAtMs >= repeating.repeatMs;
}

/** Takes the number of the next event of the case. */
export function nextEvent(known: Case, nowMs: number): Case {
  return { ...known, sequence: known.sequence + 1, updatedAtMs: nowMs };
}

/** A cancel is written ahead: this sweep, and no other, may send it, at `dueMs` or later and before `notAfterMs`. */
export function planned(known: Case, verdict: Verdict, plan: NonNullable<Case['plan']>, nowMs: number): Case {
  return {
    ...known,
    state: 'planned',
    rule: verdict.rule,
    attempts: known.attempts + 1,
    verdict: kept(verdict),
    plan,
    cancelSentAtMs: undefined,
    updatedAtMs: nowMs,
  };
}

/**
 * Whether a verdict leaves the case as it is but for the report: what is only observed changes nothing in a case in which
 * more has happened, except that one in which no cancel is on its way any more may end.
 */
function isAside(known: Case, verdict: Verdict, did: End): boolean {
  if (verdict.mode === 'enforce' || known.state === 'observed' || known.state === 'warned') return false;
  return known.state !== 'forbidden' || stateAfter[did] !== 'closed';
}

/** What became of a verdict. A job that breaks no rule any more begins anew, if it ever does again. */
export function settled(known: Case, verdict: Verdict, did: End, nowMs: number): Case {
  const reported = { ...known.reported, [newsKey(verdict)]: nowMs };
  if (isAside(known, verdict, did)) return { ...known, reported, updatedAtMs: nowMs };
  const state = stateAfter[did];
  const isOpen = state === 'unconfirmed';
  return {
    ...known,
    state,
    reported,
    verdict: kept(verdict),
    plan: isOpen ? known.plan : undefined,
    told: did === 'withdrawn' ? {} : known.told,
    ...(isUnsent(known, did) ? { unsent: (known.unsent ?? 0) + 1 } : {}),
    updatedAtMs: nowMs,
  };
}

/** The call was sent. */
export function sent(known: Case, sentAtMs: number): Case {
  return { ...known, cancelSentAtMs: sentAtMs };
}

/** The job is judged anew: its cancel had no effect, or was never sent. */
export function reopened(known: Case, nowMs: number): Case {
  return { ...known, state: 'observed', plan: undefined, cancelSentAtMs: undefined, updatedAtMs: nowMs };
}

/** The owner was told of a rule in force, by this notice. A later notice does not make the grace begin anew. */
export function withTold(known: Case, rule: string, told: Told): Case {
  return known.told[rule] === undefined ? { ...known, told: { ...known.told, [rule]: told } } : known;
}

/** People were told of the case by this notice; under each key the first one stays. */
export function withNotice(known: Case, keys: readonly string[], noticeId: string): Case {
  const added = Object.fromEntries(keys.map((key) => [key, noticeId]));
  return { ...known, notices: { ...added, ...known.notices } };
}

/** What became of the notice that told the owner of a rule; undefined: it reached nobody who was told of this job. */
export function withReceipt(known: Case, rule: string, receipt: Told['receipt']): Case {
  const told = known.told[rule];
  if (told === undefined) return known;
  if (receipt !== undefined) return { ...known, told: { ...known.told, [rule]: { ...told, receipt } } };
  const { [rule]: _, ...rest } = known.told;
  return { ...known, told: rest };
}

/** When it was reported that the owner of an observed job would have been told of its cancel; undefined: it was not. */
export function wouldHaveBeenToldAt({ reported }: Case, rule: string): number | undefined {
  return reported[`${rule}.warn.warnAt.mode`] ?? reported[`${rule}.cancel.limit.grace`];
}

/** Whether a cancel is on its way: written ahead, sent, or sent without a result so far. */
export function isBeingCancelled(known: Case): boolean {
  return known.state === 'planned' || known.state === 'cancelling' || known.state === 'unconfirmed';
}

/** Whether the job is not judged in this sweep: its cancel is on its way, or was refused within the hour. */
export function isLeftAlone(known: Case | undefined, nowMs: number): boolean {
  if (known === undefined) return false;
  return isBeingCancelled(known) || (known.state === 'forbidden' && nowMs - known.updatedAtMs < forbiddenPauseMs);
}

/** Whether a sweep other than the one that planned it may look after the case: the fence. */
export function isPastItsPlan(known: Case, nowMs: number): boolean {
  return known.plan === undefined || nowMs >= known.plan.notAfterMs;
}

/** Whether a job that goes on although its cancel was planned or sent may be judged anew now. */
export function mayTryAgain(known: Case, nowMs: number, withoutEffectMs: number): boolean {
  if (attemptsUsed(known) >= maxAttempts || !isPastItsPlan(known, nowMs)) return false;
  return known.cancelSentAtMs === undefined || nowMs - known.cancelSentAtMs > withoutEffectMs;
}

/** Whether the record is of the run that the case is about, as far as that was known when the case was opened. */
export function isCaseOf({ job: known }: Pick<Case, 'job'>, job: Job): boolean {
  const { id, createdAtMs = job.createdAtMs, principal = job.principal } = known;
  return id === job.id && createdAtMs === job.createdAtMs && principal === job.principal;
}
