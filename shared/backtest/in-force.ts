import { compile, namedTargets, type Compiled, type ToldState } from '../evaluate/compile.ts';
import { costsOf } from '../evaluate/cost.ts';
import type { Job } from '../jobs/job.ts';
import { jobName } from '../jobs/job.ts';
import { patienceMs } from './instants.ts';
import type { Policy } from '../policy/schema.ts';
import type { Lookups } from '../owners/owner.ts';

/** What a backtest is made with. */
export interface BacktestOptions {
  readonly policy: Policy;
  readonly lookups?: Lookups;
  readonly ownPrincipal?: string | undefined;
}

/** Which owners were told of which rule, by job: what a ledger would have known. */
type ToldBook = Map<string, Map<string, ToldState>>;

/** A policy as a backtest judges by it. */
export interface InForce {
  readonly compiled: Compiled;
  readonly told: ToldBook;
  readonly lookups: Lookups;
  /** Below this, waiting brings no job over a limit, nor makes a rule impatient. */
  readonly shortestWaitMs: number;
  /** Whether a sweep would have listed the job: a target names its project, or finds projects by itself. */
  readonly isListed: (job: Job) => boolean;
}

/** Names one run of a job. */
export function lifeKey(job: Job): string {
  return `${jobName(job)} ${job.createdAtMs}`;
}

function enforced(policy: Policy): Policy {
  return {
    ...policy,
    mode: 'enforce',
    targets: policy.targets.map((target) => ({ ...target, mode: 'enforce' as const })),
    rules: policy.rules.map((rule) => ({ ...rule, mode: 'enforce' as const })),
  };
}

function shortestWaitMs({ rules }: Policy): number {
  const waits = rules.flatMap(({ limit, warnAt }) => [limit.of.queueTime, warnAt?.of.queueTime]);
  return Math.min(patienceMs, ...waits.filter((wait) => wait !== undefined));
}

function listing(policy: Policy): (job: Job) => boolean {
  const names = new Set(namedTargets(policy).map(({ name }) => name));
  const findsMore = policy.targets.some((target) => target.engine === 'bigquery' && target.projects === undefined);
  return ({ target }) => findsMore || names.has(target);
}

/** Makes a policy ready as if it enforced everything in it, whatever its modes say: the question is what that would do. */
export function inForce({ policy, lookups = {}, ownPrincipal }: BacktestOptions): InForce {
  const told: ToldBook = new Map();
  const compiled = compile(enforced(policy), {
    setting: 'enforce',
    ownPrincipal,
    costs: costsOf(policy.prices),
    told: (job, rule) => told.get(lifeKey(job))?.get(rule),
  });
  return { compiled, told, lookups, shortestWaitMs: shortestWaitMs(policy), isListed: listing(policy) };
}
