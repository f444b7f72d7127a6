import type { Random } from '../bench/random.ts';
import { minutes, seconds } from '../make.ts';
import type { Fault } from '../model/faults.ts';
import type { At, Fate } from '../model/instance.ts';
import { policies } from '../model/policies.ts';
import type { Simulation } from '../model/simulation.ts';

/** What goes wrong for some minutes. Without an end of its own it is over when all is made well again. */
interface Trouble {
  readonly name: string;
  readonly begins: (sim: Simulation, random: Random) => void;
}

const usual = policies.generous;

const faulty = (name: string, faults: (random: Random) => Fault): Trouble => ({
  name,
  begins: (sim, random) => sim.faults.set(faults(random)),
});
const times = (random: Random, most: number) => 1 + random.below(most);
const engineTrouble = ['broken', 'throttled', 'hang', 'lost answer', 'forbidden'] as const;
const storeTrouble = ['cannot read', 'cannot write', 'lost answer', 'somebody else writes', 'slow'] as const;

/** Bounded so that no job can use up its three attempts in one of them. */
const troubles: readonly [Trouble, ...Trouble[]] = [
  faulty('list', (random) => ({ on: 'list', how: random.pick(engineTrouble), times: times(random, 12) })),
  faulty('get', (random) => ({ on: 'get', how: random.pick(engineTrouble), times: times(random, 12) })),
  faulty('cancel', (random) => ({
    on: 'cancel',
    how: random.pick(['broken', 'throttled', 'lost answer', 'hang']),
    times: times(random, 5),
  })),
  faulty('cancel is refused', () => ({ on: 'cancel', how: 'forbidden', times: 1 })),
  faulty('trail', (random) => ({
    on: 'trail',
    how: random.pick(['down', 'lost answer', 'half', 'refuses one']),
    times: times(random, 20),
  })),
  faulty('ledger', (random) => ({ on: 'ledger', how: random.pick(storeTrouble), times: times(random, 6) })),
  faulty('claims', (random) => ({ on: 'claims', how: random.pick(storeTrouble), times: times(random, 4) })),
  faulty('receipts', (random) => ({ on: 'receipts', how: random.pick(storeTrouble), times: times(random, 4) })),
  faulty('Slack', (random) => ({
    on: 'slack',
    how: random.pick(['later', 'nobody there', 'no access', 'lost answer']),
    times: times(random, 6),
  })),
  faulty('reading the policy', (random) => ({ on: 'policy', how: 'cannot read', times: times(random, 6) })),
  faulty('reading the stop switch', (random) => ({ on: 'stop switch', how: 'cannot read', times: times(random, 6) })),
  { name: 'stop', begins: (sim) => void (sim.set.stop = true) },
  {
    name: 'a slow engine',
    begins: (sim, random) => void (sim.set.latencyMs = random.pick([300, seconds(2), seconds(9)])),
  },
  {
    name: 'a wrong clock',
    begins: (sim, random) => sim.set.setClock(random.pick([seconds(30), -seconds(50), minutes(2), -minutes(7)])),
  },
  {
    name: 'an edit of the policy',
    begins: (sim, random) =>
      void (sim.set.policy = random.pick([policies.frozen, policies.observing, policies.broken, policies.lenient])),
  },
  { name: 'new instances', begins: (sim) => sim.restart() },
];

const places = ['get', 'read', 'cancel', 'put ledger', 'publish', 'list', 'get ledger', 'get receipts'] as const;
const placesOfNotify = ['send', 'put claims', 'get claims', 'put receipts', 'get receipts', 'delete claims'] as const;

/** Where something happens to an instance, and what: it ends there, or stands still. */
export function aFate(random: Random, of: 'watch' | 'notify'): Fate {
  const label = of === 'watch' ? random.pick(places) : random.pick(placesOfNotify);
  const at: At = { nth: times(random, 2), label, back: random.chance(0.5) };
  if (random.chance(0.6)) return { ends: at };
  return { standsStill: { at, ms: random.pick([seconds(20), seconds(57), minutes(3), minutes(20)]) } };
}

/** The troubles of a run: one at a time, some minutes each, with some rest between them. */
export interface Weather {
  /** Once a minute: lets a trouble begin or end. */
  change(): void;
  /** Makes all well. */
  clear(): void;
  isBad(): boolean;
  /** How many troubles there were. */
  count(): number;
}

/** Weather in which about every 40th minute a trouble begins. */
export function someWeather(sim: Simulation, random: Random): Weather {
  let minutesLeft = 0;
  let count = 0;
  const clear = () => {
    minutesLeft = 0;
    sim.faults.heal();
    sim.set.stop = false;
    sim.set.latencyMs = 0;
    sim.set.setClock(0);
    sim.set.policy = usual;
  };
  return {
    change: () => {
      minutesLeft -= 1;
      if (minutesLeft === 0) clear();
      if (minutesLeft > 0 || !random.chance(1 / 40)) return;
      random.pick(troubles).begins(sim, random);
      minutesLeft = 2 + random.below(15);
      count += 1;
    },
    clear,
    isBad: () => minutesLeft > 0,
    count: () => count,
  };
}
