import { z } from 'zod';
import { amount, count, mode, policyVersion, sentence, short, time } from './fields.ts';

const inForce = {
  policy: policyVersion.nullable().describe('The policy in force; null when none was ever good.'),
  mode: z.object({ setting: mode, policy: mode.nullable() }).readonly(),
  why: sentence,
};

export const breakerData = z
  .object({ ...inForce, plannedCancels: count, jobsSeen: count, maxCancels: count, maxShare: amount.optional() })
  .readonly()
  .meta({ id: 'BreakerData', description: 'The breaker opened or closed. maxShare is a part of 1.' });

const problem = z
  .object({
    code: short,
    severity: z.enum(['error', 'warning', 'note']),
    where: short,
    line: count.optional(),
    says: sentence,
    try: sentence,
  })
  .readonly();

export const policyData = z
  .object({
    ...inForce,
    subject: policyVersion.describe('The policy that was rejected, or that is in force from now on.'),
    problems: z.array(problem).max(20).readonly(),
    moreProblems: count,
  })
  .readonly()
  .meta({ id: 'PolicyData', description: 'A policy was rejected or changed.' });

export const targetData = z
  .object({ ...inForce, target: short, failure: short.optional(), retryable: z.boolean().optional() })
  .readonly()
  .meta({ id: 'TargetData', description: 'A target could not be listed, or not completely.' });

const targetSummary = z
  .object({
    name: short,
    complete: z.boolean(),
    jobs: count,
    redacted: count,
    unreadable: count,
    unreachable: z.array(short).max(50).readonly(),
    why: sentence.optional(),
  })
  .readonly();
/** How the listing of one target went. */
export type TargetSummary = z.infer<typeof targetSummary>;

export const sweepData = z
  .object({
    ...inForce,
    startedAt: time,
    durationMs: amount,
    targets: z.array(targetSummary).max(500).readonly(),
    moreTargets: count,
    counts: z.record(z.string().max(63), count).readonly(),
    troubles: z.array(sentence).max(50).readonly(),
  })
  .readonly()
  .meta({ id: 'SweepData', description: 'One pass over all targets, in numbers.' });
export type SweepData = z.infer<typeof sweepData>;
