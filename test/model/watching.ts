import type { HandlerPorts } from '../../functions/notify/handler.ts';
import type { Summary } from '../../functions/watch/summary.ts';
import { sweep } from '../../functions/watch/watch.ts';
import type { World } from '../../functions/watch/world.ts';
import type { Canceller } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { stopSwitch } from '../../shared/ledger/stop.ts';
import { policySource } from '../../shared/policy/source.ts';
import type { Broker } from './broker.ts';
import { simEngine, type Request, type Way } from './engine.ts';
import { at } from './faults.ts';
import { anInstance, type Instance, type Turn } from './instance.ts';
import type { CancelFacts, Oracle } from './oracle.ts';
import type { Meaning } from './policies.ts';
import type { SimService } from './service.ts';
import { storeOf, type StoreRoom } from './store.ts';

/** Everything that several instances of `watch` share. */
export interface Surroundings extends StoreRoom {
  readonly service: SimService;
  readonly broker: Broker;
  readonly oracle: Oracle;
  readonly turn: Turn;
  /** How wrong the clocks of the machines are. */
  readonly offsetMs: () => number;
  /** How often the clocks were set. */
  readonly clockSettings: () => number;
  readonly policy: () => { readonly text: string; readonly meaning: Meaning };
  readonly stopText: () => string | undefined;
  readonly mayBeCancelled: (jobId: string) => boolean;
  readonly latencyMs: () => number;
  /** Which part of all notices is tidied: each in turn, instead of any one, so that a run is the same each time. */
  readonly nextShard: () => number;
  readonly bent: Bent;
}

/** The product with a part that does not do its work, put in at a port: what the model has to find. */
export interface Bent {
  readonly watch?: (world: World) => World;
  readonly notify?: (ports: HandlerPorts) => HandlerPorts;
}

/** An instance of `watch`, with what its process keeps in memory. */
export interface Watching {
  readonly instance: Instance;
  sweep(sweepId: string): Promise<Summary>;
}

/** What an instance knows at the moment, for the oracle. */
interface Knowledge {
  sweepId: string;
  clockSettings: number;
  meaning: Meaning;
  /** Counts what happens in the sweep. */
  moment: number;
  /** When the plan of each job was on record. */
  readonly plannedAt: Map<string, number>;
  /** When the stop switch let it pass, when the policy was read, and when and how which jobs were looked at. */
  passes: number[];
  readings: number[];
  readonly looks: Map<string, { readonly at: number; readonly job: Job; readonly mayBeCancelled: boolean }>;
  /** What each attempt went by: its further tries go by the same. */
  readonly wentBy: Map<string, Pick<CancelFacts, 'policy' | 'passedTheSwitch' | 'readThePolicy'>>;
}

const nothing: Meaning = { cancels: false, perSweep: 0, perHour: 0, maxCancels: 0, limitMs: Infinity };
const forever = new AbortController().signal;

function factsOf(
  job: Job,
  knowledge: Knowledge,
  about: { around: Surroundings; instance: Instance; nowMs: number },
): CancelFacts {
  const { around, instance, nowMs } = about;
  const plannedAt = knowledge.plannedAt.get(job.id) ?? Infinity;
  const last = knowledge.looks.get(job.id);
  const look = last !== undefined && last.at > plannedAt ? last : undefined;
  return {
    instance: instance.name,
    sweepId: knowledge.sweepId,
    machineMs: nowMs,
    trueMs: around.clock.now(),
    job: look?.job ?? job,
    mayBeCancelled: look?.mayBeCancelled ?? false,
    policy: knowledge.meaning,
    passedTheSwitch: knowledge.passes.some((at) => at > plannedAt),
    readThePolicy: knowledge.readings.some((at) => at > plannedAt),
    clockWasSet: knowledge.clockSettings !== around.clockSettings(),
  };
}

/** Starts another instance of `watch` in these surroundings. */
export function aWatch(name: string, around: Surroundings): Watching {
  const { clock: time, faults, service, oracle } = around;
  const instance = anInstance(name, time, around.turn);
  const clock = time.machine(around.offsetMs);
  const knowledge: Knowledge = {
    sweepId: '',
    clockSettings: 0,
    meaning: nothing,
    moment: 0,
    plannedAt: new Map(),
    passes: [],
    readings: [],
    looks: new Map(),
    wentBy: new Map(),
  };
  const facts = (job: Job) => factsOf(job, knowledge, { around, instance, nowMs: clock.now() });
  const next = () => (knowledge.moment += 1);
  const begins = () => {
    knowledge.passes = [];
    knowledge.readings = [];
    knowledge.plannedAt.clear();
    knowledge.looks.clear();
    knowledge.wentBy.clear();
  };
  /** What was looked at before the plan of a job was on record does not count for its cancel. */
  const wrote = ({ cases }: LedgerDocument) => {
    const at = next();
    for (const { job, state, plan } of Object.values(cases)) {
      const isOurs = state === 'planned' && plan?.sweepId === knowledge.sweepId;
      if (isOurs && !knowledge.plannedAt.has(job.id)) knowledge.plannedAt.set(job.id, at);
    }
  };
  /** Whoever is asked for the next cancel has to ask again: the first that counted for this one is used up. */
  const useUp = (all: readonly number[], id: string) => {
    const index = all.findIndex((at) => at > (knowledge.plannedAt.get(id) ?? Infinity));
    return index < 0 ? [...all] : all.toSpliced(index, 1);
  };
  const jobOf = (id: string): Job | undefined => service.look({ id });

  const arrived = ({ what, of }: Request) => {
    const job = jobOf(of);
    if (what === 'get' && job !== undefined)
      knowledge.looks.set(of, { at: next(), job, mayBeCancelled: around.mayBeCancelled(of) });
  };
  const way: Way = {
    clock,
    meets: ({ what }) => (what === 'children' ? undefined : faults.next(at(what))),
    before: async ({ what, of }, signal) => {
      // As it leaves: nobody can hold back what is on its way.
      const job = jobOf(of);
      if (what === 'cancel' && job !== undefined) oracle.request({ ...facts(job), ...knowledge.wentBy.get(of) });
      await instance.around(`${what} ${of}`, async () => undefined);
      const ms = around.latencyMs();
      if (ms > 0) await time.wait(ms, signal);
    },
    arrived,
    requestTimeoutMs: 10_000,
    random: () => 0.5,
    skewMs: () => -around.offsetMs(),
  };
  const engine = simEngine(service, way);
  const canceller: Canceller = {
    cancel: async (job, budget) => {
      const now = facts(job);
      const attempt = oracle.attempt(now);
      const { policy, passedTheSwitch, readThePolicy } = now;
      knowledge.wentBy.set(job.id, { policy, passedTheSwitch, readThePolicy });
      knowledge.passes = useUp(knowledge.passes, job.id);
      knowledge.readings = useUp(knowledge.readings, job.id);
      const answer = await engine.canceller.cancel(job, budget);
      attempt.isRefused = answer.kind === 'forbidden';
      return answer;
    },
  };
  const objects = storeOf(around, instance);
  const now = () => clock.now();
  const read = () =>
    instance.around('read the policy', async () => {
      const { text, meaning } = around.policy();
      if (faults.next(at('policy')) !== undefined) {
        knowledge.meaning = nothing;
        return { unreadable: 'it cannot be read at the moment' };
      }
      knowledge.meaning = meaning;
      knowledge.readings.push(next());
      return { bytes: new TextEncoder().encode(text) };
    });
  const readStop = () =>
    instance.around('read the stop switch', async () => {
      if (faults.next(at('stop switch')) !== undefined) throw new Error('[objects] 503');
      const text = around.stopText();
      if (text === undefined) knowledge.passes.push(next());
      return text;
    });
  const ledger = objectLedger(objects, { now, wait: (ms) => clock.wait(ms, forever) });
  const honest: World = {
    settings: { mode: 'enforce', source: '//jobwarden/model', ownPrincipal: undefined },
    policy: policySource('policy.yaml', read, now),
    ledger: {
      read: () => ledger.read(),
      swap: async (document, generation) => {
        const written = await ledger.swap(document, generation);
        if (written !== undefined) wrote(document);
        return written;
      },
    },
    receipts: objectReceipts(objects, { now }),
    stop: stopSwitch(undefined, readStop, now),
    trail: around.broker.trail(instance),
    engines: async () => ({ sources: { bigquery: engine.source }, cancellers: { bigquery: canceller } }),
    clock,
    log: () => undefined,
  };
  const world = around.bent.watch?.(honest) ?? honest;
  return {
    instance,
    sweep: async (sweepId) => {
      knowledge.sweepId = sweepId;
      knowledge.clockSettings = around.clockSettings();
      begins();
      return sweep(world, sweepId);
    },
  };
}
