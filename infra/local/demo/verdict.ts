import type { InboxMessage } from '../slack/inbox.ts';
import type { Decision } from './decisions.ts';
import type { Watched } from './watched.ts';

/** Everything that was seen in the demo. */
export interface Seen {
  readonly jobs: readonly Watched[];
  readonly decisions: readonly Decision[];
  readonly inbox: readonly InboxMessage[];
}

/** How many cancels are to be seen before the demo has shown what it is for. */
const wanted = { cancelled: 2, 'finished-first': 1 } as const;

function count(seen: Seen, did: string): number {
  return seen.decisions.filter((decision) => decision.did === did).length;
}

function isStopped(job: Watched): boolean {
  return job.end?.startsWith('stopped') ?? false;
}

/** Whether everything that the demo is to show has been seen, the messages included. */
export function isComplete(seen: Seen): boolean {
  const told = seen.inbox.length >= wanted.cancelled + wanted['finished-first'];
  return (
    count(seen, 'cancelled') >= wanted.cancelled && count(seen, 'finished-first') >= wanted['finished-first'] && told
  );
}

/** What of the demo's promises was not kept, as sentences; empty when all of them were. */
export function brokenPromises(seen: Seen): readonly string[] {
  const cancelled = seen.decisions.filter((decision) => decision.did === 'cancelled');
  const ids = new Set(cancelled.map((decision) => decision.job.id));
  return [
    ...(isComplete(seen) ? [] : ['Not everything that should have happened has happened.']),
    ...seen.jobs
      .filter((job) => ids.has(job.id) && !isStopped(job))
      .map((job) => `${job.name} is said to be cancelled and is not.`),
    ...seen.jobs
      .filter((job) => isStopped(job) && !ids.has(job.id))
      .map((job) => `${job.name} was stopped and nobody said so.`),
  ];
}

const reasons: Readonly<Record<string, string>> = {
  'opt-out': 'its owner keeps it with a label that the policy allows',
};

/** The demo in a few lines. */
export function summaryOf(seen: Seen): readonly string[] {
  const untouched = seen.jobs.filter((job) => job.state === 'RUNNING').length;
  const held = seen.decisions.filter((decision) => decision.heldBack !== undefined);
  return [
    `${seen.jobs.length} jobs watched in ${new Set(seen.jobs.map((job) => job.project)).size} projects`,
    `${count(seen, 'warned')} warned, ${count(seen, 'cancelled')} cancelled and proved, ${count(seen, 'finished-first')} finished before the cancel took effect`,
    ...held.map(({ job, heldBack = '' }) => `left alone: ${job.id} (${reasons[heldBack] ?? heldBack})`),
    `${untouched} jobs go on undisturbed; ${seen.inbox.length} Slack messages, each to the person who ran the job or to the operators`,
  ];
}
