import { z } from 'zod';
import { bounded } from './text.ts';

/** The building blocks of the data of all events; texts are bounded, so that an event stays far below 64 KiB. */
export const short = z.string().max(300);
export const sentence = z.string().max(1000);
export const longId = z.string().max(1100);
export const count = z.int().min(0);
export const amount = z.number().min(0);
export const time = z.iso.datetime();
export const mode = z.enum(['observe', 'enforce']);

export const policyVersion = z
  .object({
    sha256: short.describe('SHA-256 in hex of the text of the policy.'),
    where: short.describe('Where the text was read: a path or an address.'),
    generation: short.optional().describe('Generation of the object that it was read from.'),
  })
  .readonly()
  .meta({ id: 'PolicyVersion' });
/** Which text of the policy was in force. */
export type PolicyVersion = z.infer<typeof policyVersion>;

/** The version within the bounds of the schema, and nothing else that the caller's object may hold. */
export function boundedVersion({ sha256, where, generation }: PolicyVersion): PolicyVersion {
  return {
    sha256: bounded(sha256, 300),
    where: bounded(where, 300),
    generation: generation && bounded(generation, 300),
  };
}
