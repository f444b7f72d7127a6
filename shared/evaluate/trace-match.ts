import { clientOf } from '../jobs/client.ts';
import { neverTells } from '../jobs/capabilities.ts';
import { detailKeys, type Job } from '../jobs/job.ts';
import { reservationName } from './prices.ts';
import { holdsBlock, type BlockMatcher, type KeyTest } from './matchers.ts';
import { reaches, reachesContinuous, reachesPrincipal, reachesWork } from './reach.ts';
import type { Truth } from './truth.ts';

/** A truth as a word, so that unknown survives JSON. */
export type Answer = 'yes' | 'no' | 'unknown';

/** One key of a match held against a job: what was wanted, as written, and what the job has, in words. */
export interface KeyTrace {
  readonly key: string;
  readonly wants: readonly string[];
  readonly found: string;
  readonly holds: Answer;
}

/** One of the three things that may keep a cancel rule from reaching a job, with a sentence where it does. */
interface ReachTrace {
  readonly what: 'work' | 'continuous' | 'watchdog';
  readonly holds: Answer;
  readonly why: string;
}

/** One block of a match. `reach` is there for rules that cancel. */
export interface BlockTrace {
  readonly holds: Answer;
  readonly keys: readonly KeyTrace[];
  readonly unless: readonly BlockTrace[];
  readonly reaches?: Answer;
  readonly reach?: readonly ReachTrace[];
}

/** The word for a truth. */
export function answerOf(truth: Truth): Answer {
  if (truth === undefined) return 'unknown';
  return truth ? 'yes' : 'no';
}

const said = (value: string | null | undefined) => value ?? (value === null ? 'none' : 'unknown');

function labelFound(job: Job, label: string): string {
  if (job.labels === undefined) return 'unknown';
  return Object.hasOwn(job.labels, label) ? (job.labels[label] ?? '') : 'absent';
}

function clientFound(job: Job): string {
  const { name, possible } = clientOf(job);
  if (job.labels === undefined || job.principal === undefined) {
    const missing = job.labels === undefined ? 'labels' : 'principal';
    return name === null || name === undefined
      ? `unknown: its ${missing} are`
      : `${name}, uncertain without ${missing}`;
  }
  const unread = possible.length === 0 ? '' : `, or ${possible.join(' or ')}: its statement was not seen`;
  return said(name) + unread;
}

function billingFound({ reservation }: Job): string {
  if (reservation === undefined) return 'unknown';
  return reservation === null ? 'on-demand' : 'reserved';
}

/** What a job has for a key of a match, in words: `unknown`, `none` and `absent` are words of their own. */
function foundFor(key: string, job: Job): string {
  if (key.startsWith('labels.')) return labelFound(job, key.slice('labels.'.length));
  if (key === 'client') return clientFound(job);
  if (key === 'billing') return billingFound(job);
  if (key === 'reservation')
    return typeof job.reservation === 'string' ? reservationName(job.reservation) : said(job.reservation);
  const detail = detailKeys.find((one) => one === key);
  if (detail !== undefined) return job.details?.[detail] ?? unknownFor(key, job);
  if (key === 'continuous') return job.continuous === undefined ? 'unknown' : String(job.continuous);
  const value: unknown = Reflect.get(job, key === 'jobId' ? 'id' : key);
  return typeof value === 'string' ? value : value === null ? 'none' : unknownFor(key, job);
}

/** Why nothing is known, where that is not a matter of this job alone. */
function unknownFor(key: string, { engine }: Job): string {
  return neverTells(engine, key) ? `unknown: ${engine} never tells it` : 'unknown';
}

function traceKey({ key, wants, test }: KeyTest, job: Job): KeyTrace {
  return { key, wants, found: foundFor(key, job), holds: answerOf(test(job)) };
}

function workWhy(holds: Truth, { statementType, jobType }: Job): string {
  if (holds === true) return 'It does the kind of work that the rule reaches.';
  const kind = statementType ?? jobType;
  const only = 'The rule names no statement type, so it cancels SELECT queries only';
  return holds === false ? `${only}; this is ${kind ?? 'none'}.` : `${only}; what this is cannot be told.`;
}

function continuousWhy(holds: Truth): string {
  if (holds === true) return 'It is no continuous query, or the rule names them.';
  const only = 'The rule does not name continuous queries';
  return holds === false ? `${only}, and this is one.` : `${only}, and this may be one.`;
}

function watchdogWhy(holds: Truth): string {
  if (holds === true) return "It is not the watchdog's own, or the rule names the watchdog.";
  const only = "The rule does not name the watchdog's own identity";
  return holds === false ? `${only}, and this is its job.` : `${only}, and this may be its job.`;
}

function traceReach({ block }: BlockMatcher, job: Job, ownPrincipal: string | undefined): readonly ReachTrace[] {
  const work = reachesWork(block, job);
  const continuous = reachesContinuous(block, job);
  const watchdog = reachesPrincipal(block, job, ownPrincipal);
  return [
    { what: 'work', holds: answerOf(work), why: workWhy(work, job) },
    { what: 'continuous', holds: answerOf(continuous), why: continuousWhy(continuous) },
    { what: 'watchdog', holds: answerOf(watchdog), why: watchdogWhy(watchdog) },
  ];
}

/** Holds one block against a job, key by key; with its reach where `cancels` says that its rule does. */
export function traceBlock(
  matcher: BlockMatcher,
  job: Job,
  cancels?: { readonly ownPrincipal: string | undefined },
): BlockTrace {
  return {
    holds: answerOf(holdsBlock(matcher, job)),
    keys: matcher.keys.map((key) => traceKey(key, job)),
    unless: matcher.unless.map((block) => traceBlock(block, job)),
    ...(cancels !== undefined && {
      reaches: answerOf(reaches(matcher.block, job, cancels.ownPrincipal)),
      reach: traceReach(matcher, job, cancels.ownPrincipal),
    }),
  };
}
