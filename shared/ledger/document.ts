import { z } from 'zod';
import { engineNames } from '../jobs/job.ts';
import type { TrailEvent } from '../audit/trail.ts';
import type { Verdict } from '../jobs/verdict.ts';

const epochMs = z.number();
// Made once: a schema is compiled when it is first used, and a ledger may hold thousands of verdicts.
const verdictShape = z.object({
  job: z.object({ id: z.string() }),
  rule: z.string(),
  action: z.string(),
  modes: z.object({}),
});
const isVerdict = (value: unknown): boolean => verdictShape.safeParse(value).success;

/** A verdict as this product wrote it earlier; only what makes it one is looked at again. */
const verdict = z.custom<Verdict>(isVerdict, 'is no verdict');

const jobIdentity = z.object({
  engine: z.enum(engineNames),
  target: z.string(),
  project: z.string(),
  location: z.string().optional(),
  id: z.string(),
  createdAtMs: epochMs.optional(),
  principal: z.string().optional(),
});

const caseStates = ['observed', 'warned', 'planned', 'cancelling', 'unconfirmed', 'forbidden', 'closed'] as const;

/** A cancel that is to be sent: not before `dueMs`, by the sweep `sweepId` only, and by nobody after `notAfterMs`. */
const plan = z.object({ sweepId: z.string(), dueMs: epochMs, notAfterMs: epochMs });

/** That an owner was told of a rule in force: by which notice, when it was written, and what became of it. */
const told = z.object({
  noticeId: z.string(),
  atMs: epochMs,
  receipt: z.object({ how: z.enum(['delivered', 'undeliverable']), atMs: epochMs }).optional(),
});
/** That an owner was told. Grace counts from the receipt. */
export type Told = z.infer<typeof told>;

/** One job's open story. Times are epoch ms. */
const caseSchema = z.object({
  id: z.string(),
  job: jobIdentity,
  state: z.enum(caseStates),
  rule: z.string(),
  /** Cancels planned so far; each has its number in the event ids. */
  attempts: z.number(),
  /** How many of them came to nothing before anything was sent. */
  unsent: z.number().optional(),
  /** The number of the last event of this case. */
  sequence: z.number(),
  /** What was reported, as `rule.action.phase.holder` → when. */
  reported: z.record(z.string(), epochMs),
  /** What the owner was told while it was in force, by rule: grace counts from the receipt of that notice. */
  told: z.record(z.string(), told),
  /** By which notices people were told of it: receivers (and, after a blank, rule and line) → the first notice. */
  notices: z.record(z.string(), z.string()).optional(),
  openedAtMs: epochMs,
  updatedAtMs: epochMs,
  /** The last verdict on it, without the statement: what a follow-up needs to tell the whole story. */
  verdict: verdict.optional(),
  plan: plan.optional(),
  cancelSentAtMs: epochMs.optional(),
});
/** One job's open story. */
export type Case = z.infer<typeof caseSchema>;
export type CaseState = Case['state'];

/** An attempt to cancel, for the budgets of an hour and for counting retries. */
const attempt = z.object({
  atMs: epochMs,
  case: z.string(),
  rule: z.string(),
  owner: z.string(),
  principal: z.string().optional(),
  queryHash: z.string().optional(),
  pastBreaker: z.boolean(),
});
/** An attempt to cancel, kept for a while. */
export type CancelAttempt = z.infer<typeof attempt>;

/** A job that the rule will reach at `dueMs`, between two sweeps: its limit or grace ends then. */
const foreseenJob = z.object({ job: jobIdentity, rule: z.string(), dueMs: epochMs });

/** Failures in a row of one target, and until when it is only observed because of them. */
const targetHealth = z.object({ failures: z.number(), observeUntilMs: epochMs });
export type TargetHealth = z.infer<typeof targetHealth>;

/**
 * What was observed since the operators were told of it last: how often each end and each rule, and the costliest jobs as
 * notices say them, with the weight they are sorted by.
 */
const daily = z.object({
  sinceMs: epochMs,
  toldAtMs: epochMs.optional(),
  ends: z.record(z.string(), z.number()),
  rules: z.record(z.string(), z.number()),
  jobs: z.array(z.object({ weight: z.number(), job: z.unknown() })),
});

const eventShape = z.object({ specversion: z.literal('1.0'), id: z.string(), type: z.string(), time: z.string() });
const isEvent = (value: unknown): boolean => eventShape.safeParse(value).success;

/** A CloudEvent that still has to be published, as it will go out. */
const event = z.custom<TrailEvent>(isEvent, 'is no event');

/** The one document where cases and outbox live between sweeps. */
export const ledgerSchema = z.object({
  version: z.literal(1),
  cases: z.record(z.string(), caseSchema),
  /** Events that are recorded and not known to be published. */
  outbox: z.array(event),
  /** Troubles that stand, by name, with the time they began; `told:` keys are when the operators were told. */
  troubles: z.record(z.string(), epochMs),
  attempts: z.array(attempt),
  /**
   * Jobs that the sweep which began at `atMs` hands over to the next: they will be due too late for it. `count` of them
   * were foreseen among the `seen` jobs that it saw, also those that are left out here.
   */
  foreseen: z.object({ atMs: epochMs, seen: z.number(), count: z.number(), jobs: z.array(foreseenJob) }).optional(),
  targets: z.record(z.string(), targetHealth),
  /** Until when the whole sweep only observes because several targets failed. */
  observeUntilMs: epochMs,
  /** Who closed the breaker by hand, and why; it holds for the next sweep that would open it. */
  breakerClosed: z.object({ atMs: epochMs, reason: z.string(), by: z.string().optional() }).optional(),
  /** Which policy was in force in the last sweep that wrote the ledger, and since when. */
  policySeen: z.object({ sha256: z.string(), sinceMs: epochMs }).optional(),
  /** What the operators hear once a day of what is only observed. */
  daily: daily.optional(),
  /** When each project was seen first that was found below a folder or an organization; 0: longer ago than anybody asks. */
  projectsSeen: z.record(z.string(), epochMs).optional(),
  heartbeatAtMs: epochMs,
});

export type LedgerDocument = z.infer<typeof ledgerSchema>;

/** A ledger in which nothing has happened. */
export const emptyLedger: LedgerDocument = {
  version: 1,
  cases: {},
  outbox: [],
  troubles: {},
  attempts: [],
  targets: {},
  observeUntilMs: 0,
  heartbeatAtMs: 0,
};
