import type { RuleAnswer } from '../backtest/answer.ts';
import type { Counted } from '../backtest/counter.ts';
import type { Action, Mode } from '../jobs/verdict.ts';

/** How cancels that were sent ended, by the job. `open`: written ahead, and nothing more is on record. */
export interface CancelsDone {
  readonly sent: number;
  readonly confirmed: number;
  readonly finishedFirst: number;
  readonly failedByItself: number;
  readonly gone: number;
  readonly forbidden: number;
  readonly unconfirmed: number;
  readonly error: number;
  readonly open: number;
}

/** From the moment at which a limit passed to the cancel that was accepted. */
export interface Delay {
  readonly count: number;
  readonly meanMs: number;
  readonly p95Ms: number;
}

/** What speaks for or against a rule. `against` are parts of a sentence. */
export interface RuleVerdict {
  readonly kind: 'ready' | 'not-ready' | 'in-force' | 'look-at' | 'quiet' | 'no-cancel';
  readonly says: string;
  readonly against: readonly string[];
}

/** What one rule did in the period, by jobs. */
export interface RuleReport {
  readonly rule: string;
  readonly action: Action;
  /** As it was last; undefined where nothing says so. */
  readonly mode: Mode | undefined;
  readonly inPolicy: boolean | undefined;
  readonly over: number;
  readonly recorded: number;
  readonly warned: number;
  readonly wouldWarn: number;
  readonly wouldCancel: number;
  /** Of those, the jobs whose end is on record. */
  readonly wouldKnown: number;
  readonly cancels: CancelsDone;
  readonly delay: Delay | undefined;
  /** Marked by people. */
  readonly marked: { readonly falseAlarm: number; readonly rightly: number };
  /** Of the jobs that were cancelled, or would have been and are over: those that were marked, or are likely. */
  readonly falseAlarms: { readonly count: number; readonly of: number };
  /** Jobs that its cancels were followed by: the same query of the same principal, over a limit again. */
  readonly startedAgain: number;
  readonly messages: { readonly told: number; readonly undeliverable: number };
  /** The jobs that it would have cancelled, as a backtest says it; `jobs` and `unjudged` by looks of sweeps. */
  readonly observed: RuleAnswer;
  /** Exemptions that keep its jobs and end soon. */
  readonly expiring: readonly { readonly reason: string; readonly expires: string; readonly jobs: number }[];
  readonly verdict: RuleVerdict;
}

/** An exemption, and how many jobs it kept. */
export interface ExemptionReport {
  readonly reason: string;
  readonly approvedBy: string;
  readonly expires: string;
  readonly jobs: number;
  readonly rules: readonly string[];
  readonly inPolicy: boolean;
  /** Whole days until its last day, where that is not over. */
  readonly daysLeft: number | undefined;
}

/** What was really observed and done in a period. Times are ISO 8601. */
export interface ReportAnswer {
  readonly period: { readonly from: string; readonly to: string };
  /** Of the first and the last event; undefined where there was none. */
  readonly events: { readonly first: string; readonly last: string } | undefined;
  readonly jobs: number;
  readonly rules: readonly RuleReport[];
  /** Rules of the policy that no job was over. */
  readonly neverFired: readonly string[];
  readonly delay: Delay | undefined;
  readonly breaker: {
    readonly openings: number;
    readonly openMs: number;
    readonly byHand: number;
    /** By the ledger; undefined where none was read. */
    readonly openSince: string | undefined;
  };
  readonly exemptions: readonly ExemptionReport[] | undefined;
  readonly optOut: { readonly jobs: number; readonly owners: Counted; readonly offered: boolean | undefined };
  readonly coverage: { readonly sweeps: number };
  readonly messages: { readonly delivered: number; readonly undeliverable: number } | undefined;
  readonly marks: { readonly falseAlarm: number; readonly rightly: number; readonly ofOtherJobs: number } | undefined;
  /** By the ledger. */
  readonly cases: { readonly open: number; readonly unconfirmed: number; readonly forbidden: number } | undefined;
  /** How often each of these happened: edits of the policy, orders to stop, targets that failed. */
  readonly others: Readonly<Record<string, number>>;
  readonly unknownEvents: Readonly<Record<string, number>>;
  readonly leftOut: number;
  readonly assumptions: readonly string[];
}
