import { z } from 'zod';
import { mostShards } from './shards.ts';

const project = z.object({ project: z.string().min(1).max(200), isNew: z.boolean() });

/** One shard's part of a sweep. Times are epoch ms. */
const shardMessageSchema = z.object({
  version: z.literal(1),
  /** The sweep of which this is a part, and the minute that it is for. */
  sweepId: z.string().min(1).max(200),
  minuteMs: z.number().int(),
  sentAtMs: z.number().int(),
  /** Counted from 0. */
  shard: z.number().int().min(0),
  shards: z.number().int().min(2).max(mostShards),
  /** Earlier numbers of shards whose ledgers may still have open cases; 1 is the one ledger. */
  former: z.array(z.number().int().min(1).max(mostShards)).max(mostShards),
  /** How fast this shard may call each method of BigQuery, and how many calls may be under way. */
  requestsPerSecond: z.number().positive().max(999),
  requestsInFlight: z.number().int().positive().max(100),
  /** The service account that it calls BigQuery as; its own where left out. */
  identity: z.string().includes('@').max(300).optional(),
  policySha256: z.string().max(100),
  /** The projects of this shard that were found, by folder or organization: what the policy names itself is not in here. */
  found: z.record(z.string(), z.array(project)),
});

/** One shard's part of a sweep: the first sentence of a message is for which minute it is. */
export type ShardMessage = z.infer<typeof shardMessageSchema>;

/** The name of the event that carries a shard's part; its `kind` is `shard`. */
export const shardEventName = 'shard.due';

const push = z.object({ message: z.object({ data: z.string().min(1) }) });
const event = z.object({ type: z.literal(`dev.jobwarden.${shardEventName}.v1`), data: z.unknown() });

/** A message in the body of a push request, or a sentence that says what is wrong with it. */
export function readShardMessage(body: unknown): ShardMessage | string {
  const pushed = push.safeParse(body);
  if (!pushed.success) return 'There is no Pub/Sub message with data in the request.';
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(pushed.data.message.data, 'base64').toString('utf8'));
  } catch {
    return 'The data of the Pub/Sub message is not base64 of JSON.';
  }
  const carried = event.safeParse(json);
  if (!carried.success) return 'The data of the Pub/Sub message is no message for a shard.';
  const read = shardMessageSchema.safeParse(carried.data.data);
  if (!read.success) {
    const [issue] = read.error.issues;
    return `The message is not understood: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`.slice(0, 300);
  }
  return read.data.shard < read.data.shards ? read.data : 'The message is for a shard that there is none of.';
}

/** How old a message may be when it is begun: after a period the next one is on its way. */
const longestAgeMs = 60_000;

/** Why a message is not worth reading on; undefined: it is. */
export function whyUnread(
  { sentAtMs, shards }: Pick<ShardMessage, 'sentAtMs' | 'shards'>,
  by: { readonly nowMs: number; readonly shards: number },
): string | undefined {
  const ageMs = by.nowMs - sentAtMs;
  if (ageMs > longestAgeMs) return `It is ${Math.round(ageMs / 1000)} s old: the next one is on its way.`;
  if (ageMs < -longestAgeMs) return `It is from the future, by ${Math.round(-ageMs / 1000)} s: a clock is off.`;
  if (shards !== by.shards) return `It is one of ${shards}, and this deployment has ${by.shards} shards.`;
  return undefined;
}
