import { randomInt } from 'node:crypto';
import type { CallBudget, Entry, Objects } from '../objects/objects.ts';
import { claimTimes } from './claims.ts';

/** Bounds of one call. `shard` is the part of all notices that is looked at: one of 16, any one unless told otherwise. */
export interface ExpiryOptions {
  readonly shard?: number;
  readonly timeoutMs?: number;
  readonly mostDeleted?: number;
}

/** Notices are spread over the first digit of their ids, which is one of a hash. */
const shards = 16;

/**
 * Deletes claims and receipts that nobody has written for 14 days, and says how many; `now` gives epoch ms. One call looks
 * at a sixteenth of the notices, in bounded time, and deletes a bounded number: to be called now and then.
 */
export async function sweepExpired(
  objects: Objects,
  now: () => number,
  { shard = randomInt(shards), timeoutMs = 5000, mostDeleted = 200 }: ExpiryOptions = {},
): Promise<number> {
  const budget: CallBudget = { untilMs: now() + timeoutMs, signal: AbortSignal.timeout(timeoutMs) };
  const before = now() - claimTimes.keepMs;
  const digit = shard.toString(shards);
  let deleted = 0;
  try {
    for (const folder of ['claims', 'receipts']) {
      for await (const { name, generation } of old(objects, `${folder}/notice-${digit}`, { before, budget })) {
        if (deleted >= mostDeleted) return deleted;
        if (await objects.delete(name, { ifGeneration: generation }, budget)) deleted += 1;
      }
    }
  } catch (error) {
    // That there was no time left for more is not a failure.
    if (!budget.signal.aborted && now() < budget.untilMs) throw error;
  }
  return deleted;
}

async function* old(
  objects: Objects,
  prefix: string,
  { before, budget }: { readonly before: number; readonly budget: CallBudget },
): AsyncGenerator<Entry> {
  for await (const entry of objects.list(prefix, budget)) {
    if (entry.updatedAtMs < before) yield entry;
  }
}
