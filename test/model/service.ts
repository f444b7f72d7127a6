import type { CancelAnswer } from '../../shared/engines/engine.ts';
import { jobName, type Job, type JobEnd, type JobRef } from '../../shared/jobs/job.ts';
import { stopsAfter, succeeded, type OnCancel } from '../watch/memory-engine.ts';

/** A job of the simulated service, and what cancels do to it: one entry for each, the last one stays. */
export interface SimJob {
  readonly job: Job;
  readonly onCancel?: readonly OnCancel[];
  /** Slot ms that it uses in a ms, from the start to `untilMs`; left out, its record says all that it ever uses. */
  readonly uses?: { readonly perMs: number; readonly untilMs: number };
  /** When it ends by itself. */
  readonly endsAtMs?: number;
  readonly end?: JobEnd;
}

/** What runs jobs: plain data that changes with the time, and never fails. What fails is the way to it. */
export interface SimService {
  put(job: SimJob): void;
  change(id: string, fields: Partial<Job>): void;
  finish(id: string, end?: JobEnd): void;
  forget(id: string): void;
  /** As it is now; undefined when there is none. */
  look(ref: Pick<JobRef, 'id'>): Job | undefined;
  /** The job of exactly this project, location and id. */
  find(ref: JobRef): Job | undefined;
  running(target: string): readonly Job[];
  children(parentId: string): readonly Job[];
  cancel(ref: JobRef): CancelAnswer;
  size(): number;
}

interface Live extends SimJob {
  readonly job: Job;
  cancels: number;
  ending?: { readonly atMs: number; readonly end: JobEnd; readonly fields?: Partial<Job> | undefined };
}

/** The job with what it has used by now. */
function used({ job, uses }: Live, nowMs: number): Job {
  if (uses === undefined) return job;
  const ms = Math.max(0, Math.min(nowMs, uses.untilMs) - (job.startedAtMs ?? nowMs));
  return { ...job, slotMs: Math.round(uses.perMs * ms) };
}

function present(live: Live, nowMs: number): Job {
  const { ending } = live;
  const job = used(live, ending === undefined ? nowMs : Math.min(nowMs, ending.atMs));
  if (ending === undefined || nowMs < ending.atMs) return job;
  return { ...job, state: 'done', endedAtMs: ending.atMs, end: ending.end, ...ending.fields };
}

function endIn(
  live: Live,
  nowMs: number,
  how: { afterMs: number; end: JobEnd; fields?: Partial<Job> | undefined },
): void {
  const ending = { atMs: nowMs + how.afterMs, end: how.end, fields: how.fields };
  if (live.ending === undefined || ending.atMs < live.ending.atMs) live.ending = ending;
}

/** What the cancel does to the job, and what the service says to it. */
function obey(live: Live, how: OnCancel, nowMs: number): CancelAnswer {
  switch (how.how) {
    case 'ends':
      endIn(live, nowMs, how);
      return { kind: 'accepted' };
    case 'ignored':
      return { kind: 'accepted' };
    case 'already-done':
      endIn(live, nowMs, { afterMs: 0, end: how.end });
      return { kind: 'already-done', job: present(live, nowMs) };
    case 'denied':
      return { kind: 'forbidden', why: how.why };
    case 'unsupported':
      return { kind: 'unsupported', why: how.why };
    case 'gone':
      return { kind: 'gone' };
    case 'throws':
      if (how.butEnds !== undefined) endIn(live, nowMs, how.butEnds);
      throw how.error;
  }
}

/** A service without jobs. */
export function simService(now: () => number): SimService {
  const jobs = new Map<string, Live>();
  const all = () => [...jobs.values()].map((live) => present(live, now()));
  const found = (ref: JobRef) => {
    const live = jobs.get(ref.id);
    return live !== undefined && jobName(live.job) === jobName(ref) ? live : undefined;
  };
  const isTop = (job: Job) => (job.parentId ?? null) === null;
  return {
    put: (given) => {
      const live: Live = { ...given, cancels: 0 };
      if (given.endsAtMs !== undefined) live.ending = { atMs: given.endsAtMs, end: given.end ?? succeeded };
      jobs.set(given.job.id, live);
    },
    change: (id, fields) => {
      const live = jobs.get(id);
      if (live !== undefined) jobs.set(id, { ...live, job: { ...live.job, ...fields } });
    },
    finish: (id, end = succeeded) => {
      const live = jobs.get(id);
      if (live !== undefined) endIn(live, now(), { afterMs: 0, end });
    },
    forget: (id) => void jobs.delete(id),
    look: ({ id }) => {
      const live = jobs.get(id);
      return live === undefined ? undefined : present(live, now());
    },
    find: (ref) => {
      const live = found(ref);
      return live === undefined ? undefined : present(live, now());
    },
    running: (target) => all().filter((job) => job.target === target && job.state !== 'done' && isTop(job)),
    children: (parentId) => all().filter((job) => job.parentId === parentId && job.state !== 'done'),
    cancel: (ref) => {
      const live = found(ref);
      if (live === undefined) return { kind: 'gone' };
      const before = present(live, now());
      if (before.state === 'done') return { kind: 'already-done', job: before };
      const all = live.onCancel ?? [];
      const how = all[Math.min(live.cancels, all.length - 1)] ?? stopsAfter(2000);
      live.cancels += 1;
      return obey(live, how, now());
    },
    size: () => jobs.size,
  };
}
