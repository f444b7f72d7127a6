import { z } from 'zod';
import { detailKeys, engineNames } from '../jobs/job.ts';
import { actions, ends, holders, metrics } from '../jobs/verdict.ts';
import { amount, count, longId, mode, policyVersion, sentence, short, time } from './fields.ts';

const contact = z.object({ slack: short.optional(), email: short.optional() }).readonly();

const job = z
  .object({
    name: longId.describe('engine:project:location.id'),
    engine: z.enum(engineNames),
    target: short,
    project: short,
    location: short.optional(),
    id: longId,
    state: z.enum(['pending', 'running', 'done', 'unknown']),
    redacted: z.boolean(),
    createdAt: time.optional(),
    startedAt: time.optional(),
    endedAt: time.optional(),
    jobType: short.optional(),
    statementType: short.nullable().optional(),
    priority: z.enum(['interactive', 'batch']).nullable().optional(),
    details: z
      .partialRecord(z.enum(detailKeys), short)
      .readonly()
      .optional()
      .describe('Where it belongs in the words of its engine: the instance and pipeline, the cluster, the queue.'),
    labels: z.record(z.string().max(63), z.string().max(63)).readonly().optional(),
    labelsNote: sentence.optional().describe('Says so where labels were left out or cut short.'),
    reservation: short.nullable().optional(),
    edition: short.nullable().optional(),
    continuous: z.boolean().optional(),
    bytesProcessed: amount.optional(),
    bytesEstimated: amount.optional(),
    slotMs: amount.optional(),
    parentId: longId.nullable().optional(),
    children: count.optional(),
    destination: longId.nullable().optional(),
    doubts: z.array(sentence).max(20).readonly().optional().describe('What could not be read in the record.'),
    queryHash: short.optional().describe('SHA-256 of the statement without comments, literals and layout.'),
  })
  .readonly()
  .meta({
    id: 'Job',
    description: 'A field left out is unknown, null is known to be absent. Sizes in bytes, slot time in ms.',
  });

const ranBy = z
  .object({
    principal: short.optional(),
    kind: z.enum(['person', 'serviceAccount', 'external']).optional(),
    client: short
      .nullable()
      .optional()
      .describe('The client that submitted the job; null is known to be none of them.'),
    clientPossible: z.array(short).max(20).readonly().describe('Clients that only the statement would show.'),
    clientHints: z.record(z.string().max(63), short).readonly(),
  })
  .readonly()
  .meta({ id: 'RanBy' });

const owner = z
  .object({
    name: short,
    kind: z.enum(['person', 'team', 'fallback']),
    foundBy: sentence.describe('The step of the policy that found the owner, and the steps that did not.'),
    reach: contact,
  })
  .readonly()
  .meta({ id: 'Owner' });

const measurement = z
  .object({
    metric: z.enum(metrics),
    unit: z.enum(['ms', 'bytes', 'slot hours', 'USD']),
    value: z.number().nullable().describe('null is unknown; why then says the reason.'),
    threshold: z.number(),
    over: z.boolean().nullable(),
    why: sentence.optional(),
  })
  .readonly()
  .meta({ id: 'Measurement' });

const rule = z
  .object({
    name: short,
    action: z.enum(actions),
    phase: z.enum(['warnAt', 'limit']),
    because: sentence,
    measured: z.array(measurement).max(20).readonly(),
    superseded: z
      .array(z.object({ name: short, action: z.enum(actions), because: sentence }).readonly())
      .max(20)
      .readonly(),
  })
  .readonly()
  .meta({ id: 'Rule' });

/** What an event about one job says. */
export const jobData = z
  .object({
    job,
    ranBy,
    owner: owner.nullable().describe('null where the owner was not looked for.'),
    rule,
    attempt: count,
    outcome: z
      .object({ did: z.enum(ends), why: sentence })
      .readonly()
      .nullable()
      .describe('null where nothing was done yet.'),
    heldBack: z
      .object({ by: z.enum(holders), why: sentence })
      .readonly()
      .nullable(),
    policy: policyVersion,
    mode: z
      .object({ setting: mode, policy: mode, target: mode, rule: mode, effective: mode })
      .readonly()
      .describe('The four parts, and the softest of them, which counts.'),
    when: z
      .object({
        measuredAt: time,
        cancelAt: time.optional().describe('When a warned job would be cancelled if it goes on.'),
        cancelSentAt: time.optional(),
        confirmedAt: time.optional(),
      })
      .readonly(),
    result: z
      .object({
        how: z.enum(['succeeded', 'failed', 'stopped']),
        reason: short.optional(),
        message: sentence.optional(),
      })
      .readonly()
      .nullable()
      .describe('How the job ended; null while that is not known.'),
    spent: z
      .object({
        runTimeMs: amount.optional(),
        slotHours: amount.optional(),
        bytesProcessed: amount.optional(),
        costUsd: amount.optional(),
      })
      .readonly(),
  })
  .readonly()
  .meta({ id: 'JobData', description: 'What the watchdog knew, decided and did about one job.' });
export type JobData = z.infer<typeof jobData>;
