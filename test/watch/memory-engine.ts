import type { CallBudget, CancelAnswer, Canceller, JobSource, Page, TargetRef } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import { jobName, type Job, type JobEnd, type JobRef } from '../../shared/jobs/job.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the engine does when it is asked to cancel a job. All but the last five answer "accepted". */
export type OnCancel =
  | { readonly how: 'ends'; readonly afterMs: number; readonly end: JobEnd; readonly fields?: Partial<Job> }
  | { readonly how: 'ignored' }
  | { readonly how: 'already-done'; readonly end: JobEnd }
  | { readonly how: 'denied'; readonly why: string }
  | { readonly how: 'unsupported'; readonly why: string }
  | { readonly how: 'gone' }
  | { readonly how: 'throws'; readonly error: EngineError; readonly butEnds?: { afterMs: number; end: JobEnd } };

/** As BigQuery words it. */
export const byCancel: JobEnd = {
  how: 'stopped',
  reason: 'stopped',
  message: 'Job execution was cancelled: User requested cancellation',
};

export const succeeded: JobEnd = { how: 'succeeded' };

export const stopsAfter = (afterMs: number): OnCancel => ({ how: 'ends', afterMs, end: byCancel });
export const endsAfter = (afterMs: number, end: JobEnd): OnCancel => ({ how: 'ends', afterMs, end });
export const ignored: OnCancel = { how: 'ignored' };
export const denied: OnCancel = { how: 'denied', why: 'Access denied: bigquery.jobs.update is missing' };

/** What a look at the job itself says, beside or instead of what the list said. */
export type Look = Partial<Job> | 'gone' | EngineError;

/** A job of the engine, and how it will behave. */
export interface MemoryJob {
  /** As lists show it, and as it is where nothing else is said. */
  readonly job: Job;
  /** What a look at the job itself says; a list is asked for the looks in turn, the last one stays. */
  readonly look?: Look | readonly Look[] | ((nowMs: number) => Look);
  readonly endsAtMs?: number;
  readonly end?: JobEnd;
  /** Lists go on showing it as it was, although it is done. */
  readonly staysListed?: boolean;
  /** One for each attempt in turn, the last one stays; left out, it stops after 2 s. */
  readonly onCancel?: OnCancel | readonly OnCancel[];
}

/** How one target behaves when it is listed. */
interface MemoryTarget {
  readonly fails?: EngineError;
  readonly failsAfterPages?: EngineError;
  readonly hangs?: boolean;
  readonly pageSize?: number;
  readonly unreachable?: readonly string[];
  readonly unreadable?: readonly string[];
}

/** One call, as it arrived. */
export interface Call {
  readonly what: 'list' | 'get' | 'children' | 'cancel';
  readonly of: string;
  readonly location?: string;
  readonly atMs: number;
}

export interface MemoryEngine {
  readonly source: JobSource;
  readonly canceller: Canceller;
  /** Adds a job, or makes another one of it. */
  put(job: MemoryJob): void;
  /** From now on the target behaves like this. */
  target(name: string, how: MemoryTarget): void;
  /** The job leaves the lists, as if it were done. */
  finish(id: string, end?: JobEnd): void;
}

interface Live extends MemoryJob {
  looks: number;
  attempts: number;
  ending?: { readonly atMs: number; readonly end: JobEnd; readonly fields?: Partial<Job> | undefined } | undefined;
}

export function engineError(
  says: string,
  fields: Partial<Pick<EngineError, 'failure' | 'retryable'>> = {},
): EngineError {
  return new EngineError('bigquery', says, { failure: 'server', retryable: true, ...fields });
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);
const turn = <T>(all: T | readonly T[], index: number): T | undefined =>
  isList(all) ? all[Math.min(index, all.length - 1)] : all;

/** An engine that holds plain jobs in memory and changes them as the virtual time passes. */
export function memoryEngine(clock: VirtualClock, record: (call: Call) => void, latencyMs = 0): MemoryEngine {
  const jobs = new Map<string, Live>();
  const targets = new Map<string, MemoryTarget>();

  const call = async (what: Call['what'], of: string, budget: CallBudget, location?: string): Promise<void> => {
    const late = () => engineError(`${what} ${of}: the time is up`, { failure: 'timeout' });
    if (budget.signal.aborted || clock.now() >= budget.untilMs) throw late();
    record({ what, of, atMs: clock.now(), ...(location === undefined ? {} : { location }) });
    if (latencyMs > 0) await clock.wait(latencyMs, budget.signal);
    if (budget.signal.aborted) throw late();
  };
  const now = (live: Live): Job => {
    const { ending, job } = live;
    if (ending === undefined || clock.now() < ending.atMs) return job;
    return { ...job, state: 'done', endedAtMs: ending.atMs, end: ending.end, ...ending.fields };
  };
  const found = (ref: JobRef): Live | undefined => {
    const live = jobs.get(ref.id);
    return live !== undefined && jobName(live.job) === jobName(ref) ? live : undefined;
  };
  const listed = (target: TargetRef) =>
    [...jobs.values()]
      .map((live) => (live.staysListed === true ? live.job : now(live)))
      .filter((job) => job.target === target.name && job.state !== 'done' && (job.parentId ?? null) === null);

  async function* list(target: TargetRef, budget: CallBudget): AsyncGenerator<Page> {
    const how = targets.get(target.name) ?? {};
    await call('list', target.name, budget);
    if (how.hangs === true) await clock.wait(3_600_000, budget.signal);
    if (budget.signal.aborted) throw engineError(`${target.name} hung`, { failure: 'timeout' });
    if (how.fails !== undefined) throw how.fails;
    const all = listed(target);
    const size = how.pageSize ?? Math.max(1, all.length);
    const { unreachable = [], unreadable = [] } = how;
    for (let at = 0; at === 0 || at < all.length; at += size) {
      if (at > 0) await call('list', target.name, budget);
      yield { jobs: all.slice(at, at + size), unreachable, unreadable: at === 0 ? unreadable : [] };
    }
    if (how.failsAfterPages !== undefined) throw how.failsAfterPages;
  }

  const get = async (ref: JobRef, budget: CallBudget): Promise<Job | undefined> => {
    await call('get', ref.id, budget, ref.location);
    const live = found(ref);
    if (live === undefined) return undefined;
    const { look = {} } = live;
    const said = typeof look === 'function' ? look(clock.now()) : (turn(look, live.looks) ?? {});
    live.looks += 1;
    if (said instanceof EngineError) throw said;
    return said === 'gone' ? undefined : { ...now(live), ...said };
  };

  const end = (live: Live, how: { afterMs: number; end: JobEnd; fields?: Partial<Job> | undefined }) => {
    live.ending ??= { atMs: clock.now() + how.afterMs, end: how.end, fields: how.fields };
  };
  const obey = (live: Live, how: OnCancel): CancelAnswer => {
    switch (how.how) {
      case 'ends':
        end(live, how);
        return { kind: 'accepted' };
      case 'ignored':
        return { kind: 'accepted' };
      case 'already-done':
        end(live, { afterMs: 0, end: how.end });
        return { kind: 'already-done', job: now(live) };
      case 'denied':
        return { kind: 'forbidden', why: how.why };
      case 'unsupported':
        return { kind: 'unsupported', why: how.why };
      case 'gone':
        return { kind: 'gone' };
      case 'throws':
        if (how.butEnds !== undefined) end(live, how.butEnds);
        throw how.error;
    }
  };
  const cancel = async (job: Job, budget: CallBudget): Promise<CancelAnswer> => {
    await call('cancel', job.id, budget, job.location);
    const live = found(job);
    if (live === undefined) return { kind: 'gone' };
    live.attempts += 1;
    if (now(live).state === 'done') return { kind: 'already-done', job: now(live) };
    return obey(live, turn(live.onCancel ?? stopsAfter(2000), live.attempts - 1) ?? stopsAfter(2000));
  };

  const activeChildren = async (ref: JobRef, budget: CallBudget): Promise<readonly Job[]> => {
    await call('children', ref.id, budget, ref.location);
    return [...jobs.values()].map(now).filter((job) => job.parentId === ref.id && job.state !== 'done');
  };

  return {
    source: { engine: 'bigquery', list, get, activeChildren },
    canceller: { cancel },
    put: (given) => {
      const { endsAtMs, end: how = succeeded } = given;
      const ending = endsAtMs === undefined ? undefined : { atMs: endsAtMs, end: how };
      jobs.set(given.job.id, { ...given, looks: 0, attempts: 0, ending });
    },
    target: (name, how) => void targets.set(name, how),
    finish: (id, how = succeeded) => {
      const live = jobs.get(id);
      if (live !== undefined) live.ending = { atMs: clock.now(), end: how };
    },
  };
}
