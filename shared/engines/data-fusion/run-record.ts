import type { Job, JobEnd, JobState } from '../../jobs/job.ts';
import { reader } from '../http/read.ts';
import type { RunName } from './id.ts';
import { idOf } from './id.ts';
import type { Finding, Reading } from './operation-record.ts';

/** The states of a run (CDAP, ProgramRunStatus) in the words of the port. Any other is unknown. */
const states: Readonly<Record<string, JobState>> = {
  PENDING: 'pending',
  STARTING: 'pending',
  RUNNING: 'running',
  SUSPENDED: 'running',
  RESUMING: 'running',
  STOPPING: 'running',
  COMPLETED: 'done',
  FAILED: 'done',
  KILLED: 'done',
  REJECTED: 'done',
};

const ends: Readonly<Record<string, JobEnd['how']>> = {
  COMPLETED: 'succeeded',
  KILLED: 'stopped',
  FAILED: 'failed',
  REJECTED: 'failed',
};

/** The run id in a record; undefined where it has none. */
export function runIdIn(record: unknown): string | undefined {
  return reader(record).text('runid');
}

/**
 * Turns a run of a pipeline (CDAP, RunRecord) into a Job. Never throws. Its times are whole seconds: `starting` is when
 * somebody asked for it, `start` when its cluster was there and it began.
 */
export function readRun(record: unknown, name: RunName, found: Finding): Reading {
  const read = reader(record);
  const word = read.text('status') ?? '';
  const state = Object.hasOwn(states, word) ? (states[word] ?? 'unknown') : 'unknown';
  const startedAtMs = read.secondsMs('start');
  const how = ends[word];
  const job: Job = {
    engine: 'data-fusion',
    target: found.target,
    project: found.project,
    location: found.location,
    id: idOf(name),
    state,
    redacted: false,
    createdAtMs: read.secondsMs('starting') ?? startedAtMs,
    startedAtMs,
    endedAtMs: read.secondsMs('end'),
    jobType: name.kind,
    statementType: null,
    continuous: name.kind !== 'pipeline',
    parentId: null,
    labels: found.instance?.labels,
    details: { instance: name.instance, namespace: name.namespace, pipeline: name.pipeline },
    ...(state === 'done' && how !== undefined && { end: { how, reason: word } }),
  };
  return { job: read.doubts.size === 0 ? job : { ...job, doubts: [...read.doubts] }, isStopping: word === 'STOPPING' };
}
