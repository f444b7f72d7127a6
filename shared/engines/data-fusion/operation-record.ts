import type { Job, JobEnd, JobState } from '../../jobs/job.ts';
import { briefly } from '../http/failure.ts';
import type { Reader } from '../http/read.ts';
import { reader } from '../http/read.ts';
import { idOf } from './id.ts';
import type { Instance, Place } from './instances.ts';

/** What a record of a job does not say itself: where it was found, and the instance it belongs to. */
export interface Finding extends Place {
  readonly target: string;
  readonly instance?: Pick<Instance, 'labels'> | undefined;
}

/** A job, and whether it was asked to stop before. */
export type Reading = { readonly job: Job; readonly isStopping: boolean } | { readonly unreadable: string };

/** The error code of an operation that was cancelled (google.rpc.Code.CANCELLED). */
const cancelled = 1;

/**
 * Turns an operation on an instance (google.longrunning.Operation with Data Fusion's OperationMetadata) into a Job.
 * Never throws. An operation is under way from the moment it is created, so that is its start as well.
 */
export function readOperation(record: unknown, found: Finding): Reading {
  const read = reader(record);
  const name = read.text('name');
  const operation = /^projects\/[^/]+\/locations\/[^/]+\/operations\/([^/]+)$/.exec(name ?? '')?.[1];
  if (operation === undefined) {
    const what = name === undefined ? 'a record' : `the record ${briefly(name)}`;
    return { unreadable: `${what} in ${found.target} has no readable operation name, so it cannot be judged` };
  }
  const createdAtMs = read.isoMs('metadata.createTime');
  const state = stateOf(read);
  const job: Job = {
    engine: 'data-fusion',
    target: found.target,
    project: found.project,
    location: found.location,
    id: idOf({ operation }),
    state,
    redacted: false,
    createdAtMs,
    startedAtMs: createdAtMs,
    endedAtMs: read.isoMs('metadata.endTime'),
    jobType: read.text('metadata.verb')?.toLowerCase(),
    statementType: null,
    continuous: false,
    parentId: null,
    labels: found.instance?.labels,
    details: { instance: instanceOf(read) },
    ...(state === 'done' && { end: endOf(read) }),
  };
  const isStopping = read.find('metadata.requestedCancellation') === true && state !== 'done';
  return { job: read.doubts.size === 0 ? job : { ...job, doubts: [...read.doubts] }, isStopping };
}

/** The instance an operation is about; undefined where it does not say. */
export function instanceOf(read: Reader): string | undefined {
  return /^projects\/[^/]+\/locations\/[^/]+\/instances\/([^/]+)$/.exec(read.text('metadata.target') ?? '')?.[1];
}

function stateOf(read: Reader): JobState {
  const done = read.find('done') ?? false;
  if (done === false) return 'running';
  return done === true ? 'done' : 'unknown';
}

function endOf(read: Reader): JobEnd {
  if (read.find('error') === undefined) return { how: 'succeeded' };
  const code = read.count('error.code');
  const message = read.text('error.message')?.slice(0, 2000);
  if (code === cancelled) return { how: 'stopped', reason: 'CANCELLED' };
  return { how: 'failed', reason: `error code ${code ?? '(unreadable)'}`, ...(message !== undefined && { message }) };
}
