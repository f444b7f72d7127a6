import type { Action, Metric } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import { soonMs, soonShare } from './after.ts';
import type { Counted } from './counter.ts';
import type { Opening } from './plan.ts';
import type { Sampled } from './samples.ts';
import type { Hour } from './timeline.ts';

/** From what is surely so to what is so at most. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What one rule would have done in the period, and what came of it. */
export interface RuleAnswer {
  readonly rule: string;
  readonly action: Action;
  /** Jobs that the rule is about, or may be. */
  readonly jobs: number;
  /** Of those, the ones that it could not judge: its match or its limit asks what is not known. */
  readonly unjudged: number;
  readonly recorded: number;
  readonly warned: number;
  /** Jobs whose cancel would have been sent. */
  readonly cancels: number;
  /** Of those, the ones that succeeded by themselves soon after. */
  readonly likelyFalseAlarms: number;
  /** How the cancelled ones ended by themselves. */
  readonly ended: { readonly succeeded: number; readonly failed: number; readonly stopped: number };
  /** Jobs over the limit whose cancel was held back to their end, by what held it back last. */
  readonly heldBack: Readonly<Record<string, number>>;
  /** What the cancelled jobs did from their cancel to their end. */
  readonly after: {
    readonly timeMs: Range;
    readonly slotHours: Range;
    readonly usd: Range;
    /** Cancelled jobs of which no cost is known. */
    readonly unpriced: number;
  };
  readonly owners: Counted;
  readonly clients: Counted;
  readonly breakerOpenings: number;
}

/** When one verdict would have fallen, and what its job did afterwards. */
export interface VerdictAnswer {
  readonly job: string;
  readonly principal: string | undefined;
  readonly owner: string;
  readonly client: string;
  readonly rule: string;
  readonly did: 'cancel' | 'held back' | 'warn' | 'record';
  readonly at: string;
  readonly because: string;
  readonly heldBack?: { readonly by: string; readonly why: string };
  readonly after: {
    readonly how: 'succeeded' | 'failed' | 'stopped';
    readonly timeMs: number;
    readonly slotHours: number | undefined;
    readonly usd: number | undefined;
    readonly likelyFalseAlarm: boolean;
  };
}

/** The jobs of a rule in small, for pictures and what-if questions. */
export interface RuleSample {
  readonly rule: string;
  readonly action: Action;
  readonly metric: Metric;
  readonly limit: Limit;
  readonly jobs: readonly Sampled[];
}

/** What a policy would have done in a period. */
export interface Answer {
  readonly period: { readonly from: string; readonly to: string } | undefined;
  readonly jobs: {
    readonly judged: number;
    readonly redacted: number;
    readonly partsOfScripts: number;
    /** In projects that no target of the policy names. */
    readonly notListed: number;
    readonly projects: number;
  };
  readonly rules: readonly RuleAnswer[];
  readonly breaker: { readonly openings: number; readonly openMs: number; readonly first: readonly Opening[] };
  readonly verdicts: readonly VerdictAnswer[];
  readonly verdictsLeftOut: number;
  /** Hits beyond what is planned sweep by sweep: not in the numbers of cancels. */
  readonly hitsLeftOut: number;
  readonly assumptions: readonly string[];
  /** When it would have happened. */
  readonly hours: readonly Hour[];
}

/** What every answer takes for granted, in sentences. */
export const assumptions: readonly string[] = [
  'Everything in the policy is taken to be in force, whatever its modes say: the question is what enforcing would do.',
  'A job has done its work evenly over its run time: bytes, slot time and cost grow in proportion to the time.',
  'Sweeps begin on whole minutes, list every job, and every cancel takes effect at once.',
  'A message is delivered a minute after the sweep that wrote it; from then a grace counts.',
  'Nobody starts a cancelled job again, and no job runs differently because another was cancelled.',
  `A likely false alarm succeeded by itself within ${soonMs / 60_000} min of its cancel, or within ${soonShare * 100} % of its run time.`,
  'Time and slot hours after the cancel: from those of jobs that were no likely false alarm, to those of all.',
  'Money: from the slot time of reservations alone, because BigQuery may bill a cancelled on-demand query in full, to everything at list or policy prices.',
  'The view has no estimates of bytes and no states but the last: limits on estimates cannot be judged.',
];
