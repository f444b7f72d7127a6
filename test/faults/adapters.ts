import { setTimeout as sleep } from 'node:timers/promises';
import { pubSubTrail } from '../../shared/audit/trail.ts';
import { bigQuery } from '../../shared/engines/bigquery.ts';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { stopName } from '../../shared/ledger/stop.ts';
import { cloudStorageObjects } from '../../shared/objects/cloud-storage.ts';

/** How long a request, a call with all its tries, and a publish may take. */
export interface Patience {
  readonly requestMs: number;
  readonly callMs: number;
  readonly publishMs: number;
}

/** Where nothing is silent nobody waits for it; it only must not run out on a busy machine. */
export const calm: Patience = { requestMs: 10_000, callMs: 20_000, publishMs: 3000 };
/** A tenth of production, where a request may take 10 s, and a call to the ledger or a publish 8 s. */
export const hasty: Patience = { requestMs: 1000, callMs: 800, publishMs: 800 };

/** Where a cell's `watch` finds everything, and its clock. */
export interface Places {
  readonly bigquery: string;
  readonly storage: string;
  readonly policyBucket: string;
  readonly stateBucket: string;
  readonly topic: string;
  /** Undefined: what is published goes past all faults. */
  readonly pubsub: string | undefined;
  readonly now: () => number;
}

export type Adapters = ReturnType<typeof adaptersOf>;

/** The real adapters of `watch`; their pauses between tries and swaps are short. */
export function adaptersOf(places: Places, { requestMs, callMs, publishMs }: Patience) {
  const { now, storage, topic } = places;
  const quick = { now, random: () => 0, requestTimeoutMs: requestMs };
  const policy = cloudStorageObjects({ ...quick, bucket: places.policyBucket, endpoint: storage });
  const state = cloudStorageObjects({ ...quick, bucket: places.stateBucket, endpoint: storage });
  const budget = () => ({ untilMs: now() + callMs, signal: AbortSignal.timeout(callMs) });
  return {
    policy,
    ledger: objectLedger(state, { now, wait: async (ms) => sleep(ms / 20), timeoutMs: callMs }),
    receipts: objectReceipts(state, { now, timeoutMs: callMs }),
    engine: bigQuery({ ...quick, endpoint: places.bigquery }),
    trail:
      places.pubsub === undefined ? undefined : pubSubTrail({ topic, endpoint: places.pubsub, timeoutMs: publishMs }),
    readStop: async () => {
      const found = await policy.get(stopName, budget());
      return found === undefined ? undefined : Buffer.from(found.bytes).toString();
    },
    writePolicy: async (text: string) => {
      await policy.put('policy.yaml', { bytes: Buffer.from(text), ifGeneration: 'absent' }, budget());
    },
  };
}
