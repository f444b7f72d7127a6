import type { Clock } from '../../functions/watch/clock.ts';
import type { CallBudget, Canceller, EngineFailure, JobSource, Page, TargetRef } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import { jobName, type Job, type JobRef } from '../../shared/jobs/job.ts';
import type { Trouble } from '../contracts/engine.ts';
import type { SimService } from './service.ts';

/** What a request meets on its way; `lost answer`: it was carried out, and nobody heard of it. */
export type RequestTrouble = Trouble | 'lost answer';

export interface Request {
  readonly what: 'list' | 'get' | 'children' | 'cancel';
  /** A target, or the id of a job. */
  readonly of: string;
}

/** A page of a listing, and the token of the next one. */
export interface SimPage {
  readonly jobs: readonly Job[];
  readonly unreachable?: readonly string[];
  readonly next?: string | undefined;
}

/** The way to the service: how long it takes, what goes wrong on it, and who looks on. */
export interface Way {
  readonly clock: Clock;
  /** Asked at each request, retries included. */
  readonly meets: (request: Request) => RequestTrouble | undefined;
  /** Before a request arrives; it may take its time. */
  readonly before: (request: Request, signal: AbortSignal) => Promise<void>;
  /** A request arrived and is about to be carried out. */
  readonly arrived: (request: Request) => void;
  readonly requestTimeoutMs: number;
  readonly random: () => number;
  /** How far the service's clock is ahead of this machine's. */
  readonly skewMs: () => number;
  readonly pages?: (of: { readonly target: string; readonly parent?: string }, token: string | undefined) => SimPage;
}

const tries = 5;
const firstWaitMs = 500;
const longestWaitMs = 8000;

interface Failed {
  readonly failure: EngineFailure;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

const failures: Readonly<Record<Exclude<Trouble, 'hang' | 'stall'>, Failed>> = {
  unauthenticated: { failure: 'unauthenticated', retryable: false },
  forbidden: { failure: 'forbidden', retryable: false },
  throttled: { failure: 'rate-limit', retryable: true },
  'throttled for an hour': { failure: 'rate-limit', retryable: true, retryAfterMs: 3_600_000 },
  broken: { failure: 'server', retryable: true },
  reset: { failure: 'network', retryable: true },
  nonsense: { failure: 'malformed', retryable: false },
  refused: { failure: 'rejected', retryable: false },
  unsupported: { failure: 'rejected', retryable: false },
};
const timeout: Failed = { failure: 'timeout', retryable: true };

function toError({ what, of }: Request, { failure, retryable }: Failed): EngineError {
  return new EngineError('bigquery', `${what} of ${of}: ${failure}`, { failure, retryable });
}

async function attempt<T>(
  request: Request,
  budget: CallBudget,
  by: { readonly way: Way; readonly work: () => T },
): Promise<{ readonly value: T } | Failed> {
  const { way, work } = by;
  await way.before(request, budget.signal);
  if (budget.signal.aborted) return timeout;
  const trouble = way.meets(request);
  way.arrived(request);
  if (trouble === undefined) return { value: work() };
  if (trouble === 'lost answer') {
    work();
    return { failure: 'network', retryable: true };
  }
  if (trouble !== 'hang' && trouble !== 'stall') return failures[trouble];
  await way.clock.wait(way.requestTimeoutMs, budget.signal);
  return timeout;
}

/** As the adapters do it: five tries, growing pauses, and never a request after its time. */
async function ask<T>(
  request: Request,
  budget: CallBudget,
  by: { readonly way: Way; readonly work: () => T },
): Promise<T> {
  const { clock, random } = by.way;
  for (let tried = 1; ; tried += 1) {
    if (budget.signal.aborted || clock.now() >= budget.untilMs) throw toError(request, timeout);
    const result = await attempt(request, budget, by);
    if ('value' in result) return result.value;
    if (budget.signal.aborted) throw toError(request, timeout);
    const pauseMs = random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (tried - 1));
    const waitMs = Math.max(pauseMs, result.retryAfterMs ?? 0);
    if (!result.retryable || tried >= tries || clock.now() + waitMs >= budget.untilMs) throw toError(request, result);
    if (waitMs > 0) await clock.wait(waitMs, budget.signal);
  }
}

/** A simulated engine behind the port: the service is elsewhere, and may be shared by several of these. */
export function simEngine(
  service: SimService,
  way: Way,
): { readonly source: JobSource; readonly canceller: Canceller } {
  const pageOf = (of: { readonly target: string; readonly parent?: string }, token: string | undefined): SimPage =>
    way.pages?.(of, token) ?? {
      jobs: of.parent === undefined ? service.running(of.target) : service.children(of.parent),
    };

  async function* pages(
    of: { readonly target: string; readonly parent?: string },
    request: Request,
    budget: CallBudget,
  ): AsyncGenerator<Page> {
    const seen = new Set<string>();
    const tokens = new Set<string>();
    let token: string | undefined;
    do {
      const at = token;
      const page = await ask(request, budget, { way, work: () => pageOf(of, at) });
      token = page.next;
      if (token !== undefined && tokens.has(token)) throw toError(request, failures.nonsense);
      if (token !== undefined) tokens.add(token);
      const jobs = page.jobs.filter((job) => !seen.has(jobName(job)));
      for (const job of jobs) seen.add(jobName(job));
      yield { jobs, unreachable: page.unreachable ?? [], unreadable: [] };
    } while (token !== undefined);
  }

  async function activeChildren(ref: JobRef, budget: CallBudget): Promise<readonly Job[]> {
    const found: Job[] = [];
    const of = { target: ref.target, parent: ref.id };
    for await (const page of pages(of, { what: 'children', of: ref.id }, budget)) found.push(...page.jobs);
    return found;
  }

  return {
    source: {
      engine: 'bigquery',
      list: (target: TargetRef, budget) => pages({ target: target.name }, { what: 'list', of: target.name }, budget),
      get: (ref, budget) => ask({ what: 'get', of: ref.id }, budget, { way, work: () => service.find(ref) }),
      activeChildren,
      clockSkewMs: way.skewMs,
    },
    canceller: {
      cancel: async (job, budget) => {
        try {
          return await ask({ what: 'cancel', of: job.id }, budget, { way, work: () => service.cancel(job) });
        } catch (error) {
          if (!(error instanceof EngineError) || error.failure !== 'forbidden') throw error;
          return { kind: 'forbidden', why: error.message };
        }
      },
    },
  };
}
