/** How long a call may take: nothing starts after `untilMs` (epoch ms), and `signal` ends what is under way. */
export interface CallBudget {
  readonly untilMs: number;
  readonly signal: AbortSignal;
}

/** An object as it was read, whole. `generation` names exactly these bytes; `updatedAtMs` may be cut to the second. */
export interface Found {
  readonly bytes: Uint8Array;
  readonly generation: string;
  readonly updatedAtMs: number;
}

/** One generation of an object, without its bytes. */
export interface Version {
  readonly generation: string;
  readonly updatedAtMs: number;
  readonly sizeBytes: number;
}

/** An object in a listing. */
export interface Entry extends Version {
  readonly name: string;
}

/** What to write, and what has to stand there for it: a generation, nothing (`absent`), or anything (undefined). */
export interface Write {
  readonly bytes: Uint8Array;
  readonly ifGeneration: string | undefined;
  /** `application/octet-stream` if left out; stores without such a thing forget it. */
  readonly contentType?: string;
}

/**
 * A place for named bytes. Every write gives the object a new generation, greater than those before it, and nobody ever
 * sees half of one. Generations are compared, never read. Errors of the outside world are thrown as `ObjectsError`.
 */
export interface Objects {
  /** For messages: `gs://bucket`, or the path of a folder. */
  readonly place: string;
  /** The object, or one generation of it; undefined when there is no such. */
  get(name: string, budget: CallBudget, generation?: string): Promise<Found | undefined>;
  /** Writes, or says `lost`: something else stands there than the condition names, and nothing was written. */
  put(name: string, write: Write, budget: CallBudget): Promise<{ readonly generation: string } | 'lost'>;
  /** False: there was nothing, or it was not that generation any more. True: it is gone. */
  delete(name: string, about: { readonly ifGeneration?: string }, budget: CallBudget): Promise<boolean>;
  /** All objects whose names begin with the prefix, in no promised order. */
  list(prefix: string, budget: CallBudget): AsyncIterable<Entry>;
  /** Earlier generations that the store has kept, newest first, also those of a deleted object; most stores keep none. */
  versions(name: string, budget: CallBudget): Promise<readonly Version[]>;
}

export type ObjectsFailure =
  | 'rate-limit'
  | 'forbidden'
  | 'unauthenticated'
  | 'not-found'
  | 'rejected'
  | 'conflict'
  | 'server'
  | 'network'
  | 'timeout'
  | 'malformed';

interface AboutFailure {
  readonly failure: ObjectsFailure;
  readonly retryable: boolean;
  readonly unsettled?: boolean;
  readonly status?: number;
  readonly cause?: unknown;
}

/**
 * The outside world failed. `retryable` says whether the same call may succeed later. `unsettled` says that a write may
 * have been carried out all the same: read before writing again. The message begins with `[objects]`.
 */
export class ObjectsError extends Error {
  readonly failure: ObjectsFailure;
  readonly retryable: boolean;
  readonly unsettled: boolean;
  readonly status: number | undefined;

  constructor(says: string, about: AboutFailure) {
    super(`[objects] ${says}`, { cause: about.cause });
    this.name = 'ObjectsError';
    this.failure = about.failure;
    this.retryable = about.retryable;
    this.unsettled = about.unsettled ?? false;
    this.status = about.status;
  }
}
