import type { HandlerPorts } from '../../functions/notify/handler.ts';
import type { Summary } from '../../functions/watch/summary.ts';
import { sweep } from '../../functions/watch/watch.ts';
import type { World } from '../../functions/watch/world.ts';
import type { Canceller } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';
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
  /** How often the stop switch let it pass, the policy was read, and which jobs were looked at, since the ledger was written. */
  passes: number;
  readings: number;
  readonly looks: Map<string, { readonly job: Job; readonly mayBeCancelled: boolean }>;
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
  const look = knowledge.looks.get(job.id);
  return {
    instance: instance.name,
    sweepId: knowledge.sweepId,
    machineMs: nowMs,
    trueMs: around.clock.now(),
    job: look?.job ?? job,
    mayBeCancelled: look?.mayBeCancelled ?? false,
    policy: knowledge.meaning,
    passedTheSwitch: knowledge.passes > 0,
    readThePolicy: knowledge.readings > 0,
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
    passes: 0,
    readings: 0,
    looks: new Map(),
    wentBy: new Map(),
  };
  const facts = (job: Job) => factsOf(job, knowledge, { around, instance, nowMs: clock.now() });
  /** What was looked at before the plan was on record does not count for its cancels. */
  const looksAgain = () => {
    knowledge.passes = 0;
    knowledge.readings = 0;
    knowledge.looks.clear();
    knowledge.wentBy.clear();
  };
  const jobOf = (id: string): Job | undefined => service.look({ id });

  const arrived = ({ what, of }: Request) => {
    const job = jobOf(of);
    if (what === 'get' && job !== undefined)
      knowledge.looks.set(of, { job, mayBeCancelled: around.mayBeCancelled(of) });
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
      // Whoever is asked for the next cancel has to ask again.
      knowledge.passes -= 1;
      knowledge.readings -= 1;
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
      knowledge.readings += 1;
      return { bytes: new TextEncoder().encode(text) };
    });
  const readStop = () =>
    instance.around('read the stop switch', async () => {
      if (faults.next(at('stop switch')) !== undefined) throw new Error('[objects] 503');
      const text = around.stopText();
      if (text === undefined) knowledge.passes += 1;
      return text;
    });
  const ledger = objectLedger(objects, { now, wait: (ms) => clock.wait(ms, forever) });
  const honest: World = {
    settings: { mode: 'enforce', source: '//jobwarden/model', ownPrincipal: undefined },
    policy: policySource('policy.yaml', read, now),
    ledger: {
      read: () => ledger.read(),
      swap: async (document, generation) => {
        const next = await ledger.swap(document, generation);
        looksAgain();
        return next;
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
      looksAgain();
      return sweep(world, sweepId);
    },
  };
}
