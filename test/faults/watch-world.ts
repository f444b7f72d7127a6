import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../../functions/log.ts';
import type { World } from '../../functions/watch/world.ts';
import type { JobSpec } from '../../infra/local/bigquery/spec.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { isBeingCancelled } from '../../shared/ledger/case.ts';
import { emptyLedger, ledgerSchema, type LedgerDocument } from '../../shared/ledger/document.ts';
import { stopSwitch } from '../../shared/ledger/stop.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { objectPolicySource } from '../../shared/policy/cloud-source.ts';
import { logInto } from '../secrets/listen.ts';
import { adaptersOf, calm, hasty, type Adapters } from './adapters.ts';
import { startGrpcProxy } from './grpc-proxy.ts';
import { startProxy, type Asked } from './proxy.ts';
import { policyOf, type FaultCloud } from './watch-cloud.ts';

/** A cancel that reached BigQuery, and whether the ledger held its plan and its intent by then. */
interface SentCancel {
  readonly id: string;
  readonly isPlanned: boolean;
  readonly hasIntent: boolean;
}

/** One cell's `watch` with the real adapters, each behind a proxy, and a clock that can be moved on. */
export type WatchWorld = Awaited<ReturnType<typeof aWatchWorld>>;

function ledgerIn({ storage }: FaultCloud, bucket: string): LedgerDocument {
  const found = storage.object({ bucket, name: 'ledger.json' });
  return found === undefined ? emptyLedger : ledgerSchema.parse(JSON.parse(found.bytes.toString()));
}

/** Looks, when a cancel is about to reach BigQuery, at what the ledger has of it. */
function sentCancel({ path }: Asked, { cases, outbox }: LedgerDocument): SentCancel {
  const id = decodeURIComponent(path.split('/').at(-2) ?? '');
  const known = Object.values(cases).find(({ job }) => job.id === id);
  const isIntent = (event: TrailEvent) =>
    event.case === known?.id && event.id.includes('.cancel.intended.') && event.id.endsWith(`.${known?.attempts}`);
  return { id, isPlanned: known !== undefined && isBeingCancelled(known), hasIntent: outbox.some(isIntent) };
}

/** A `watch` of adapters that may be others at each call. */
function worldOf(
  adapters: () => Adapters,
  cloud: FaultCloud,
  about: { source: string; now: () => number; log: LogEntry[] },
): World {
  const { source, now, log } = about;
  const policy: Objects = {
    ...adapters().policy,
    get: (name, budget, generation) => adapters().policy.get(name, budget, generation),
  };
  return {
    settings: { mode: 'enforce', source, ownPrincipal: undefined },
    policy: objectPolicySource(policy, 'policy.yaml', now),
    ledger: {
      read: () => adapters().ledger.read(),
      swap: (document, generation) => adapters().ledger.swap(document, generation),
    },
    receipts: { get: (notice) => adapters().receipts.get(notice) },
    stop: stopSwitch(undefined, () => adapters().readStop(), now),
    trail: { publish: (events) => (adapters().trail ?? cloud.trail).publish(events) },
    engines: async () => {
      const { source: jobs, canceller } = adapters().engine;
      return { sources: { bigquery: jobs }, cancellers: { bigquery: canceller } };
    },
    clock: {
      now,
      after: (ms) => AbortSignal.timeout(ms),
      wait: async (ms, signal) => {
        await sleep(ms / 20, undefined, { signal }).catch(() => undefined);
      },
    },
    log: logInto(log),
  };
}

/** A job of an hour so far, whose end comes with a cancel. */
function runawayOf(project: string, label: string): JobSpec {
  return {
    project,
    id: `runaway-of-${project}`,
    principal: `${project}@example.com`,
    labels: { env: label },
    query: 'SELECT 1',
    startedAgoMs: 3_600_000,
    runsForMs: 86_400_000,
    onCancel: { how: 'stops', afterMs: 0 },
  };
}

/** The proxies before the services of a cell. */
async function startProxies(
  { bigquery, storage, pubsub }: FaultCloud,
  about: { readonly now: () => number; readonly breaksPubSub: boolean; readonly onForward: (asked: Asked) => void },
) {
  const { now, breaksPubSub, onForward } = about;
  const toBigQuery = await startProxy({ upstream: bigquery.url, api: 'bigquery', now, onForward });
  const toStorage = await startProxy({ upstream: storage.url, api: 'storage', now });
  const toPubSub = breaksPubSub ? await startGrpcProxy(pubsub.host) : undefined;
  return { toBigQuery, toStorage, toPubSub };
}

/** Makes the world of one cell: buckets and projects of its own, and a proxy before each service. */
export async function aWatchWorld(cloud: FaultCloud, name: string, breaksPubSub: boolean) {
  const { bigquery, storage } = cloud;
  const [a, b] = [`${name}-a`, `${name}-b`];
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const cancels: SentCancel[] = [];
  const log: LogEntry[] = [];
  const buckets = { policyBucket: `policy-${name}`, stateBucket: `state-${name}` };
  const ledger = () => ledgerIn(cloud, buckets.stateBucket);
  const onForward = (asked: Asked) => {
    if (asked.method === 'POST') cancels.push(sentCancel(asked, ledger()));
  };
  const proxies = await startProxies(cloud, { now, breaksPubSub, onForward });
  const { toBigQuery, toStorage, toPubSub } = proxies;
  storage.createBucket(buckets.policyBucket, { versioning: true });
  storage.createBucket(buckets.stateBucket);
  const proxied = { bigquery: toBigQuery.url, storage: toStorage.url, pubsub: toPubSub?.host };
  const places = { ...buckets, ...proxied, topic: cloud.topic, now };
  const all = { calm: adaptersOf(places, calm), hasty: adaptersOf(places, hasty) };
  const directly = adaptersOf({ ...places, storage: storage.url, pubsub: undefined }, calm);
  await directly.writePolicy(policyOf([a, b]));
  let mood: keyof typeof all = 'calm';
  return {
    world: worldOf(() => all[mood], cloud, { source: `//jobwarden/${name}`, now, log }),
    a,
    b,
    cancels,
    log,
    ledger,
    proxies,
    receipts: directly.receipts,
    now,
    /** How patient it is from now on: it should be hasty only while a call is silent. */
    be: (next: typeof mood) => void (mood = next),
    advance: (ms: number) => void (offsetMs += ms),
    runaway: (project: string, label: string) => void bigquery.addJob(runawayOf(project, label)),
    stateOf: (project: string) => bigquery.job(project, `runaway-of-${project}`)?.status.state ?? 'missing',
    close: async () => {
      await Promise.all([all.calm.trail?.close(), all.hasty.trail?.close()]);
      await Promise.all([toBigQuery.close(), toStorage.close(), toPubSub?.close()]);
    },
  };
}
