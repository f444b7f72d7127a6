import type { Job } from './job.ts';
import type { Owner } from './owner.ts';

export const actions = ['record', 'warn', 'cancel'] as const;
export type Action = (typeof actions)[number];

/** Observe says what it would do; enforce does it. */
export type Mode = 'observe' | 'enforce';

/** The four settings of which the softest counts. */
export interface Modes {
  readonly setting: Mode;
  readonly policy: Mode;
  readonly target: Mode;
  readonly rule: Mode;
}

export const metrics = [
  'runTime',
  'queueTime',
  'bytesProcessed',
  'bytesEstimated',
  'slotHours',
  'costSoFar',
  'costEstimated',
] as const;
/** What a limit can be put on. Units of its numbers: times in ms, bytes, slot hours, USD. */
export type Metric = (typeof metrics)[number];

/** One limit held against one job. `value` undefined: unknown, with the reason in `why`. */
export interface Measurement {
  readonly metric: Metric;
  readonly value?: number;
  readonly threshold: number;
  readonly over?: boolean;
  readonly why?: string;
}

/** Why a verdict is not carried out. */
export const holders = [
  'mode',
  'reach',
  'protection',
  'exemption',
  'freeze',
  'opt-out',
  'grace',
  'breaker',
  'budget',
  'active',
  'stop',
  'clock',
  'failures',
  'record',
  'retries',
  'look-again',
  'time',
] as const;
export type Holder = (typeof holders)[number];

/** A verdict that is not carried out, with the sentence that says why. */
export interface HeldBack {
  readonly by: Holder;
  readonly why: string;
  /** The cancel becomes a warning: its owner is told instead. */
  readonly tell?: true;
}

/** Another rule that also applied and lost against a more severe or an earlier one. */
export interface Superseded {
  readonly rule: string;
  readonly action: Action;
  readonly because: string;
}

/** What the policy says about one job, with its reason in words. `heldBack` is what keeps it from being carried out. */
export interface Verdict {
  readonly job: Job;
  readonly rule: string;
  readonly action: Action;
  /** `limit`: the rule's limit has passed. `warnAt`: only its earlier warning line has. */
  readonly phase: 'warnAt' | 'limit';
  /** The softest of deployment setting, policy, target and rule. */
  readonly mode: Mode;
  readonly modes: Modes;
  /** "has run for 31 min, over the limit of 30 min" */
  readonly because: string;
  readonly measured: readonly Measurement[];
  readonly superseded: readonly Superseded[];
  /** Epoch ms at which a warned job would be cancelled if it goes on; undefined where that cannot be told. */
  readonly cancelAtMs?: number;
  /** Epoch ms; a planned cancel is not sent before it, because the limit or the grace has not passed yet. */
  readonly dueMs?: number;
  readonly owner?: Owner;
  readonly heldBack?: HeldBack;
}

export const ends = [
  'recorded',
  'warned',
  'would-have-been-warned',
  'would-have-been-cancelled',
  'cancelled',
  'finished-first',
  'failed-by-itself',
  'gone',
  'forbidden',
  'unconfirmed',
  'held-back',
  'ended',
  'withdrawn',
  'error',
] as const;
export type End = (typeof ends)[number];

/** What became of a verdict. `job` is the last record that was seen of it; `why` is a sentence. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly did: End;
  readonly why: string;
  readonly job: Job;
  /** Epoch ms on the watchdog's clock, set where a cancel was sent. */
  readonly cancelSentAtMs?: number;
  readonly confirmedAtMs?: number;
}
