import { sweep } from '../../../functions/watch/watch.ts';
import type { World } from '../../../functions/watch/world.ts';
import { objectLedger } from '../../../shared/ledger/ledger-store.ts';
import { memoryReceipts } from '../../../shared/ledger/receipts.ts';
import { memoryObjects } from '../../../shared/objects/memory.ts';
import type { Objects } from '../../../shared/objects/objects.ts';
import { policySource } from '../../../shared/policy/source.ts';
import { aRule } from '../../make.ts';
import { whoIsTold } from '../../watch/a-world.ts';
import type { VirtualClock } from '../../watch/virtual-clock.ts';
import type { Random } from '../random.ts';
import { takes } from './assumptions.ts';
import { bytesLimit, slotLimit, timeLimits } from './crowd.ts';
import type { Service } from './service.ts';
import type { Job } from '../../../shared/jobs/job.ts';

// Synthetic: no such project or person exists.

/** Something that is started once a minute. */
export interface Sweeper {
  readonly sweep: (turn: number) => Promise<void>;
}

/** What sweepers work in. */
export interface Place {
  readonly service: Service;
  readonly clock: VirtualClock;
  readonly random: Random;
}

const forever = new AbortController().signal;

const only = (kind: string) => ({ match: { labels: { kind } } });
const rules = [
  ...Object.entries(timeLimits).map(([kind, min]) =>
    aRule({ name: `time-${kind}`, ...only(kind), limit: { runTime: `${min}m` } }),
  ),
  aRule({ name: 'slots', ...only('slots'), limit: { slotHours: slotLimit } }),
  aRule({ name: 'bytes', ...only('bytes'), limit: { bytesProcessed: '10 TiB' } }),
];
const policy = JSON.stringify({
  version: 1,
  mode: 'enforce',
  ...whoIsTold,
  targets: [{ engine: 'bigquery', projects: ['analytics-prod'] }],
  rules,
  breaker: { maxCancels: 100_000, maxShare: '100%' },
  budget: { perSweep: 10_000, perHour: 100_000, perOwnerPerHour: 100_000 },
});

/** The product: `sweep` as it is deployed, with ledger, policy and stop switch in a store that takes its time. */
export function product({ service, clock, random }: Place): Sweeper {
  const waits = (ms: number) => clock.wait(Math.round(ms), forever);
  const slow =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await waits(takes.object(random));
      return call(...args);
    };
  const now = () => clock.now();
  const plain = memoryObjects({ now });
  const objects: Objects = { ...plain, get: slow(plain.get), put: slow(plain.put) };
  const world: World = {
    settings: { mode: 'enforce', source: '//jobwarden/bench', ownPrincipal: undefined },
    policy: policySource(
      'policy.yaml',
      slow(async () => ({ bytes: new TextEncoder().encode(policy) })),
      now,
    ),
    ledger: objectLedger(objects, { now, wait: waits }),
    receipts: memoryReceipts(),
    stop: slow(async () => undefined),
    trail: {
      publish: async (events) => {
        await waits(takes.publish(random));
        return events.map(({ id }) => ({ id, accepted: true as const, messageId: id }));
      },
    },
    engines: async () => ({ sources: { bigquery: service.source }, cancellers: { bigquery: service.canceller } }),
    clock,
    active: new Set(),
    log: () => undefined,
  };
  return {
    sweep: async (turn) => {
      service.begins();
      await sweep(world, `sweep-${turn}`);
    },
  };
}

function isOver(job: Job, atMs: number): boolean {
  const kind = job.labels?.['kind'] ?? '';
  if (kind === 'slots') return (job.slotMs ?? 0) > slotLimit * 3_600_000;
  if (kind === 'bytes') return (job.bytesProcessed ?? 0) > bytesLimit;
  const min = Object.entries(timeLimits).find(([name]) => name === kind)?.[1] ?? 0;
  return atMs - (job.startedAtMs ?? atMs) > min * 60_000;
}

/** The plain cron: lists, and cancels whatever is over as soon as its page has come, all at once, without another look. */
export function cron({ service, clock }: Place): Sweeper {
  const budget = () => ({ untilMs: clock.now() + 59_000, signal: forever });
  return {
    sweep: async () => {
      const target = { engine: 'bigquery', name: 'bigquery:analytics-prod', project: 'analytics-prod' } as const;
      const sent: Promise<unknown>[] = [];
      for await (const { jobs } of service.source.list(target, budget())) {
        const over = jobs.filter((job) => isOver(job, clock.now()) && !service.acceptedAtMs.has(job.id));
        sent.push(...over.map(async (job) => service.canceller.cancel(job, budget())));
      }
      await Promise.all(sent);
    },
  };
}
