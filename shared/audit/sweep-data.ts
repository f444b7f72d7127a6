import { z } from 'zod';
import { amount, count, mode, policyVersion, sentence, short, time } from './fields.ts';

const inForce = {
  policy: policyVersion.nullable().describe('The policy in force; null when none was ever good.'),
  mode: z.object({ setting: mode, policy: mode.nullable() }).readonly(),
  why: sentence,
};

export const breakerData = z
  .object({
    ...inForce,
    plannedCancels: count,
    jobsSeen: count,
    maxCancels: count,
    maxShare: amount.optional(),
    closedByHand: z
      .object({ reason: sentence, by: short.optional(), at: time })
      .readonly()
      .optional()
      .describe('Who let this sweep through, and why. Left out: fewer cancels are planned again.'),
  })
  .readonly()
  .meta({ id: 'BreakerData', description: 'The breaker opened or closed. maxShare is a part of 1.' });

export const stopData = z
  .object({
    ...inForce,
    until: time.optional().describe('When the order ends by itself. Left out: what stops the cancels is no order.'),
    reason: sentence.optional(),
    by: short.optional(),
    since: time.optional().describe('When a sweep first saw what is over now.'),
  })
  .readonly()
  .meta({ id: 'StopData', description: 'Every cancel is stopped by hand, or is not any more.' });

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

const change = z
  .object({
    effect: z
      .enum(['harsher', 'softer', 'either', 'neutral'])
      .describe(
        'harsher: more jobs may be cancelled or warned of, or sooner; either: harsher for some and softer for others.',
      ),
    where: short,
    says: sentence,
  })
  .readonly();

/** More changes than this are only counted; the harsher ones come first. */
export const maxChanges = 30;

const difference = z
  .object({
    before: z.object({ sha256: short }).readonly().describe('The policy that was in force before.'),
    known: z
      .boolean()
      .describe('False: the text before is not known to this instance, so that nothing can be compared.'),
    harsher: z
      .boolean()
      .describe('Whether something became harsher, or may have: also where the text before is not known.'),
    changes: z.array(change).max(maxChanges).readonly(),
    moreChanges: count,
  })
  .readonly();
/** What a policy changed, for the record. */
export type PolicyDifference = z.infer<typeof difference>;

export const policyData = z
  .object({
    ...inForce,
    subject: policyVersion.describe('The policy that was rejected, or that is in force from now on.'),
    problems: z.array(problem).max(20).readonly(),
    moreProblems: count,
    difference: difference.optional().describe('What is other than before; only where the policy changed.'),
  })
  .readonly()
  .meta({ id: 'PolicyData', description: 'A policy was rejected or changed.' });

export const targetData = z
  .object({ ...inForce, target: short, failure: short.optional(), retryable: z.boolean().optional() })
  .readonly()
  .meta({ id: 'TargetData', description: 'A target could not be listed, or not completely.' });

/** The rules of more are left out, those with the least to say. */
export const maxRules = 100;

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
    rules: z
      .record(short, z.object({ jobs: count, over: count, unknown: count }).readonly())
      .readonly()
      .optional()
      .describe(
        'What each rule covers, as far as there is room: its jobs, those over its limit, those it cannot judge.',
      ),
    troubles: z.array(sentence).max(50).readonly(),
  })
  .readonly()
  .meta({ id: 'SweepData', description: 'One pass over all targets, in numbers.' });
export type SweepData = z.infer<typeof sweepData>;
