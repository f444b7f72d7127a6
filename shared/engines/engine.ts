import type { EngineName, Job, JobRef } from '../jobs/job.ts';

/** One place to look: a BigQuery project, a Data Proc folder … `name` is unique in a sweep, e.g. `bigquery:analytics-prod`. */
export interface TargetRef {
  readonly engine: EngineName;
  readonly name: string;
  readonly project: string;
  /** What of an engine with several kinds of work is looked for; its usual kinds when left out. */
  readonly kinds?: readonly string[] | undefined;
  /** The operations that are looked for, by their verb; none when left out. */
  readonly verbs?: readonly string[] | undefined;
}

/** How long a call may take: no request starts after `untilMs` (epoch ms), and `signal` ends the ones under way. */
export interface CallBudget {
  readonly untilMs: number;
  readonly signal: AbortSignal;
}

/** A page of a listing. A job that could not be read is in `unreadable` with the reason, and is never judged. */
export interface Page {
  readonly jobs: readonly Job[];
  readonly unreadable: readonly string[];
  /** Locations that the service skipped: the listing is then incomplete, and absence from it says nothing. */
  readonly unreachable: readonly string[];
}

/** The projects below a folder or an organization, whatever lies between. */
export interface Below {
  readonly projects: readonly string[];
  /** Where an earlier answer stands for one that could not be had, and why, as sentences. */
  readonly old: readonly string[];
  /** Why projects may be missing; undefined: all are there. */
  readonly failed?: string | undefined;
}

/** Sees jobs, and cannot touch them. Errors of the outside world are thrown as `EngineError`. */
export interface JobSource {
  readonly engine: EngineName;
  /** It paces its calls itself and shares them fairly: any number of its targets may be listed at once. */
  readonly isPaced?: true;
  /** Every running and pending top-level job of all users, page by page, whatever its age. */
  list(target: TargetRef, budget: CallBudget): AsyncIterable<Page>;
  /** The job's full present record, its statement included; undefined when the engine does not know it. */
  get(ref: JobRef, budget: CallBudget): Promise<Job | undefined>;
  /** Running or pending children of a script or workflow; empty for a job that cannot have any. */
  activeChildren(ref: JobRef, budget: CallBudget): Promise<readonly Job[]>;
  /** The active projects below `folders/…` or `organizations/…`; left out where the engine knows no such thing. Never throws. */
  projectsBelow?(parent: string, budget: CallBudget): Promise<Below>;
  /** How far the engine's clock is ahead of this machine's, by its last answer; undefined where it does not say. */
  clockSkewMs?(): number | undefined;
}

/**
 * What came of asking for a cancel. `accepted` promises nothing: the job has to be looked at until it is done.
 * `observed`: nothing was sent, because this canceller only says what it would do.
 */
export type CancelAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'observed' }
  | { readonly kind: 'already-done'; readonly job: Job }
  | { readonly kind: 'gone' }
  | { readonly kind: 'forbidden'; readonly why: string }
  | { readonly kind: 'unsupported'; readonly why: string };

/** Asks an engine to cancel one job. Safe to repeat. Errors of the outside world are thrown as `EngineError`. */
export interface Canceller {
  cancel(job: Job, budget: CallBudget): Promise<CancelAnswer>;
}

/** What every engine offers: a source that can only look, and the one thing that can cancel. Nothing is sent before the first call. */
export interface Engine {
  readonly source: JobSource;
  readonly canceller: Canceller;
}

export type EngineFailure =
  | 'rate-limit'
  | 'forbidden'
  | 'unauthenticated'
  | 'not-found'
  | 'rejected'
  | 'server'
  | 'network'
  | 'timeout'
  | 'malformed';

/** The outside world failed. `retryable` says whether the same call may succeed later. The message begins with `[engine]`. */
export class EngineError extends Error {
  readonly engine: EngineName;
  readonly failure: EngineFailure;
  readonly retryable: boolean;
  readonly status: number | undefined;

  constructor(
    engine: EngineName,
    says: string,
    about: { failure: EngineFailure; retryable: boolean; status?: number; cause?: unknown },
  ) {
    super(`[${engine}] ${says}`, { cause: about.cause });
    this.name = 'EngineError';
    this.engine = engine;
    this.failure = about.failure;
    this.retryable = about.retryable;
    this.status = about.status;
  }
}
