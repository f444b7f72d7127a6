import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pubSubTrail } from '../../shared/audit/trail.ts';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { openState } from '../../shared/ledger/state.ts';
import { stopName, stopSwitch } from '../../shared/ledger/stop.ts';
import { isCloudAddress } from '../../shared/objects/address.ts';
import { objectPolicySource } from '../../shared/policy/cloud-source.ts';
import { filePolicySource, type PolicySource } from '../../shared/policy/source.ts';
import { writeLog } from '../log.ts';
import type { WatchSettings } from '../settings.ts';
import { systemClock } from './clock.ts';
import { engineOpener, watchHandler } from './handler.ts';
import { heartbeatTo } from './heartbeat.ts';

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

/** Makes `watch` from its settings; nothing is read or sent before the first request. */
export function startWatch(settings: WatchSettings) {
  const now = Date.now;
  const place = isCloudAddress(settings.policyFile) ? inBucket(settings) : inFile(settings.policyFile);
  const state = openState(settings.state, { now, endpoint: settings.storageEndpoint });
  return watchHandler({
    settings,
    policy: place.source,
    ledger: objectLedger(state, { now, wait: async (ms) => wait(ms) }),
    receipts: objectReceipts(state, { now }),
    stop: stopSwitch(settings.stop, place.stop, now),
    trail: pubSubTrail({ topic: settings.topic }),
    engines: engineOpener(settings, writeLog),
    clock: systemClock,
    active: new Set(),
    heartbeat: settings.heartbeatUrl === undefined ? undefined : heartbeatTo(settings.heartbeatUrl, writeLog),
    log: writeLog,
  });
}
