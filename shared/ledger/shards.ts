import { sha256 } from '../audit/text.ts';

/** The object of the one ledger, which is also that of whoever hands work out to shards. */
export const mainLedger = 'ledger.json';

/** At most so many shards: the fleet's own document can be written about once a second. */
export const mostShards = 64;

/** The object in which one of so many shards keeps its ledger; shards are counted from 0. */
export function shardLedger(shards: number, index: number): string {
  return `shards/${shards}/${index}.json`;
}

/** The object that says for which sweep a shard was begun last. */
export function shardTurn(shards: number, index: number): string {
  return `shards/${shards}/${index}.turn.json`;
}

/** The ledgers of a layout: of so many shards, or with 1 the one ledger. */
export function ledgersOf(shards: number): readonly string[] {
  return shards === 1 ? [mainLedger] : Array.from({ length: shards }, (_, index) => shardLedger(shards, index));
}

/**
 * The shard that a target belongs to, from 0, by a hash of its name: the same whoever asks and whatever other targets there
 * are, so that all cases of a target stay in one ledger.
 */
export function shardOf(target: string, shards: number): number {
  return Number.parseInt(sha256(target, 8), 16) % shards;
}

/** The ledger that the cases of a target belong into. */
export function homeOf(target: string, shards: number): string {
  return shards === 1 ? mainLedger : shardLedger(shards, shardOf(target, shards));
}
