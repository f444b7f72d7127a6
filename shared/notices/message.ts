import { ends } from '../jobs/verdict.ts';
import { messageJob, type Detail, type Link, type MessageJob } from './message-job.ts';
import type { Notice, Receiver } from './notice.ts';
import { clip, formatTime, oneLine, safeUrl } from './text.ts';
import { isOwner, titleOf, type Reader } from './titles.ts';

/**
 * A notice in words, before it takes the form of a channel. Every string is one line without control characters, never
 * empty, and plain: what looks like markup in it was in a job's data and must be shown as it is.
 */
export interface Message {
  readonly title: string;
  readonly lead: readonly string[];
  readonly jobs: readonly MessageJob[];
  readonly closing: readonly string[];
  readonly links: readonly Link[];
  /** Where it comes from: owner step, policy, ids. */
  readonly small: string;
}

/** To whom a message goes, when, and which receivers before could never be reached, with the reason. */
export interface Delivery extends Reader {
  readonly notReached: readonly { readonly receiver: Receiver; readonly why: string }[];
}

const lateMs = 10 * 60_000;

/** Up to this many jobs are told in full where there is room. */
const inFull = 3;

/** What people still read, and a channel takes with its own markup around it (Slack refuses from about 13,000 on). */
const maxCharacters = 6500;

function notReachedLine({ receiver, why }: Delivery['notReached'][number]): string {
  const whom = 'email' in receiver.to ? `${receiver.to.email} directly` : receiver.to.channel;
  return oneLine(`It could not be delivered to ${oneLine(whom, 70)}: ${why}.`, 220);
}

function countsLine(notice: Notice): string | undefined {
  const counted = ends.filter((end) => (notice.counts[end] ?? 0) > 0);
  if (counted.length < 2) return undefined;
  return `${oneLine(counted.map((end) => `${notice.counts[end]} ${end.replaceAll('-', ' ')}`).join(', '), 200)}.`;
}

function dailyLines({ daily, atMs, timezone }: Notice): readonly string[] {
  if (daily === undefined) return [];
  const rules = daily.rules.map(({ rule, count }) => `${oneLine(rule, 60)} ${count}`).join(', ');
  return [
    `Collected since ${formatTime(daily.sinceMs, atMs, timezone)}; the next such message comes in a day.`,
    oneLine(`By rule: ${rules}.`, 400),
  ];
}

function leadOf(notice: Notice, delivery: Delivery): readonly string[] {
  const isLate = delivery.nowMs - notice.atMs > lateMs;
  return [
    ...delivery.notReached.slice(0, 3).map(notReachedLine),
    isLate
      ? `This message is late: it was written at ${formatTime(notice.atMs, delivery.nowMs, notice.timezone)}.`
      : undefined,
    notice.phase === 'would-have' ? 'Jobwarden is only observing here: nothing was done.' : undefined,
    ...dailyLines(notice),
    notice.owner.kind === 'fallback' ? 'No owner was found, so it is told here.' : undefined,
    ...(notice.trouble?.lines ?? []).slice(0, 8).map((line) => oneLine(line, 200)),
    countsLine(notice),
  ].filter((line) => line !== undefined);
}

function closingOf(notice: Notice, detail: Detail): readonly string[] {
  const { moreJobs, help, jobs } = notice;
  const where =
    notice.part === undefined ? 'the audit record names all of them' : 'named in the thread of this message';
  const more = `And ${moreJobs} more ${moreJobs === 1 ? 'job' : 'jobs'}: ${where}.`;
  const next = detail === 'full' || notice.trouble !== undefined ? [] : [...new Set(jobs.map((job) => job.next))];
  return [
    ...(moreJobs > 0 ? [more] : []),
    ...next.slice(0, 2).map((words) => `Next: ${oneLine(words, 250)}`),
    ...(help.askIn === undefined || notice.trouble !== undefined
      ? []
      : [`Questions: ask in ${oneLine(help.askIn, 80)}.`]),
  ];
}

function linksOf({ help, trouble }: Notice): readonly Link[] {
  const all = [
    { text: 'Ask for an exemption', url: trouble === undefined ? safeUrl(help.exemptionUrl) : undefined },
    { text: 'What to do (runbook)', url: safeUrl(help.runbookUrl) },
  ];
  return all.flatMap(({ text, url }) => (url === undefined || url.length > 400 ? [] : [{ text, url }]));
}

/** The steps that had something to go by and still found nobody stand in brackets: that is what can be put right. */
function unowned(foundBy: string): string {
  const [, passed] = / \((.+)\)$/.exec(foundBy) ?? [];
  const because = passed === undefined ? '' : ` (${oneLine(passed, 150)})`;
  return `You get this because you look after jobs that have no owner${because}.`;
}

function toldBecause({ owner, trouble, jobs }: Notice, to: Delivery['to']): string {
  if (trouble !== undefined || jobs.some((job) => job.owner !== undefined)) return 'For the operators of Jobwarden.';
  if (owner.kind === 'fallback') return unowned(owner.foundBy);
  return `Owner: ${isOwner(owner, to) ? 'you' : oneLine(owner.name, 80)}, found by ${oneLine(owner.foundBy, 150)}.`;
}

function smallOf(notice: Notice, delivery: Delivery): string {
  const policy = `Policy ${oneLine(notice.policy.where, 80)} (${clip(oneLine(notice.policy.sha256, 80), 12)})`;
  return oneLine(`${toldBecause(notice, delivery.to)} ${policy}, ${notice.id}.`, 450);
}

function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + charactersIn(inner), 0);
}

/** The same lines for the policy are shown once. */
function withoutRepeats(jobs: readonly MessageJob[]): readonly MessageJob[] {
  const seen = new Set<string>();
  return jobs.map((job) => {
    const key = job.snippet?.join('\n');
    if (key === undefined || !seen.has(key)) {
      if (key !== undefined) seen.add(key);
      return job;
    }
    const { snippet: _, ...rest } = job;
    return rest;
  });
}

function withDetail(notice: Notice, delivery: Delivery, detail: Detail): Message {
  return {
    title: titleOf(notice, delivery),
    lead: leadOf(notice, delivery),
    jobs: withoutRepeats(notice.jobs.map((job) => messageJob(job, { notice, reader: delivery, detail }))),
    closing: closingOf(notice, detail),
    links: linksOf(notice),
    small: smallOf(notice, delivery),
  };
}

/**
 * Says a notice in words to one reader: every job of it is named, in full for up to three where there is room, more
 * briefly otherwise. Pure: the same notice and delivery give the same message.
 */
export function messageOf(notice: Notice, delivery: Delivery): Message {
  const isThread = notice.part !== undefined && notice.part.number > 1;
  const details: readonly Detail[] = isThread ? [] : notice.jobs.length <= inFull ? ['full', 'brief'] : ['brief'];
  for (const detail of details) {
    const message = withDetail(notice, delivery, detail);
    if (charactersIn(message) <= maxCharacters) return message;
  }
  return withDetail(notice, delivery, 'terse');
}
