import type { Job } from '../jobs/job.ts';
import { isActive } from './active.ts';
import type { Compiled, CompiledRule } from './compile.ts';
import { allBlocks, copyInto, noBlocks } from './block-set.ts';
import { overOf } from './limits.ts';
import { surelyHolds } from './matchers.ts';
import { scopesOf } from './scopes.ts';
import type { Truth } from './truth.ts';

/** How far a rule reaches: jobs that it is about, those over its limit, and those of which that cannot be told. */
export interface RuleCoverage {
  readonly jobs: number;
  readonly over: number;
  /** Its match or its limit asks something that the engine does not say. A rule with nothing else guards nobody. */
  readonly unknown: number;
}

/** Counts, job by job, what each rule of a policy covers. */
export interface Coverage {
  note(job: Job): void;
  rules(): Readonly<Record<string, RuleCoverage>>;
}

type Tally = { -readonly [Count in keyof RuleCoverage]: number };

/** Adds a job that the rule may be about. */
function add(tally: Tally, over: Truth): void {
  tally.jobs += 1;
  if (over === true) tally.over += 1;
  if (over === undefined) tally.unknown += 1;
}

/**
 * Coverage of the rules that are active at `nowMs`, by the jobs as they are listed. Jobs that are not judged do not count.
 * Which rules are about a job is looked up, as every sweep asks it of every job.
 */
export function coverageOf(compiled: Compiled, nowMs: number): Coverage {
  const { costs } = compiled.deployment;
  const active = compiled.rules.filter(({ rule }) => isActive(rule.active, nowMs, compiled.policy.timezone));
  const found = new Map(active.map((one): [CompiledRule, Tally] => [one, { jobs: 0, over: 0, unknown: 0 }]));
  const scopes = scopesOf(active);
  const overFor = ({ match, lines: [limit] }: CompiledRule, job: Job): Truth =>
    limit !== undefined && surelyHolds(match, job) ? overOf(limit, job, nowMs, costs) : undefined;
  const [set, every] = [noBlocks(scopes.count), allBlocks(scopes.count)];
  return {
    note: (job) => {
      if (job.redacted || typeof job.parentId === 'string') return;
      if (job.state !== 'running' && job.state !== 'pending') return;
      copyInto(set, every);
      for (const rule of scopes.rulesOf(set, job)) {
        const tally = found.get(rule);
        if (tally !== undefined) add(tally, overFor(rule, job));
      }
    },
    rules: () => Object.fromEntries([...found].map(([{ rule }, tally]) => [rule.name, { ...tally }])),
  };
}
