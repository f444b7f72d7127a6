import { randomUUID } from 'node:crypto';
import type { Request, Response } from '@google-cloud/functions-framework';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { readShardMessage, whyUnread, type ShardMessage } from '../../shared/ledger/shard-message.ts';
import { ledgersOf, shardLedger, shardOf } from '../../shared/ledger/shards.ts';
import type { Turn } from '../../shared/ledger/turn.ts';
import { shardName } from './hand-out.ts';
import { heirOf } from './ledgers.ts';
import { wholeOf } from './part.ts';
import { sweep } from './watch.ts';
import type { World } from './world.ts';

/** What a shard needs beside the world of a sweep: which parts there are, and the places that its message names. */
export interface ShardPorts {
  readonly shards: number;
  readonly identities: readonly string[];
  readonly world: Omit<World, 'ledger' | 'engines' | 'heartbeat'>;
  readonly ledgers: (name: string) => Ledger;
  /** The engines at the pace and as the identity that a message names. */
  readonly engines: (message: ShardMessage) => World['engines'];
  /** True for one delivery of a message, and for none that came after a later one. */
  readonly takeTurn: (message: ShardMessage, turn: Turn) => Promise<boolean>;
}

/** The world of one shard's part of a sweep. */
function worldOf(ports: ShardPorts, message: ShardMessage): World {
  const { shard, shards, former, minuteMs, found } = message;
  const ledger = shardLedger(shards, shard);
  const looksIn = (target: string) => shardOf(target, shards) === shard;
  const others = former.flatMap(ledgersOf).filter((name) => name !== ledger);
  const heir = heirOf(ports.ledgers(ledger), others.map(ports.ledgers), looksIn);
  const part = { ledger, minuteMs, looksIn, speaks: false, elsewhere: heir.elsewhere, found, others: [] };
  const { clock } = ports.world;
  return {
    ...ports.world,
    ledger: heir.ledger,
    engines: ports.engines(message),
    part: { ...wholeOf(clock.now()), ...part },
  };
}

/** Why a message is acknowledged unread; undefined: it is this deployment's to do. */
function whyNot(ports: ShardPorts, message: ShardMessage): string | undefined {
  const nowMs = ports.world.clock.now();
  const { identity } = message;
  if (identity !== undefined && !ports.identities.includes(identity))
    return `It names ${identity}, which is none of JOBWARDEN_SHARD_IDENTITIES.`;
  return whyUnread(message, { nowMs, shards: ports.shards });
}

async function sweepPart(ports: ShardPorts, message: ShardMessage): Promise<void> {
  const { shard, shards, sentAtMs } = message;
  const sweepId = `${message.sweepId}-${shard + 1}of${shards}-${randomUUID().slice(0, 8)}`;
  const { log } = ports.world;
  const name = shardName(shard, shards);
  if (!(await ports.takeTurn(message, { sentAtMs, sweepId }))) {
    log({
      severity: 'INFO',
      message: `A message for ${name} was delivered before, or is overtaken: it is left alone.`,
    });
    return;
  }
  try {
    await sweep(worldOf(ports, message), sweepId);
  } catch (error) {
    // Not asked for again: the next minute's message looks again, and this turn is taken.
    log({ severity: 'CRITICAL', message: `The sweep of ${name} broke off: ${String(error)}`, error });
  }
}

/**
 * `shard` as an HTTP function for a Pub/Sub push subscription: one shard's part of a sweep. Answers 204 when it is done, or
 * the message is none of its own, too old or malformed; 503 when it has to come again, because this instance is at work or
 * the state cannot be reached; 405.
 */
export function shardHandler(ports: ShardPorts) {
  const { log } = ports.world;
  let isUnderWay = false;
  const handled = async (request: Request): Promise<204 | 503> => {
    const message = readShardMessage(request.body);
    const unread = typeof message === 'string' ? message : whyNot(ports, message);
    if (typeof message === 'string' || unread !== undefined) {
      log({ severity: 'WARNING', message: `A message is acknowledged unread: ${unread}`, event: 'shard.unread' });
      return 204;
    }
    if (isUnderWay) return 503;
    isUnderWay = true;
    try {
      await sweepPart(ports, message);
      return 204;
    } catch (error) {
      log({ severity: 'ERROR', message: `A shard could not begin: ${String(error)}`, error });
      return 503;
    } finally {
      isUnderWay = false;
    }
  };
  return async (request: Request, response: Response): Promise<void> => {
    if (request.method === 'POST') response.status(await handled(request)).end();
    else response.set('Allow', 'POST').status(405).json({ error: 'A shard is asked for with POST.' });
  };
}
