import { createHash } from 'node:crypto';
import type { End } from '../jobs/verdict.ts';
import { isoTime } from '../audit/text.ts';
import type { SendOptions } from './channel.ts';
import type { Link, MessageJob } from './message-job.ts';
import type { Message } from './message.ts';
import type { Notice, NoticeJob } from './notice.ts';
import { clip } from './text.ts';

type Severity = 'critical' | 'error' | 'warning' | 'info';

/** An event of the PagerDuty Events API v2, without the key of its integration. */
export interface PagerEvent {
  readonly event_action: 'trigger' | 'resolve';
  readonly dedup_key: string;
  readonly [field: string]: unknown;
}

interface Alert {
  readonly key: string;
  readonly summary: string;
  readonly severity: Severity;
  readonly details: Readonly<Record<string, string>>;
  readonly links: readonly Link[];
  readonly about?: NoticeJob | undefined;
}

const maxKey = 255;
const maxSummary = 1024;

function keyOf(name: string): string {
  const key = `jobwarden/${name}`;
  return key.length <= maxKey ? key : `jobwarden/${createHash('sha256').update(name).digest('hex')}`;
}

/** What a case is after a job ended up like this: nothing to say any more, said and over, or open with its severity. */
const standings: Readonly<Record<End, 'over' | { readonly severity: Severity; readonly stays: boolean }>> = {
  warned: { severity: 'warning', stays: true },
  'held-back': { severity: 'warning', stays: true },
  forbidden: { severity: 'error', stays: true },
  unconfirmed: { severity: 'error', stays: true },
  error: { severity: 'error', stays: true },
  cancelled: { severity: 'warning', stays: false },
  'would-have-been-cancelled': { severity: 'info', stays: false },
  'would-have-been-warned': { severity: 'info', stays: false },
  recorded: { severity: 'info', stays: false },
  'finished-first': 'over',
  'failed-by-itself': 'over',
  gone: 'over',
  ended: 'over',
  withdrawn: 'over',
};

function trigger({ key, summary, severity, details, links, about }: Alert, notice: Notice | undefined): PagerEvent {
  return {
    event_action: 'trigger',
    dedup_key: keyOf(key),
    client: 'Jobwarden',
    payload: {
      summary: clip(summary, maxSummary),
      source: about === undefined ? 'jobwarden' : `${about.engine}/${about.project}`,
      severity,
      ...(notice === undefined ? {} : { timestamp: isoTime(notice.atMs) }),
      ...(about === undefined ? {} : { component: about.project, group: about.rule, class: about.did }),
      custom_details: details,
    },
    links: links.map(({ text, url }) => ({ href: url, text })),
  };
}

const resolve = (key: string): PagerEvent => ({ event_action: 'resolve', dedup_key: keyOf(key) });

/** The facts of one job, or of every job where the alert is about the message as a whole; never a statement. */
function detailsOf(said: MessageJob | undefined, message: Message): Readonly<Record<string, string>> {
  const one = said?.facts.map(({ label, text }) => [label, text]);
  const all = message.jobs.map(({ heading, facts }) => [
    heading,
    facts.map(({ label, text }) => `${label}: ${text}`).join('\n'),
  ]);
  const facts: Readonly<Record<string, string>> = Object.fromEntries(one ?? all);
  return { ...facts, More: [...message.lead, ...message.closing, message.small].join('\n') };
}

function ofJob(job: NoticeJob, said: MessageJob | undefined, all: { message: Message; notice: Notice }) {
  const { message, notice } = all;
  const standing = standings[job.did];
  if (standing === 'over') return [resolve(job.case)];
  const links = [...(said?.link === undefined ? [] : [said.link]), ...message.links];
  const details = detailsOf(said, message);
  const summary = `${message.title}: ${said?.heading ?? job.id}`;
  const raise = trigger({ key: job.case, summary, severity: standing.severity, details, links, about: job }, notice);
  // Whoever was told of the cancel before need not be paged again to hear how it ended.
  if (standing.stays) return [raise];
  return notice.phase === 'followed-up' ? [resolve(job.case)] : [raise, resolve(job.case)];
}

function ofMessage(message: Message, key: string, notice: Notice | undefined): readonly PagerEvent[] {
  if (notice?.trouble?.isOver === true) return [resolve(key)];
  const details = detailsOf(undefined, message);
  return [trigger({ key, summary: message.title, severity: 'error', details, links: message.links }, notice)];
}

/**
 * What PagerDuty is told, a list per alert, each to be sent in its order: one alert per case, resolved once the case is
 * over; one for a trouble, by what it is about. An alert that is open already is not opened again: the key tells.
 */
export function pagerEvents(
  message: Message,
  { noticeId, notice }: Pick<SendOptions, 'noticeId' | 'notice'>,
): readonly (readonly PagerEvent[])[] {
  if (notice === undefined) return [ofMessage(message, noticeId, notice)];
  const over = (notice.closed ?? [])
    .filter((one) => notice.jobs.every((job) => job.case !== one))
    .map((one) => [resolve(one)]);
  const { trouble } = notice;
  if (trouble !== undefined) return [ofMessage(message, `trouble/${trouble.about ?? trouble.title}`, notice), ...over];
  const closed = new Set(notice.closed);
  const alerts = notice.jobs.map((job, index) => {
    const events = ofJob(job, message.jobs[index], { message, notice });
    const isOpen = closed.has(job.case) && events.every(({ event_action: action }) => action === 'trigger');
    return isOpen ? [...events, resolve(job.case)] : events;
  });
  return [...alerts, ...over];
}
