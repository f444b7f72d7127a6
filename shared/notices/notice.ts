import { createHash } from 'node:crypto';
import { z } from 'zod';
import { engineNames } from '../jobs/job.ts';
import { actions, ends, holders, metrics } from '../jobs/verdict.ts';

/** What happened, as far as the reader is concerned. `trouble` is about Jobwarden itself and goes to the operators. */
const phases = ['warned', 'cancelled', 'followed-up', 'would-have', 'trouble'] as const;
export type Phase = (typeof phases)[number];

/** The CloudEvents type of a notice on its way from `watch` to `notify`. */
export const noticeType = 'dev.jobwarden.notice.v1';

/** At most this many jobs stand in a message; the rest of a warning is named in its thread, any other rest is counted. */
export const maxJobs = 10;

/** At most this many jobs stand in one message of a thread. */
export const maxThreadJobs = 20;

const short = z.string().max(300);
const sentence = z.string().max(1000);
const epochMs = z.number().int().min(0).max(8.64e15);

const noticeId = z.string().regex(/^[a-z0-9-]{8,80}$/);

const contact = z.object({ slack: short.optional(), email: short.optional() }).readonly();

const owner = z
  .object({ name: short.min(1), kind: z.enum(['person', 'team', 'fallback']), foundBy: short, reach: contact })
  .readonly();

const address = z.union([z.object({ email: short.min(3) }).readonly(), z.object({ channel: short.min(1) }).readonly()]);

/** Whom to reach on a channel: a person by address, or a room (a Slack channel) by name or id. */
export type Address = z.infer<typeof address>;

const receiver = z.object({ channel: short.min(1), to: address }).readonly();

/** One way to reach somebody: the name of a channel, and the address there. */
export type Receiver = z.infer<typeof receiver>;

const measurement = z
  .object({
    metric: z.enum(metrics),
    value: z.number().optional(),
    threshold: z.number(),
    over: z.boolean().optional(),
    why: sentence.optional(),
  })
  .readonly();

/** What a notice says about one job. Fields that may be left out came later: older notices do not have them. */
export const noticeJobSchema = z
  .object({
    /** Id of the audit event that records it, and of the case that it belongs to. */
    event: z.string().min(1).max(500),
    case: short.min(1),
    engine: z.enum(engineNames),
    project: short,
    location: short.optional(),
    id: z.string().max(1100),
    /** What and where it is in the words of its engine, where its id does not say it. */
    called: short.optional(),
    principal: short.optional(),
    client: short.optional(),
    /** What the client said about its run: `dag daily_sales, task load`. */
    clientRun: short.optional(),
    /** Only where it is not the owner of the notice: a notice to the operators may be about the jobs of many owners. */
    owner: short.optional(),
    hints: z.array(sentence).max(5).readonly(),
    rule: short,
    /** Why the rule exists, in the words of the policy. */
    ruleSays: sentence.optional(),
    action: z.enum(actions),
    line: z.enum(['warnAt', 'limit']),
    because: sentence,
    measured: z.array(measurement).max(16).readonly(),
    did: z.enum(ends),
    why: sentence,
    spent: z
      .object({
        runTimeMs: z.number().min(0).optional(),
        bytesProcessed: z.number().min(0).optional(),
        slotMs: z.number().min(0).optional(),
      })
      .readonly(),
    /** What it has cost so far by list price, and whether that is billed by what it reads or was paid for as slots. */
    cost: z
      .object({ usd: z.number().min(0), paidBy: z.enum(['on-demand', 'reserved']) })
      .readonly()
      .optional(),
    /** For whom its client ran it, where that is not known; and who may start it again. */
    behind: sentence.optional(),
    again: sentence.optional(),
    /** Ready for a shell: to look at the job, and to run its statement once more. */
    commands: z
      .object({ see: z.string().max(1500), repeat: z.string().max(1500).optional() })
      .readonly()
      .optional(),
    /** For the operators only: the rules that applied as well and lost, and lines for the policy. */
    lost: z.array(sentence).max(5).readonly().optional(),
    snippet: z.array(sentence).max(12).readonly().optional(),
    /** It was warned of before, and still stands. */
    repeated: z.literal(true).optional(),
    /** When it was decided, where that was not when the notice was written. */
    decidedAtMs: epochMs.optional(),
    willCancelAtMs: epochMs.optional(),
    /** When a cancelled job ended. */
    endedAtMs: epochMs.optional(),
    heldBack: z
      .object({ by: z.enum(holders), why: sentence })
      .readonly()
      .optional(),
    /** The first line of the statement, and who may read it. */
    query: z
      .object({ firstLine: z.string().max(80), for: z.enum(['author', 'all']) })
      .readonly()
      .optional(),
    consoleUrl: z.string().max(4000).optional(),
    /** What happened to the data, and the one thing to do next, as sentences. */
    data: sentence,
    next: sentence,
  })
  .readonly();

export type NoticeJob = z.infer<typeof noticeJobSchema>;

/**
 * What one owner is told in one message, as it travels from `watch` to `notify`. Receivers are tried in order: the next
 * one only when the one before can never be reached. Fields that are not known here are dropped, so `watch` may be newer.
 */
export const noticeSchema = z
  .object({
    /** The same for the same sweep, owner, phase, receivers, cases and attempts. */
    id: noticeId,
    /** Cases that are over, beside those that `jobs` say so of: a channel that keeps alerts resolves theirs. */
    closed: z.array(short).max(100).readonly().optional(),
    phase: z.enum(phases),
    owner,
    receivers: z.array(receiver).max(10).readonly(),
    mode: z.enum(['observe', 'enforce']),
    sweepId: short,
    atMs: epochMs,
    /** The time zone of the policy, by its IANA name: the one its readers live in. */
    timezone: short.optional(),
    /** The notice in whose thread this one belongs: the first about these jobs to the same receivers. */
    follows: noticeId.optional(),
    /** A warning of many jobs comes in several notices; all but the first stand in the thread of the first. */
    part: z
      .object({ number: z.number().int().min(1), of: z.number().int().min(2) })
      .readonly()
      .optional(),
    /** What was collected of a day: since when, and how many verdicts of each rule. */
    daily: z
      .object({
        sinceMs: epochMs,
        rules: z
          .array(z.object({ rule: short, count: z.number().int().min(1) }).readonly())
          .max(10)
          .readonly(),
      })
      .readonly()
      .optional(),
    policy: z.object({ sha256: short, where: short }).readonly(),
    jobs: z.array(noticeJobSchema).max(maxThreadJobs).readonly(),
    /** Jobs that are not in `jobs`. */
    moreJobs: z.number().int().min(0),
    /** How each of all the jobs ended up, those not in `jobs` included. */
    counts: z.partialRecord(z.enum(ends), z.number().int().min(0)).readonly(),
    help: z
      .object({
        askIn: short.optional(),
        exemptionUrl: z.string().max(2000).optional(),
        runbookUrl: z.string().max(2000).optional(),
      })
      .readonly(),
    trouble: z
      .object({
        title: short.min(1),
        lines: z.array(sentence).max(20).readonly(),
        /** What it is about, the same for as long as it lasts; and whether this says that it is over. */
        about: short.optional(),
        isOver: z.boolean().optional(),
      })
      .readonly()
      .optional(),
  })
  .refine(
    (notice) => (notice.phase === 'trouble') === (notice.trouble !== undefined),
    'trouble and its phase go together',
  )
  .refine((notice) => notice.phase === 'trouble' || notice.jobs.length > 0, 'a notice about jobs names at least one')
  .readonly();
export type Notice = z.infer<typeof noticeSchema>;

/** The name of a receiver in keys and receipts: `slack:alice@example.com`, `slack:#data-cost`. */
export function receiverKey(receiver: Receiver): string {
  return `${receiver.channel}:${'email' in receiver.to ? receiver.to.email : receiver.to.channel}`;
}

/** The name of a chain of receivers in keys. */
export function chainKey(chain: readonly Receiver[]): string {
  return createHash('sha256').update(chain.map(receiverKey).join(' ')).digest('hex').slice(0, 12);
}
