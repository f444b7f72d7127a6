import { expect } from 'vitest';
import { eventName, type JobEvent } from '../../shared/audit/event.ts';
import type { Trail, TrailEvent } from '../../shared/audit/trail.ts';
import { isBeingCancelled } from '../../shared/ledger/case.ts';
import { emptyLedger, type LedgerDocument } from '../../shared/ledger/document.ts';
import { memoryLedger, type Ledger } from '../../shared/ledger/ledger.ts';
import { memoryReceipts, type Receipts } from '../../shared/ledger/receipts.ts';
import type { Stopped } from '../../shared/ledger/stop.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Mode } from '../../shared/jobs/verdict.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { PolicySource, PolicyState } from '../../shared/policy/source.ts';
import type { LogEntry } from '../../functions/log.ts';
import type { Summary } from '../../functions/watch/summary.ts';
import { sweep } from '../../functions/watch/watch.ts';
import type { World } from '../../functions/watch/world.ts';
import { aPolicy, minutes, type WrittenPolicy } from '../make.ts';
import { logInto } from '../secrets/listen.ts';
import { memoryEngine, type Call, type MemoryEngine, type MemoryJob } from './memory-engine.ts';
import { isJobEvent, keepPromises } from './promises.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

// Synthetic: no such project, person, job or policy exists.

/** What a test says about the world; everything else is quiet and well. */
export interface Given {
  /** In force; by default `aPolicy()` with owners and operators. */
  readonly policy?: WrittenPolicy | string;
  /** What the policy source says instead, sweep by sweep; the last one stays. */
  readonly states?: readonly PolicyState[];
  /** JOBWARDEN_MODE; the tests enforce unless they say otherwise. */
  readonly setting?: Mode;
  readonly ownPrincipal?: string;
  readonly jobs?: readonly (Job | MemoryJob)[];
  /** How long each call to the engine takes. */
  readonly latencyMs?: number;
  /** How long each call to the trail takes. */
  readonly publishMs?: number;
  readonly engines?: World['engines'];
  /** What stops every cancel at a moment. */
  readonly stop?: (atMs: number) => Stopped | undefined;
}

/** An event of the trail, or a call to the engine, in the order in which they happened. */
type Entry = Call | { readonly what: 'event'; readonly of: string; readonly atMs: number };

/** The trail of a test: it refuses everything while it is down, and what `refuses` holds for at any time. */
interface TestTrail extends Trail {
  readonly events: readonly TrailEvent[];
  down: boolean;
  refuses: (event: TrailEvent) => boolean;
}

/** The ledger of a test. `losing` holds the numbers (from 1) of the swaps that another sweep wins. */
interface TestLedger extends Ledger {
  document(): Promise<LedgerDocument>;
  readonly losing: Set<number>;
  swaps(): number;
  /** What was written last. */
  latest(): LedgerDocument;
}

export interface TestWorld {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly engine: MemoryEngine;
  readonly trail: TestTrail;
  readonly ledger: TestLedger;
  readonly receipts: Receipts;
  readonly log: readonly LogEntry[];
  readonly journal: readonly Entry[];
  /** One sweep; every event in the trail is held against its schema afterwards, and every cancel against its intent. */
  sweep(): Promise<Summary>;
  /** The next sweep, a minute after the last one began, or later. */
  sweepAgain(afterMs?: number): Promise<Summary>;
  /** Names of the published audit events, heartbeats left out: `cancel.confirmed job-1`. */
  told(): readonly string[];
  /** Published events about jobs, of one name or of all. */
  jobEvents(name?: string): readonly JobEvent[];
  notices(phase?: Notice['phase']): readonly Notice[];
  calls(what: Call['what']): readonly Call[];
  /** Ids of the jobs for which a cancel was sent, in order. */
  cancelled(): readonly string[];
}

/** Whom the policy of a test tells. */
export const whoIsTold: WrittenPolicy = {
  operators: { slack: '#data-cost' },
  owners: { labels: ['owner'], domains: ['example.com'], fallback: { slack: '#data-unowned' } },
};

/** A policy that is in force as written. */
export function inForce(policy: Policy, fields: Partial<PolicyState> = {}): PolicyState {
  const version = { sha256: 'a1'.repeat(32), where: 'policy.yaml', loadedAtMs: 0 };
  return { standing: 'current', policy, version, problems: [], changed: false, ...fields };
}

function policySource(states: readonly PolicyState[]): PolicySource {
  let turn = 0;
  return {
    current: async () => {
      const state = states[Math.min(turn, states.length - 1)];
      turn += 1;
      if (state === undefined) throw new Error('a test has to name at least one state of the policy');
      return state;
    },
  };
}

function testTrail(clock: VirtualClock, record: (event: TrailEvent) => void, publishMs: number): TestTrail {
  const events: TrailEvent[] = [];
  const trail: TestTrail = {
    events,
    down: false,
    refuses: () => false,
    publish: async (given) => {
      if (publishMs > 0) await clock.wait(publishMs, new AbortController().signal);
      return given.map((event) => {
        if (trail.down) return { id: event.id, accepted: false, why: '[pubsub] it is down' };
        if (trail.refuses(event)) return { id: event.id, accepted: false, why: '[pubsub] it is refused' };
        record(event);
        return { id: event.id, accepted: true, messageId: String(events.push(event)) };
      });
    },
  };
  return trail;
}

function testLedger(): TestLedger {
  const ledger = memoryLedger();
  const losing = new Set<number>();
  let swaps = 0;
  let latest: LedgerDocument = emptyLedger;
  return {
    losing,
    latest: () => latest,
    swaps: () => swaps,
    document: async () => (await ledger.read()).document,
    read: () => ledger.read(),
    swap: async (document, generation) => {
      swaps += 1;
      // As it would be kept elsewhere: as JSON.
      const kept: LedgerDocument = { ...emptyLedger, ...JSON.parse(JSON.stringify(document)) };
      const next = losing.has(swaps) ? undefined : await ledger.swap(kept, generation);
      if (next !== undefined) latest = kept;
      return next;
    },
  };
}

function isPlannedIn({ cases }: LedgerDocument, id: string): boolean {
  return Object.values(cases).some((one) => one.job.id === id && isBeingCancelled(one));
}

const asMemoryJob = (given: Job | MemoryJob): MemoryJob => ('job' in given ? given : { job: given });

/** Makes a world of one sweep after another, in which time passes at once. */
export function aWorld(given: Given = {}): TestWorld {
  const { setting = 'enforce', jobs = [], latencyMs = 0, publishMs = 0, policy = {}, ownPrincipal } = given;
  const written = typeof policy === 'string' ? policy : { ...whoIsTold, ...policy };
  const clock = virtualClock();
  const journal: Entry[] = [];
  const promises = keepPromises();
  const ledger = testLedger();
  const noteCall = (call: Call) => {
    journal.push(call);
    if (call.what === 'cancel') promises.cancelled(call.of, isPlannedIn(ledger.latest(), call.of));
  };
  const noteEvent = (event: TrailEvent) =>
    void journal.push({ what: 'event', of: promises.published(event), atMs: clock.now() });
  const engine = memoryEngine(clock, noteCall, latencyMs);
  for (const one of jobs) engine.put(asMemoryJob(one));
  const trail = testTrail(clock, noteEvent, publishMs);
  const receipts = memoryReceipts();
  const log: LogEntry[] = [];
  const opened = { sources: { bigquery: engine.source }, cancellers: { bigquery: engine.canceller } };
  const none = { sources: {}, cancellers: {} };
  const world: World = {
    settings: { mode: setting, source: '//jobwarden/test', ownPrincipal },
    policy: policySource(given.states ?? [inForce(aPolicy(written))]),
    ledger,
    receipts,
    stop: async () => given.stop?.(clock.now()),
    trail,
    engines: given.engines ?? (async (names) => (names.includes('bigquery') ? opened : none)),
    clock,
    log: logInto(log),
  };
  let sweeps = 0;
  let startedAtMs = clock.now();
  const oneSweep = async () => {
    sweeps += 1;
    startedAtMs = clock.now();
    const summary = await sweep(world, `sweep-${sweeps}`);
    expect(promises.broken({ numbers: ledger.losing.size === 0 })).toEqual([]);
    return summary;
  };
  const jobEvents = (name?: string) =>
    promises.audit.filter(isJobEvent).filter(({ type }) => name === undefined || eventName(type) === name);
  const calls = (what: Call['what']) => journal.filter((entry): entry is Call => entry.what === what);
  return {
    world,
    clock,
    engine,
    trail,
    ledger,
    receipts,
    log,
    journal,
    sweep: oneSweep,
    sweepAgain: async (afterMs = minutes(1)) => {
      clock.advance(Math.max(0, startedAtMs + afterMs - clock.now()));
      return oneSweep();
    },
    told: () =>
      journal
        .filter(({ what, of }) => what === 'event' && of !== 'sweep.completed' && !of.startsWith('notice '))
        .map(({ of }) => of),
    jobEvents,
    notices: (phase) => promises.notices.filter((notice) => phase === undefined || notice.phase === phase),
    calls,
    cancelled: () => calls('cancel').map(({ of }) => of),
  };
}
