import type { JobEventName } from '../../shared/audit/event.ts';
import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { End, Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { oneLine } from '../../shared/notices/text.ts';
import { whyObserved } from '../../shared/evaluate/observed.ts';
import type { Span } from './command.ts';

/** What a sweep would do about a verdict, in the words that tests of policies use. */
export type Doing = 'cancel' | 'would cancel' | 'warn' | 'would warn' | 'record' | 'held back';

/** What a sweep would do about a verdict. One that is held back stays so whatever the mode. */
export function doingOf({ action, mode, heldBack }: Verdict): Doing {
  if (heldBack !== undefined) return 'held back';
  if (action === 'record') return 'record';
  return mode === 'enforce' ? action : `would ${action}`;
}

/** The verdict in a few words: `cancel by huge-scans`, `cancel by huge-scans, held back by protection`. */
export function verdictWords(verdict: Verdict): string {
  const doing = doingOf(verdict);
  if (doing !== 'held back') return `${doing} by ${verdict.rule}`;
  return `${verdict.action} by ${verdict.rule}, held back by ${verdict.heldBack?.by ?? 'nothing'}`;
}

/** Why a verdict is not carried out, in a sentence; undefined when it is. */
export function heldWords(verdict: Verdict): string | undefined {
  if (verdict.heldBack !== undefined) return verdict.heldBack.why;
  return verdict.action === 'record' ? undefined : whyObserved(verdict.modes);
}

const ends: Readonly<Record<Doing, readonly [End, JobEventName]>> = {
  cancel: ['cancelled', 'cancel.confirmed'],
  'would cancel': ['would-have-been-cancelled', 'cancel.would-have'],
  warn: ['warned', 'job.warned'],
  'would warn': ['would-have-been-warned', 'warn.would-have'],
  record: ['recorded', 'job.recorded'],
  'held back': ['held-back', 'cancel.held-back'],
};

/** The outcome that a verdict comes to when all goes well, and the name of the event that tells of it. */
export function expectedEnd(verdict: Verdict): { readonly outcome: Outcome; readonly eventName: JobEventName } {
  // What only waits for its grace, or is past an exemption, is told meanwhile.
  const isTold = verdict.heldBack?.tell === true && verdict.mode === 'enforce';
  const [did, eventName] = ends[isTold ? 'warn' : doingOf(verdict)];
  return { outcome: { verdict, did, why: heldWords(verdict) ?? '', job: verdict.job }, eventName };
}

const looks: Readonly<Record<Doing, Span['as']>> = {
  cancel: 'bad',
  'would cancel': 'caution',
  warn: 'caution',
  'would warn': 'quiet',
  record: 'quiet',
  'held back': 'good',
};

/** Text that is marked by what a sweep would do. */
export function marked(text: string, doing: Doing): Span {
  return { text, as: looks[doing] };
}

/** Text from outside, such as an id or a label, as one readable line. */
export function plain(text: string): string {
  return oneLine(text, 1000);
}

const jsonOrder: Readonly<Record<Doing, number>> = {
  cancel: 0,
  'would cancel': 1,
  'held back': 2,
  warn: 3,
  'would warn': 4,
  record: 5,
};

/** Cancels first, then what is observed, held back, warned of and recorded; the same by name. */
export function byDoing(a: Verdict, b: Verdict): number {
  const difference = jsonOrder[doingOf(a)] - jsonOrder[doingOf(b)];
  return difference === 0 ? jobName(a.job).localeCompare(jobName(b.job), 'en') : difference;
}

/** A job for JSON: everything but its statement. */
export function jobData(job: Job) {
  return { name: jobName(job), ...job, queryText: undefined };
}

/** A verdict for JSON, its job by name. */
export function verdictData(verdict: Verdict) {
  const { job, ...rest } = verdict;
  return { job: jobName(job), does: doingOf(verdict), ...rest };
}
