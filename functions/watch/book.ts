import { caseId, type JobEvent, type JobEventName } from '../../shared/audit/event.ts';
import { jobEvent } from '../../shared/audit/job-event.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { End, Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import * as cases from '../../shared/ledger/case.ts';
import type { CancelAttempt, Case, LedgerDocument, Told } from '../../shared/ledger/document.ts';
import { withCases } from '../../shared/ledger/ledger.ts';

/** What every event of a sweep says of the sweep. */
export interface SweepContext {
  readonly source: string;
  readonly sweepId: string;
  readonly policy: { readonly sha256: string; readonly where: string };
}

/** The cases of one sweep, changed step by step, and the events that tell of the changes. */
export interface Book {
  caseOf(job: Job): Case | undefined;
  /** Whether this verdict was not reported yet. */
  isNews(verdict: Verdict): boolean;
  /** Writes a cancel ahead, and gives the event that says so. */
  plan(verdict: Verdict, notAfterMs: number, attempt: Omit<CancelAttempt, 'atMs' | 'case' | 'rule'>): JobEvent;
  /** Notes what became of a verdict, and gives the event that says so. */
  settle(outcome: Outcome): JobEvent;
  /** Lets a job be judged anew after a cancel without effect. */
  reopen(known: Case): void;
  /** Notes that the owners of these cases were told of a rule by a notice. */
  told(ids: readonly string[], rule: string, notice: Told): void;
  /** By which notices people were told of a case: receivers (and rule and line) → the first notice. */
  noticesOf(id: string): Readonly<Record<string, string>>;
  /** Notes that people were told of a case by a notice. */
  noticed(id: string, keys: readonly string[], noticeId: string): void;
  /** Notes what became of the notice that told an owner of a rule. */
  receipt(known: Case, rule: string, receipt: Told['receipt']): void;
  open(): readonly Case[];
  /** The document as the book stands now. */
  document(outbox: readonly TrailEvent[]): LedgerDocument;
}

const eventNames: Readonly<Record<End, JobEventName>> = {
  recorded: 'job.recorded',
  warned: 'job.warned',
  'would-have-been-warned': 'warn.would-have',
  'would-have-been-cancelled': 'cancel.would-have',
  cancelled: 'cancel.confirmed',
  'finished-first': 'cancel.finished-first',
  'failed-by-itself': 'cancel.failed-by-itself',
  gone: 'cancel.gone',
  forbidden: 'cancel.forbidden',
  unconfirmed: 'cancel.unconfirmed',
  'held-back': 'cancel.held-back',
  ended: 'case.ended',
  withdrawn: 'case.withdrawn',
  error: 'cancel.error',
};

/** These may happen again to the same rule of the same case, for the same reason. */
const mayRecur: ReadonlySet<End> = new Set(['held-back', 'warned', 'ended', 'withdrawn']);

/**
 * Cancels are counted by the case; other news by how much was reported of the rule before. What may recur has its number
 * in the case.
 */
function attemptOf(known: Case, verdict: Verdict, did: End | undefined): number {
  if (did !== undefined && mayRecur.has(did)) return known.sequence + 1;
  const reported = Object.keys(known.reported).filter((key) => key.startsWith(`${verdict.rule}.`)).length;
  return cases.isBeingCancelled(known) ? known.attempts : reported + 1;
}

/** The cases by id as they stand, and the events that tell of their changes, each with the next number of its case. */
function openStories(document: LedgerDocument, context: SweepContext, now: () => number) {
  const known = new Map<string, Case>(Object.entries(document.cases));
  const jobIds = new Set([...known.values()].map(({ job }) => job.id));
  const put = (one: Case) => {
    jobIds.add(one.job.id);
    known.set(one.id, one);
  };
  return {
    known,
    put,
    // Asked of every job that is listed: nearly none has a story, and the id of a story is a hash.
    caseOf: (job: Job): Case | undefined => (jobIds.has(job.id) ? known.get(caseId(job)) : undefined),
    of: (verdict: Verdict): Case => {
      const id = caseId(verdict.job);
      return known.get(id) ?? cases.openCase(id, verdict, now());
    },
    write: (verdict: Verdict, story: Case, name: JobEventName, outcome?: Outcome): JobEvent => {
      const next = cases.nextEvent(story, now());
      put(next);
      const attempt = attemptOf(story, verdict, outcome?.did);
      const about = { ...context, nowMs: now() };
      return jobEvent({ name, verdict, outcome, case: next.id, sequence: next.sequence, attempt, context: about });
    },
  };
}

/** The attempts that use up budgets. What was planned by this sweep and then not sent uses up none. */
function openAttempts(document: LedgerDocument, { sweepId }: SweepContext) {
  const attempts = [...document.attempts];
  return {
    attempts,
    takeBack: ({ id, plan }: Case, { verdict, cancelSentAtMs }: Outcome): void => {
      if (verdict.mode !== 'enforce' || cancelSentAtMs !== undefined || plan?.sweepId !== sweepId) return;
      const index = attempts.findLastIndex((one) => one.case === id);
      if (index >= 0) attempts.splice(index, 1);
    },
  };
}

/** What people were told of the cases. */
function openNotices(
  known: ReadonlyMap<string, Case>,
  put: (one: Case) => void,
): Pick<Book, 'told' | 'noticesOf' | 'noticed'> {
  return {
    told: (ids, rule, notice) => {
      const told = ids.flatMap((id) => known.get(id) ?? []);
      for (const story of told) put(cases.withTold(story, rule, notice));
    },
    noticesOf: (id) => known.get(id)?.notices ?? {},
    noticed: (id, keys, noticeId) => {
      const story = known.get(id);
      if (story !== undefined) put(cases.withNotice(story, keys, noticeId));
    },
  };
}

/** Opens the book of one sweep over the document as it was read. A standing warning is news again after `repeatMs`. */
export function openBook(
  document: LedgerDocument,
  { repeatMs, ...context }: SweepContext & { readonly repeatMs: number },
  now: () => number,
): Book {
  const { known, put, of, write, caseOf } = openStories(document, context, now);
  const { attempts, takeBack } = openAttempts(document, context);
  return {
    caseOf,
    isNews: (verdict) => cases.isNews(known.get(caseId(verdict.job)), verdict, { nowMs: now(), repeatMs }),
    plan: (verdict, notAfterMs, attempt) => {
      const plan = { sweepId: context.sweepId, dueMs: verdict.dueMs ?? now(), notAfterMs };
      const story = cases.planned(of(verdict), verdict, plan, now());
      attempts.push({ ...attempt, atMs: now(), case: story.id, rule: verdict.rule });
      return write(verdict, story, 'cancel.intended');
    },
    settle: (outcome) => {
      const before = of(outcome.verdict);
      takeBack(before, outcome);
      const story = outcome.cancelSentAtMs === undefined ? before : cases.sent(before, outcome.cancelSentAtMs);
      const event = write(outcome.verdict, story, eventNames[outcome.did], outcome);
      put(cases.settled(known.get(story.id) ?? story, outcome.verdict, outcome.did, now()));
      return event;
    },
    reopen: (story) => put(cases.reopened(story, now())),
    ...openNotices(known, put),
    receipt: (story, rule, receipt) => put(cases.withReceipt(known.get(story.id) ?? story, rule, receipt)),
    open: () => [...known.values()].filter(({ state }) => state !== 'closed'),
    document: (outbox) => ({
      ...withCases({ ...document, attempts }, [...known.values()], now()),
      outbox: [...outbox],
    }),
  };
}
