import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pubSubTrail } from '../../shared/audit/trail.ts';
import { fleetStore } from '../../shared/ledger/fleet-store.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import type { ShardMessage } from '../../shared/ledger/shard-message.ts';
import { mainLedger, shardTurn } from '../../shared/ledger/shards.ts';
import { openState } from '../../shared/ledger/state.ts';
import { stopName, stopSwitch } from '../../shared/ledger/stop.ts';
import { readTurn, takeTurn } from '../../shared/ledger/turn.ts';
import { isCloudAddress } from '../../shared/objects/address.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { objectPolicySource } from '../../shared/policy/cloud-source.ts';
import { filePolicySource, type PolicySource } from '../../shared/policy/source.ts';
import { writeLog } from '../log.ts';
import type { FleetSettings, WatchSettings } from '../settings.ts';
import { systemClock } from './clock.ts';
import type { Sharing } from './coordinate.ts';
import { usualRate } from './hand-out.ts';
import { engineOpener, watchHandler } from './handler.ts';
import { heartbeatTo } from './heartbeat.ts';
import { ledgersIn } from './ledgers.ts';
import { quietPlaces } from './quiet.ts';
import { shardHandler } from './shard.ts';
import type { World } from './world.ts';

const readMs = 5000;

interface PolicyPlace {
  readonly source: PolicySource;
  /** The text of the stop switch beside the policy; undefined where there is none. */
  readonly stop: () => Promise<string | undefined>;
}

function inFile(path: string): PolicyPlace {
  const stop = async () => {
    try {
      return await readFile(join(dirname(path), stopName), 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
  return { source: filePolicySource(path, Date.now), stop };
}

function inBucket({ policyFile, storageEndpoint }: WatchSettings): PolicyPlace {
  const slash = policyFile.lastIndexOf('/');
  const objects = openState(policyFile.slice(0, slash), { now: Date.now, endpoint: storageEndpoint });
  const stop = async () => {
    const found = await objects.get(stopName, { untilMs: Date.now() + readMs, signal: AbortSignal.timeout(readMs) });
    return found === undefined ? undefined : new TextDecoder().decode(found.bytes);
  };
  return { source: objectPolicySource(objects, policyFile.slice(slash + 1), Date.now), stop };
}

/** Everything that sweeps have in common, whoever makes them. */
function worldOf(settings: WatchSettings, state: Objects): Omit<World, 'ledger' | 'engines'> {
  const now = Date.now;
  const place = isCloudAddress(settings.policyFile) ? inBucket(settings) : inFile(settings.policyFile);
  return {
    settings,
    policy: place.source,
    receipts: objectReceipts(state, { now }),
    stop: stopSwitch(settings.stop, place.stop, now),
    trail: pubSubTrail({ topic: settings.topic }),
    clock: systemClock,
    active: new Set(),
    quiet: quietPlaces(),
    log: writeLog,
  };
}

const options = { now: Date.now, wait: async (ms: number) => wait(ms) };

function openPlace({ state, storageEndpoint }: WatchSettings): Objects {
  return openState(state, { now: Date.now, endpoint: storageEndpoint });
}

/** Without shards: nothing is ever handed out. */
const alone: FleetSettings = { shards: 1, topic: '', targetsPerSweep: Number.POSITIVE_INFINITY, identities: [] };

function sharingOf({ fleet: settings = alone, engines }: WatchSettings, state: Objects): Sharing {
  return {
    settings,
    rate: {
      requestsPerSecond: engines.bigquery.requestsPerSecond ?? usualRate.requestsPerSecond,
      requestsInFlight: engines.bigquery.requestsInFlight ?? usualRate.requestsInFlight,
    },
    fleet: fleetStore(state, options),
    shardTrail: pubSubTrail({ topic: settings.topic }),
    ledgers: ledgersIn(state, options),
    turnOf: async (shards, shard) => readTurn(state, shardTurn(shards, shard), options),
  };
}

/**
 * How sweeps are shared out. Without a setting for it they are not; but where there were shards before, what is open in
 * their ledgers has to move back: that is asked once by each instance.
 */
function sharingFor({ fleet: settings }: WatchSettings, sharing: Sharing): () => Promise<Sharing | undefined> {
  if (settings !== undefined) return async () => sharing;
  let asked: Promise<Sharing | undefined> | undefined;
  const ask = async () => {
    const { layout, former } = (await sharing.fleet.read()).document;
    return layout.shards > 1 || former.length > 0 ? sharing : undefined;
  };
  return async () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}

/** Makes `watch` from its settings; nothing is read or sent before the first request. */
export function startWatch(settings: WatchSettings) {
  const state = openPlace(settings);
  const sharing = sharingOf(settings, state);
  const { heartbeatUrl } = settings;
  const world = {
    ...worldOf(settings, state),
    ledger: sharing.ledgers(mainLedger),
    engines: engineOpener(settings, writeLog),
    heartbeat: heartbeatUrl === undefined ? undefined : heartbeatTo(heartbeatUrl, writeLog),
  };
  return watchHandler(world, sharingFor(settings, sharing));
}

/** An instance sees few identities and rates: as many as there are shards that it may be. */
const mostOpeners = 8;

/** Engines by the identity and the rate that messages name, kept for the next message that names the same. */
function openersOf(settings: WatchSettings): (message: ShardMessage) => World['engines'] {
  const openers = new Map<string, World['engines']>();
  return ({ identity, requestsPerSecond, requestsInFlight }) => {
    const key = JSON.stringify([identity, requestsPerSecond, requestsInFlight]);
    const bigquery = { ...settings.engines.bigquery, identity, requestsPerSecond, requestsInFlight };
    const opener = openers.get(key) ?? engineOpener({ engines: { ...settings.engines, bigquery } }, writeLog);
    openers.set(key, opener);
    const [oldest] = openers.keys();
    if (openers.size > mostOpeners && oldest !== undefined) openers.delete(oldest);
    return opener;
  };
}

/** Makes `shard` from the same settings; nothing is read or sent before the first message. */
export function startShard(settings: WatchSettings & { readonly fleet: FleetSettings }) {
  const state = openPlace(settings);
  const { shards, identities } = settings.fleet;
  return shardHandler({
    shards,
    identities,
    world: { ...worldOf(settings, state), fleet: fleetStore(state, options) },
    ledgers: ledgersIn(state, options),
    engines: openersOf(settings),
    takeTurn: async (message, turn) => takeTurn(state, shardTurn(message.shards, message.shard), turn, options),
  });
}
