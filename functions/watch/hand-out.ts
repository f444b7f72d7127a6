import type { TrailEvent } from '../../shared/audit/trail.ts';
import { eventType } from '../../shared/audit/event.ts';
import { namedTargets, type FoundProjects, type NamedTarget } from '../../shared/evaluate/compile.ts';
import { shardEventName, type ShardMessage } from '../../shared/ledger/shard-message.ts';
import { shardOf } from '../../shared/ledger/shards.ts';
import type { FleetSettings } from '../settings.ts';
import type { Run } from './world.ts';

/** How fast one identity may call each method of BigQuery. */
export interface Rate {
  readonly requestsPerSecond: number;
  readonly requestsInFlight: number;
}

/** What BigQuery's quota leaves one identity; see `usualPace` of its adapter. */
export const usualRate: Rate = { requestsPerSecond: 95, requestsInFlight: 32 };

/** Which service account a shard calls as: one after the other. */
function identityOf({ identities }: FleetSettings, shard: number): string | undefined {
  return identities.length === 0 ? undefined : identities[shard % identities.length];
}

/** A shard's share of its identity's rate: all that call as the same account share it evenly. */
function shareOf(settings: FleetSettings, shard: number, rate: Rate): Rate {
  const { shards } = settings;
  const all = Array.from({ length: shards }, (_, other) => identityOf(settings, other));
  const sharing = all.filter((identity) => identity === identityOf(settings, shard)).length;
  return {
    requestsPerSecond: rate.requestsPerSecond / sharing,
    requestsInFlight: Math.max(1, Math.floor(rate.requestsInFlight / sharing)),
  };
}

/** The projects of one shard among those that were found. */
function foundFor(found: FoundProjects, shard: number, shards: number): ShardMessage['found'] {
  const entries = Object.entries(found).map(([parent, projects]): [string, { project: string; isNew: boolean }[]] => [
    parent,
    projects.filter(({ project }) => shardOf(`bigquery:${project}`, shards) === shard).map((one) => ({ ...one })),
  ]);
  return Object.fromEntries(entries);
}

/** What a sweep is handed out by. */
export interface HandOut {
  readonly settings: FleetSettings;
  readonly rate: Rate;
  readonly former: readonly number[];
  readonly sentAtMs: number;
}

/** The messages of a sweep, one for each shard. A shard finds what the policy names itself; what was found is in its message. */
export function messagesOf(run: Pick<Run, 'context' | 'part' | 'discovered'>, by: HandOut): readonly ShardMessage[] {
  const { settings, rate, former, sentAtMs } = by;
  const { shards } = settings;
  const { sweepId, policy } = run.context;
  return Array.from({ length: shards }, (_, shard) => {
    const identity = identityOf(settings, shard);
    return {
      version: 1 as const,
      sweepId,
      minuteMs: run.part.minuteMs,
      sentAtMs,
      shard,
      shards,
      former: [...former],
      ...shareOf(settings, shard, rate),
      ...(identity === undefined ? {} : { identity }),
      policySha256: policy.sha256,
      found: foundFor(run.discovered.found, shard, shards),
    };
  });
}

/** What a shard is called where people read it; they count from 1. */
export function shardName(shard: number, shards: number): string {
  return `shard ${shard + 1} of ${shards}`;
}

/** A message as it goes out. */
export function shardEvent(message: ShardMessage, source: string): TrailEvent {
  const { sweepId, shard, shards, sentAtMs } = message;
  return {
    specversion: '1.0',
    id: `${sweepId}.${shard}`,
    source,
    type: eventType(shardEventName),
    subject: shardName(shard, shards),
    time: new Date(sentAtMs).toISOString(),
    datacontenttype: 'application/json',
    correlationid: sweepId,
    severity: 'INFO',
    data: message,
  };
}

/** How many targets each shard has, and which of them have more than one sweep can hold. */
export function loadOf({ compiled: { policy, deployment } }: Run, shards: number): readonly number[] {
  const targets: readonly NamedTarget[] = namedTargets(policy, deployment.found);
  const counts = Array.from({ length: shards }, () => 0);
  for (const { name } of targets) {
    const shard = shardOf(name, shards);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  return counts;
}
