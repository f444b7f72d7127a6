import type { TrailEvent } from '../../shared/audit/trail.ts';
import { caseId, type JobEvent, type JobEventName } from '../../shared/audit/event.ts';
import { jobEvent } from '../../shared/audit/job-event.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { End, Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import * as cases from '../../shared/ledger/case.ts';
import { withCases, type LedgerDocument } from '../../shared/ledger/ledger.ts';

/** What every event of a sweep says of the sweep. */
export interface SweepContext {
  readonly source: string;
  readonly sweepId: string;
  readonly policy: { readonly sha256: string; readonly where: string };
}

/** The cases of one sweep, changed step by step, and the events that tell of the changes. */
export interface Book {
  caseOf(job: Job): cases.Case | undefined;
  /** Whether this verdict was not reported yet. */
  isNews(verdict: Verdict): boolean;
  /** Notes that a cancel is about to be sent, and gives the event that says so. */
  intend(verdict: Verdict): JobEvent;
  /** Takes an intent back whose record was not accepted. */
  takeBack(verdict: Verdict): void;
  /** Notes what became of a verdict, and gives the event that says so. */
  settle(outcome: Outcome): JobEvent;
  /** Lets a job be judged anew after a cancel without effect. */
  reopen(known: cases.Case): void;
  open(): readonly cases.Case[];
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
  error: 'cancel.error',
};

/**
 * Cancels are counted by the case; other news by how much was told of the rule before. What is held back may be held
 * back again for the same reason, so that it has its number in the case.
 */
function attemptOf(known: cases.Case, verdict: Verdict, did: End | undefined): number {
  if (did === 'held-back') return known.sequence + 1;
  const told = Object.keys(known.told).filter((key) => key.startsWith(`${verdict.rule}.`)).length;
  return cases.isBeingCancelled(known) ? known.attempts : told + 1;
}

/**
 * What is only observed changes nothing in a case in which more has happened, such as by another rule that is in force.
 * A cancel that was held back was not sent, so that the job is judged anew.
 */
function stateAfter(story: cases.Case, settled: cases.Case, { verdict, did }: Outcome): cases.CaseState {
  const isQuiet = story.state === 'observed' || story.state === 'warned';
  if (verdict.mode === 'observe') return isQuiet ? settled.state : story.state;
  return did === 'held-back' ? 'observed' : settled.state;
}

/** Opens the book of one sweep over the document as it was read. */
export function openBook(document: LedgerDocument, context: SweepContext, now: () => number): Book {
  const known = new Map<string, cases.Case>(Object.entries(document.cases));
  const before = new Map<string, cases.Case>();
  const caseFor = (verdict: Verdict) => {
    const id = caseId(verdict.job);
    return known.get(id) ?? cases.openCase(id, verdict, now());
  };
  const write = (verdict: Verdict, story: cases.Case, name: JobEventName, outcome?: Outcome): JobEvent => {
    const next = cases.nextEvent(story, now());
    known.set(next.id, next);
    const attempt = attemptOf(story, verdict, outcome?.did);
    const about = { ...context, nowMs: now(), modes: verdict.modes };
    return jobEvent({ name, verdict, outcome, case: next.id, sequence: next.sequence, attempt, context: about });
  };
  return {
    caseOf: (job) => known.get(caseId(job)),
    isNews: (verdict) => cases.isNews(known.get(caseId(verdict.job)), verdict),
    intend: (verdict) => {
      const story = caseFor(verdict);
      before.set(story.id, story);
      return write(verdict, cases.sending(story, verdict, now()), 'cancel.intended');
    },
    takeBack: (verdict) => {
      const story = before.get(caseId(verdict.job));
      if (story !== undefined) known.set(story.id, story);
    },
    settle: (outcome) => {
      const story = caseFor(outcome.verdict);
      const event = write(outcome.verdict, story, eventNames[outcome.did], outcome);
      const settled = cases.settled(known.get(story.id) ?? story, outcome.verdict, outcome.did, now());
      known.set(story.id, { ...settled, state: stateAfter(story, settled, outcome) });
      return event;
    },
    reopen: (story) => known.set(story.id, { ...story, state: 'observed', updatedAtMs: now() }),
    open: () => [...known.values()],
    document: (outbox) => ({ ...withCases(document, [...known.values()], now()), outbox }),
  };
}
