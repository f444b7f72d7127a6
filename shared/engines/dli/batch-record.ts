import type { Job, JobEnd, JobState } from '../../jobs/job.ts';
import { briefly } from '../http/failure.ts';
import { reader } from '../http/read.ts';
import { engine, idOf } from './place.ts';
import type { Finding, Reading } from './sql-record.ts';

/** Words of the API, written in small letters mostly. A recovering batch takes up its queue as a running one does. */
const states: Readonly<Record<string, JobState>> = {
  starting: 'pending',
  running: 'running',
  recovering: 'running',
  dead: 'done',
  success: 'done',
};

/**
 * Turns a Spark batch (DLI API reference, batches) into a Job. Never throws: what is missing stays unknown, what cannot
 * be read is a doubt, a record without an id is unreadable. There are no labels, bytes or statements. The API shows a
 * batch that failed and one that was cancelled alike, as dead: it was cancelled where `wasAsked` says that its cancel was
 * accepted before.
 */
export function readBatch(record: unknown, found: Finding & { readonly wasAsked: (id: string) => boolean }): Reading {
  const read = reader(record);
  const batch = read.text('id');
  const { project, region } = found.place;
  if (batch === undefined) return { unreadable: `a Spark batch of project ${briefly(project)} has no readable id` };
  const id = idOf({ kind: 'batch', id: batch });
  const word = read.text('state')?.toLowerCase() ?? '';
  const state = (Object.hasOwn(states, word) ? states[word] : undefined) ?? 'unknown';
  const createdAtMs = read.timeMs('create_time');
  const principal = read.text('owner')?.toLowerCase();
  const job: Job = {
    engine,
    target: found.target,
    project,
    location: region,
    id,
    state,
    redacted: false,
    createdAtMs,
    // The API tells no other beginning: a run time counts the waiting as well.
    ...(state !== 'pending' && { startedAtMs: createdAtMs }),
    ...(state === 'done' && { endedAtMs: read.timeMs('update_time') }),
    ...(principal !== undefined && { principal }),
    jobType: 'spark-batch',
    // The API reference has both names for it.
    details: { queue: read.text('queue') ?? read.text('cluster_name') },
    statementType: null,
    continuous: false,
    parentId: null,
    children: 0,
    ...(state === 'done' && { end: endOf(word, found.wasAsked(id)) }),
  };
  return { job: read.doubts.size === 0 ? job : { ...job, doubts: [...read.doubts] } };
}

function endOf(word: string, wasAsked: boolean): JobEnd {
  if (word === 'success') return { how: 'succeeded' };
  if (wasAsked) return { how: 'stopped', reason: word, message: 'its cancel was accepted before' };
  return { how: 'failed', reason: word, message: 'DLI shows a failed batch and a cancelled one alike' };
}
