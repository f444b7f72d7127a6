import type { Random } from '../bench/random.ts';
import { hours, minutes } from '../make.ts';
import { behaviours, jobOf, type KindName } from '../model/jobs.ts';
import type { Simulation } from '../model/simulation.ts';
import type { SimJob } from '../model/service.ts';

// Synthetic: no such project, person or job exists.

/** A job that was planted, and what has to become of it by `knownAtMs`. */
export interface Planted {
  readonly id: string;
  readonly isRunaway: boolean;
  readonly knownAtMs: number;
}

/** Long enough for a limit, a grace, and everything that may stand in the way of a cancel meanwhile. */
const patienceMs = hours(6);
const dayMinutes = 1440;

const runaways = ['plain', 'with grace', 'with grace, nobody there'] as const satisfies readonly KindName[];
const spared = [
  'protected',
  'kept',
  'exempt',
  'a write',
  'a statement nobody knows',
  'hidden from us',
  'continuous',
  'of a project that is observed',
  'without a known principal',
  'with labels nobody knows',
] as const satisfies readonly KindName[];
const stops = ['stops at once', 'stops after 2 s', 'stops after 2 s', 'stops after a minute'] as const;

interface Sort {
  readonly perDay: number;
  readonly isRunaway: boolean;
  readonly job: (id: string, nowMs: number, random: Random) => SimJob;
}

const ofKind = (kind: KindName, id: string, nowMs: number) => jobOf(kind, id, { nowMs, runTimeMs: 0 });
const endsIn = (nowMs: number, [least, most]: readonly [number, number], random: Random) =>
  nowMs + least + random.below(most - least);

/** What appears on an ordinary day. Only the runaways break a limit that is in force for them. */
const sorts: readonly Sort[] = [
  {
    perDay: 400,
    isRunaway: false,
    job: (id, nowMs, random) => ({
      job: ofKind('plain', id, nowMs),
      endsAtMs: endsIn(nowMs, [minutes(1), minutes(9)], random),
    }),
  },
  {
    perDay: 12,
    isRunaway: false,
    job: (id, nowMs, random) => ({
      job: ofKind('plain', id, nowMs),
      endsAtMs: endsIn(nowMs, [minutes(11), minutes(28)], random),
    }),
  },
  {
    perDay: 10,
    isRunaway: false,
    job: (id, nowMs, random) => ({
      job: ofKind(random.pick(spared), id, nowMs),
      endsAtMs: endsIn(nowMs, [minutes(40), hours(3)], random),
    }),
  },
  {
    perDay: 14,
    isRunaway: true,
    job: (id, nowMs, random) => ({
      job: ofKind(random.pick(runaways, 2), id, nowMs),
      onCancel: behaviours[random.pick(stops)],
    }),
  },
];

/** How many jobs of a day may have a case in the ledger, at most: an unlucky day has half as many again. */
export const casesPerDay = 1.5 * sorts.slice(1).reduce((sum, { perDay }) => sum + perDay, 0);

/** Plants what appears in one minute. */
export function plant(sim: Simulation, random: Random, numbered: () => number): readonly Planted[] {
  const nowMs = sim.clock.now();
  return sorts.flatMap(({ perDay, isRunaway, job }) => {
    if (!random.chance(perDay / dayMinutes)) return [];
    const id = `${isRunaway ? 'runaway' : 'job'}-${numbered()}`;
    sim.service.put(job(id, nowMs, random));
    return [{ id, isRunaway, knownAtMs: nowMs + patienceMs }];
  });
}
