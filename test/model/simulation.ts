import type { Scheduler } from 'fast-check';
import { memoryObjects } from '../../shared/objects/memory.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { stopText } from '../../shared/ledger/stop.ts';
import { nowMs as startOfTime } from '../make.ts';
import { aBroker, type Broker, type Delivery } from './broker.ts';
import { simClock, type SimClock } from './clock.ts';
import { noFaults, type Faults } from './faults.ts';
import type { Fate } from './instance.ts';
import { aNotify, type Notifying } from './notifying.ts';
import { anOracle, type Oracle } from './oracle.ts';
import { somePeople, type People } from './people.ts';
import type { Meaning } from './policies.ts';
import { simService, type SimService } from './service.ts';
import type { Turn } from './instance.ts';
import { aWatch, type Bent, type Surroundings, type Watching } from './watching.ts';

/** What a simulation begins with. */
export interface Beginning {
  readonly policy: { readonly text: string; readonly meaning: Meaning };
  readonly mayBeCancelled: (jobId: string) => boolean;
  /** Memory unless told otherwise. */
  readonly objects?: (now: () => number) => Objects;
  /** Decides who goes on where several could; without it they go on in the order in which they asked. */
  readonly scheduler?: Scheduler;
  readonly bent?: Bent;
}

/** The whole product through its ports, with everything around it made up. */
export interface Simulation {
  readonly clock: SimClock;
  readonly service: SimService;
  readonly faults: Faults;
  readonly broker: Broker;
  readonly people: People;
  readonly oracle: Oracle;
  readonly set: Settable;
  /** Notices that could reach nobody, as dead letters. */
  readonly deadLetters: readonly string[];
  /** How many messages more than one each notice may have led to, and why. */
  readonly excuses: ReadonlyMap<string, number>;
  /** What sweeps threw, apart from the stores' own errors. */
  sweep(fate?: Fate): Promise<void>;
  /** Two instances, the second some time after the first. */
  overlap(afterMs: number, fates?: readonly [Fate, Fate]): Promise<void>;
  /** Pub/Sub delivers what is due, to `copies` instances at once. */
  deliver(about?: { readonly fate?: Fate; readonly copies?: number }): Promise<void>;
  /** All instances are replaced by new ones. */
  restart(): void;
  sweeps(): number;
  /** For long runs: forgets what happened before, when no notice is on its way. */
  forget(beforeMs: number): void;
}

/** What can be set from outside. */
interface Settable {
  policy: { readonly text: string; readonly meaning: Meaning };
  stop: boolean;
  latencyMs: number;
  setClock(offsetMs: number): void;
}

const ackDeadlineMs = 60_000;
const givenBackMs = 10_000;

interface State {
  readonly watching: Map<number, Watching>;
  readonly notifying: Map<number, Notifying>;
  offsetMs: number;
  clockSettings: number;
  instances: number;
  sweeps: number;
  tidied: number;
}

function knownError(error: unknown): boolean {
  return error instanceof Error && /^\[(objects|ledger)\] /.test(error.message);
}

/** Makes a simulation in which nothing has happened yet. */
export function aSimulation(beginning: Beginning): Simulation {
  const { scheduler } = beginning;
  let inTurns = false;
  const clock = simClock(startOfTime, async () => {
    if (scheduler === undefined || scheduler.count() === 0) return false;
    await scheduler.waitNext(1);
    return true;
  });
  const turn: Turn = async (label) => {
    if (inTurns) await scheduler?.schedule(Promise.resolve(), label);
  };
  const state: State = {
    watching: new Map(),
    notifying: new Map(),
    offsetMs: 0,
    clockSettings: 0,
    instances: 0,
    sweeps: 0,
    tidied: 0,
  };
  const faults = noFaults();
  const oracle = anOracle();
  const excuses = new Map<string, number>();
  const excuse = (noticeId: string) => void excuses.set(noticeId, (excuses.get(noticeId) ?? 0) + 1);
  const service = simService(() => clock.now());
  const broker = aBroker(faults, (event) => oracle.accepted(event));
  const people = somePeople(faults);
  const deadLetters: string[] = [];
  const set: Settable = {
    policy: beginning.policy,
    stop: false,
    latencyMs: 0,
    setClock: (offsetMs) => {
      state.offsetMs = offsetMs;
      state.clockSettings += 1;
    },
  };
  const around: Surroundings = {
    clock,
    faults,
    service,
    broker,
    oracle,
    turn,
    objects: (beginning.objects ?? ((now) => memoryObjects({ now })))(() => clock.now()),
    wrote: (name, bytes) => oracle.wrote(name, bytes),
    disturbed: (name) => {
      const [kind, noticeId = ''] = name.split('/');
      if (kind === 'claims' || kind === 'receipts') excuse(noticeId);
    },
    slowMs: 7000,
    offsetMs: () => state.offsetMs,
    clockSettings: () => state.clockSettings,
    policy: () => set.policy,
    stopText: () => (set.stop ? stopText({ until: '2030-01-01T00:00:00Z', reason: 'a synthetic stop' }) : undefined),
    mayBeCancelled: beginning.mayBeCancelled,
    latencyMs: () => set.latencyMs,
    nextShard: () => (state.tidied += 1) % 16,
    bent: beginning.bent ?? {},
  };

  const watchAt = (place: number): Watching => {
    const watching = state.watching.get(place) ?? aWatch(`watch-${(state.instances += 1)}`, around);
    state.watching.set(place, watching);
    return watching;
  };
  const notifyAt = (place: number): Notifying => {
    const about = { people, undelivered: (event: { readonly id: string }) => void deadLetters.push(event.id) };
    const notifying = state.notifying.get(place) ?? aNotify(`notify-${(state.instances += 1)}`, around, about);
    state.notifying.set(place, notifying);
    return notifying;
  };

  const sweepAt = async (place: number, fate: Fate): Promise<void> => {
    const watching = watchAt(place);
    watching.instance.meets(fate);
    state.sweeps += 1;
    const work = watching.sweep(`sweep-${state.sweeps}`).then(
      () => 'done' as const,
      (error: unknown) => {
        if (!knownError(error)) oracle.breaks(`a sweep threw ${String(error)}`);
        return 'done' as const;
      },
    );
    const came = await Promise.race([work, watching.instance.lost()]);
    if (came !== 'done') state.watching.delete(place);
  };

  const pushTo = async (place: number, delivery: Delivery, fate: Fate): Promise<void> => {
    const notifying = notifyAt(place);
    notifying.instance.meets(fate);
    const came = await Promise.race([notifying.push(delivery), notifying.instance.lost()]);
    if (typeof came === 'string') {
      state.notifying.delete(place);
      excuse(delivery.event.id);
      broker.giveBack(delivery, clock.now() + ackDeadlineMs);
    } else if (came.status === 204) broker.acknowledge(delivery);
    else broker.giveBack(delivery, clock.now() + Math.max(givenBackMs, came.retryAfterMs));
    if (typeof came !== 'string' && came.status !== 204 && came.status !== 503)
      oracle.breaks(`notify answered ${came.status} to ${delivery.event.id}`);
  };

  const together = async (works: readonly (() => Promise<void>)[]): Promise<void> => {
    inTurns = works.length > 1;
    try {
      await clock.drive(Promise.all(works.map(async (work) => work())));
    } finally {
      inTurns = false;
    }
  };

  return {
    clock,
    service,
    faults,
    broker,
    people,
    oracle,
    set,
    deadLetters,
    excuses,
    sweep: (fate = {}) => together([() => sweepAt(0, fate)]),
    overlap: (afterMs, [first, second] = [{}, {}]) =>
      together([
        () => sweepAt(0, first),
        async () => {
          await clock.wait(afterMs, new AbortController().signal);
          await sweepAt(1, second);
        },
      ]),
    deliver: async ({ fate = {}, copies = 1 } = {}) => {
      for (const delivery of broker.take(clock.now())) {
        const others = Array.from({ length: copies - 1 }, (_, at) => () => pushTo(at + 1, { ...delivery }, {}));
        await together([() => pushTo(0, delivery, fate), ...others]);
      }
    },
    restart: () => {
      state.watching.clear();
      state.notifying.clear();
    },
    sweeps: () => state.sweeps,
    forget: (beforeMs) => {
      oracle.forget(beforeMs);
      people.forget();
      excuses.clear();
      deadLetters.length = 0;
    },
  };
}
