import type { InboxMessage } from '../../slack/inbox.ts';
import type { HeardEvent } from './events.ts';
import type { Playing } from './jobs.ts';

/** Everything that was seen of one sweep over all engines. */
export interface SeenOfAll {
  readonly jobs: readonly Playing[];
  readonly events: readonly HeardEvent[];
  readonly inbox: readonly InboxMessage[];
}

/** Whether a job was stopped, by its engine's own word. */
export function isStopped(job: Playing): boolean {
  return job.state() === job.stopped;
}

/** Whether an event says that the cancel of a job is proved, and names its engine and target. */
export function isProof({ name, job }: HeardEvent, of: Playing): boolean {
  const isIt = job?.id === of.id && job.engine === of.engine && job.target === of.target;
  return name === 'cancel.confirmed' && isIt;
}

/** Whether a message says that a job was cancelled, in the words of its engine. */
function isAbout({ text, blocks }: InboxMessage, job: Playing): boolean {
  const words = (job.engine === 'bigquery' ? job.id : job.called).toLowerCase();
  const isNamed = JSON.stringify(blocks).toLowerCase().includes(words);
  return text.includes(`${job.service} `) && text.includes('was cancelled') && isNamed;
}

function brokenFor(job: Playing, seen: SeenOfAll): readonly string[] {
  const what = `${job.service}, ${job.called}`;
  if (!job.isRunaway) return isStopped(job) ? [`${what}: it was to be left alone, and is ${job.state()}.`] : [];
  return [
    ...(isStopped(job) ? [] : [`${what}: it is ${job.state()}, not ${job.stopped}.`]),
    ...(seen.events.some((event) => isProof(event, job)) ? [] : [`${what}: no event proves the cancel.`]),
    ...(seen.inbox.some((message) => isAbout(message, job)) ? [] : [`${what}: nobody was told of it.`]),
  ];
}

/** What was promised and not kept, as sentences; empty when all of it was. */
export function brokenPromises(seen: SeenOfAll): readonly string[] {
  return seen.jobs.flatMap((job) => brokenFor(job, seen));
}
