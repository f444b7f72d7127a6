import { ends, type End } from '../jobs/verdict.ts';
import { kindWords } from './engine-words.ts';
import { engineWords } from './job-words.ts';
import type { Address, Notice, NoticeJob } from './notice.ts';
import { formatTime, oneLine } from './text.ts';

/** Who reads a message, and when. */
export interface Reader {
  readonly to: Address | undefined;
  readonly nowMs: number;
}

/** Whether the reader is the owner in person. */
export function isOwner(owner: Notice['owner'], to: Address | undefined): boolean {
  return to !== undefined && 'email' in to && to.email === owner.reach.email && owner.kind === 'person';
}

/** How many jobs the notice is about, those that it does not name included. */
export function countJobs(notice: Notice): number {
  return notice.jobs.length + notice.moreJobs;
}

// One job and several, for each end that is not a warning.
const verbs: Readonly<Record<Exclude<End, 'warned'>, readonly [string, string]>> = {
  cancelled: ['was cancelled', 'were cancelled'],
  'finished-first': ['finished before it could be cancelled', 'finished before they could be cancelled'],
  'failed-by-itself': ['ended for another reason before the cancel', 'ended for other reasons before the cancel'],
  gone: ['disappeared before it could be cancelled', 'disappeared before they could be cancelled'],
  forbidden: [
    'is over a limit, but Jobwarden is not allowed to cancel it',
    'are over a limit, but Jobwarden is not allowed to cancel them',
  ],
  unconfirmed: ['was told to stop: not confirmed yet', 'were told to stop: not confirmed yet'],
  error: ['is over a limit, and cancelling it failed', 'are over a limit, and cancelling them failed'],
  'would-have-been-cancelled': ['would have been cancelled', 'would have been cancelled'],
  'would-have-been-warned': [
    'is over a limit: its owner would have been warned',
    'are over a limit: their owners would have been warned',
  ],
  recorded: ['is over a limit, only recorded', 'are over a limit, only recorded'],
  'held-back': ['was not cancelled: held back', 'were not cancelled: held back'],
  ended: ['is over', 'are over'],
  withdrawn: ['breaks no rule any more', 'break no rule any more'],
};

function warnedVerb(
  jobs: readonly NoticeJob[],
  about: { readonly many: boolean; readonly reader: Reader; readonly notice: Notice },
) {
  const times = jobs.map((job) => job.willCancelAtMs).filter((one) => one !== undefined);
  const [is, they] = about.many ? ['are', 'they finish'] : ['is', 'it finishes'];
  if (times.length < jobs.length)
    return `${is} ${jobs.every((job) => job.line === 'warnAt') ? 'close to' : 'over'} a limit`;
  const first = Math.min(...times);
  const when = `${times.every((one) => one === first) ? 'at' : 'from'} ${formatTime(first, about.notice.atMs, about.notice.timezone)}`;
  if (first <= about.reader.nowMs) return `${about.many ? 'were' : 'was'} due to be cancelled ${when}`;
  return `will be cancelled ${when} unless ${they}`;
}

/** What the jobs are called together: by their kind, by their engine, or just jobs. */
function kindOf({ jobs }: Notice): readonly [one: string, many: string] {
  const [kind, ...others] = new Map(jobs.map((job) => [kindWords(job)[0], kindWords(job)])).values();
  if (kind !== undefined && others.length === 0) return kind;
  const [engine, ...more] = new Set(jobs.map((job) => engineWords[job.engine]));
  return more.length === 0 && engine !== undefined ? [`${engine} job`, `${engine} jobs`] : ['job', 'jobs'];
}

function subject(notice: Notice, reader: Reader): string {
  const [one, many] = kindOf(notice);
  const count = countJobs(notice);
  if (isOwner(notice.owner, reader.to)) return count === 1 ? `Your ${one}` : `${count} of your ${many}`;
  const ofMany = notice.owner.kind === 'fallback' || notice.jobs.some((job) => job.owner !== undefined);
  const whose = ofMany ? '' : ` of ${oneLine(notice.owner.name, 50)}`;
  return count === 1 ? `A ${one}${whose}` : `${count} ${many}${whose}`;
}

/** What became of one job, without a subject: `was cancelled`, `will be cancelled at 14:45 UTC unless it finishes`. */
export function verbOf(job: NoticeJob, notice: Notice, reader: Reader): string {
  if (job.did === 'warned') return warnedVerb([job], { many: false, reader, notice });
  const atMs = job.did === 'would-have-been-cancelled' ? (job.decidedAtMs ?? notice.atMs) : job.endedAtMs;
  const when = atMs === undefined ? '' : ` at ${formatTime(atMs, notice.atMs, notice.timezone)}`;
  return `${verbs[job.did][0]}${when}`;
}

function titleVerb(notice: Notice, reader: Reader): string {
  const found = ends.filter((end) => (notice.counts[end] ?? 0) > 0 || notice.jobs.some((job) => job.did === end));
  const many = countJobs(notice) > 1;
  const [job] = notice.jobs;
  if (job !== undefined && !many) return verbOf(job, notice, reader);
  const [only] = found;
  if (found.length > 1 && found.every((end) => end.startsWith('would-have')))
    return 'would have been cancelled or warned of';
  if (only === undefined || found.length > 1) return `${many ? 'were' : 'was'} over a limit`;
  return only === 'warned' ? warnedVerb(notice.jobs, { many, reader, notice }) : verbs[only][1];
}

/** What is said before the headline of a message that is not the first of its kind. */
function prefixOf({ phase, part, jobs, daily }: Notice): string {
  if (phase === 'followed-up') return 'Update';
  if (part !== undefined && part.number > 1) return 'Also';
  if (daily !== undefined) return 'Today';
  return jobs.length > 0 && jobs.every(({ repeated }) => repeated === true) ? 'Reminder' : '';
}

/** The headline of a notice, at most 150 characters: whose jobs, how many, and what became of them. */
export function titleOf(notice: Notice, reader: Reader): string {
  if (notice.trouble !== undefined) return oneLine(notice.trouble.title, 150);
  const whose = subject(notice, reader);
  const words = `${whose} ${titleVerb(notice, reader)}`;
  const prefix = prefixOf(notice);
  return oneLine(prefix === '' ? words : `${prefix}: ${words.slice(0, 1).toLowerCase()}${words.slice(1)}`, 150);
}
