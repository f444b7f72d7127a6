import { z } from 'zod';
import { engineNames } from '../jobs/job.ts';
import { actions, ends, holders, metrics } from '../jobs/verdict.ts';

/** What happened, as far as the reader is concerned. `trouble` is about Jobwarden itself and goes to the operators. */
const phases = ['warned', 'cancelled', 'followed-up', 'would-have', 'trouble'] as const;
export type Phase = (typeof phases)[number];

/** The CloudEvents type of a notice on its way from `watch` to `notify`. */
export const noticeType = 'dev.jobwarden.notice.v1';

/** At most this many jobs stand in one notice; the rest is counted. */
export const maxJobs = 10;

const short = z.string().max(300);
const sentence = z.string().max(1000);
const epochMs = z.number().int().min(0).max(8.64e15);

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

const noticeJob = z
  .object({
    /** Id of the audit event that records it, and of the case that it belongs to. */
    event: z.string().min(1).max(500),
    case: short.min(1),
    engine: z.enum(engineNames),
    project: short,
    location: short.optional(),
    id: z.string().max(1100),
    principal: short.optional(),
    client: short.optional(),
    /** What the client said about its run: `dag daily_sales, task load`. */
    clientRun: short.optional(),
    /** Only where it is not the owner of the notice: a notice to the operators may be about the jobs of many owners. */
    owner: short.optional(),
    hints: z.array(sentence).max(5).readonly(),
    rule: short,
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

/** What a notice says about one job. */
export type NoticeJob = z.infer<typeof noticeJob>;

/**
 * What one owner is told in one message, as it travels from `watch` to `notify`. Receivers are tried in order: the next
 * one only when the one before can never be reached. Fields that are not known here are dropped, so `watch` may be newer.
 */
export const noticeSchema = z
  .object({
    /** The same for the same sweep, owner, phase, receivers, cases and attempts. */
    id: z.string().regex(/^[a-z0-9-]{8,80}$/),
    phase: z.enum(phases),
    owner,
    receivers: z.array(receiver).max(10).readonly(),
    mode: z.enum(['observe', 'enforce']),
    sweepId: short,
    atMs: epochMs,
    policy: z.object({ sha256: short, where: short }).readonly(),
    jobs: z.array(noticeJob).max(maxJobs).readonly(),
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
      .object({ title: short.min(1), lines: z.array(sentence).max(20).readonly() })
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
