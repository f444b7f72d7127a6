import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryObjects } from '../../shared/objects/directory.ts';
import { randomOf, type Random } from '../bench/random.ts';
import { hours, minutes, seconds } from '../make.ts';
import { checkNotices } from '../model/checks.ts';
import { jobOf } from '../model/jobs.ts';
import { policies } from '../model/policies.ts';
import { aSimulation, type Simulation } from '../model/simulation.ts';
import { checkLedger, checkObjects, nobodyFollowed, type Followed } from './expectations.ts';
import { filesIn, heapInUse, weighed } from './gauges.ts';
import { plant } from './planted.ts';
import { aFate, someWeather, type Weather } from './troubles.ts';

/** How long, how random, and who looks on. */
export interface Asked {
  readonly days: number;
  readonly seed: number;
  readonly onSweep?: (done: number, wanted: number) => void;
}

/** What a soak came to; `broken` has a sentence for each promise that was not held. */
export interface Soaked {
  readonly sweeps: number;
  readonly jobs: number;
  readonly runaways: number;
  readonly cancelled: number;
  readonly notices: number;
  readonly messages: number;
  readonly troubles: number;
  /** Instances that ended or stood still, and sweeps that overlapped. */
  readonly accidents: number;
  /** Bytes in use after a collection of garbage, and files in the folder, at even steps. */
  readonly heaps: readonly number[];
  readonly files: readonly number[];
  readonly mostLedgerBytes: number;
  readonly broken: readonly string[];
}

const sweepsPerDay = 1440;
const samplesPerRun = 40;
/** Before a day is checked, all is well for so many minutes. */
const quietMinutes = 90;
const mostBroken = 50;

interface Soaking {
  readonly sim: Simulation;
  readonly random: Random;
  readonly weather: Weather;
  readonly followed: Followed;
  readonly counts: { notices: number; messages: number; accidents: number };
}

/** One minute: jobs appear, something may go wrong, a sweep or two, and what is due is delivered. */
async function oneMinute({ sim, random, weather, counts }: Soaking, isQuiet: boolean): Promise<void> {
  const isUnlucky = !isQuiet && random.chance(1 / 60);
  if (isUnlucky) counts.accidents += 1;
  const fate = isUnlucky ? aFate(random, 'watch') : {};
  if (isUnlucky && random.chance(0.4)) await sim.overlap(random.pick([0, seconds(1), seconds(57)]), [fate, {}]);
  else await sim.sweep(fate);
  const isPushUnlucky = !isQuiet && random.chance(1 / 60);
  if (isPushUnlucky) counts.accidents += 1;
  const pushed = isPushUnlucky ? { fate: aFate(random, 'notify'), copies: 1 + random.below(2) } : {};
  await sim.deliver(pushed);
  if (isQuiet && weather.isBad()) weather.clear();
}

/** At the end of a day nothing may be on its way any more; what happened in it is checked, and forgotten. */
function endOfDay({ sim, followed, counts }: Soaking): void {
  followed.read();
  checkNotices(sim);
  counts.notices += sim.oracle.promises.notices.length;
  counts.messages += sim.people.arrived.length;
  followed.forget();
  sim.forget(sim.clock.now() - hours(8));
}

async function days(
  soaking: Soaking,
  wanted: number,
  about: Pick<Asked, 'onSweep'> & { sample: () => Promise<void> },
): Promise<void> {
  const { sim, random, weather, followed } = soaking;
  const total = wanted * sweepsPerDay;
  const everySo = Math.max(1, Math.floor(total / samplesPerRun));
  let jobs = 0;
  let nextMs = sim.clock.now();
  for (let done = 1; done <= total && sim.oracle.broken().length < mostBroken; done += 1) {
    const minute = (done - 1) % sweepsPerDay;
    const isQuiet = minute >= sweepsPerDay - quietMinutes;
    nextMs = Math.max(nextMs + minutes(1), sim.clock.now());
    await sim.clock.advance(nextMs - sim.clock.now());
    if (isQuiet) weather.clear();
    else weather.change();
    followed.add(plant(sim, random, () => (jobs += 1)));
    await oneMinute(soaking, isQuiet);
    followed.read();
    followed.settle();
    if (minute === sweepsPerDay - 1) endOfDay(soaking);
    if (done % everySo === 0) await about.sample();
    about.onSweep?.(done, total);
  }
}

/** All jobs come to their end, and are accounted for. */
async function settleAll({ sim, followed }: Soaking): Promise<void> {
  for (let count = 0; count < 60; count += 1) {
    await sim.clock.advance(minutes(6));
    await sim.sweep();
    await sim.deliver();
    followed.read();
  }
  followed.settle(true);
}

/** After fifteen days in which nothing ran, a few notices are enough to have everything old removed. */
async function comeBack(soaking: Soaking): Promise<void> {
  const { sim } = soaking;
  await sim.clock.advance(hours(24 * 15));
  sim.restart();
  for (let hour = 0; hour < 50; hour += 1) {
    const id = `late-${hour}`;
    const nowMs = sim.clock.now();
    sim.service.put({
      job: jobOf('plain', id, { nowMs, runTimeMs: minutes(11) }),
      endsAtMs: nowMs + minutes(10),
    });
    await sim.sweep();
    await sim.deliver();
    await sim.clock.advance(hours(1));
    sim.service.forget(id);
  }
  await sim.sweep();
  endOfDay(soaking);
}

/** What is left when everything old is gone: the claims and receipts of the late notices, and their cases. */
const mostObjectsLeft = 250;
const mostCasesLeft = 60;

async function soakIn(path: string, { days: wanted, seed, onSweep }: Asked): Promise<Soaked> {
  const random = randomOf(seed);
  const runaway = /^runaway-/;
  const folder = (now: () => number) => weighed(directoryObjects({ path, now, fsync: false }), 'ledger.json');
  let store: ReturnType<typeof folder> | undefined;
  const sim = aSimulation({
    policy: policies.generous,
    mayBeCancelled: (id) => runaway.test(id),
    objects: (now) => (store = folder(now)),
  });
  if (store === undefined) throw new Error('a simulation opens its store at once');
  const objects = store;
  const soaking: Soaking = {
    sim,
    random,
    weather: someWeather(sim, random),
    followed: nobodyFollowed(sim),
    counts: { notices: 0, messages: 0, accidents: 0 },
  };
  const heaps: number[] = [];
  const files: number[] = [];
  const sample = async () => {
    heaps.push(await heapInUse());
    files.push(await filesIn(path));
    await checkObjects(sim, objects);
  };
  await days(soaking, wanted, { sample, ...(onSweep === undefined ? {} : { onSweep }) });
  checkLedger(sim, objects.most(), wanted);
  await settleAll(soaking);
  endOfDay(soaking);
  const sweeps = sim.sweeps();
  await comeBack(soaking);
  const left = await checkObjects(sim, objects);
  if (left > mostObjectsLeft) sim.oracle.breaks(`${left} claims and receipts are left when all are expired`);
  const cases = Object.keys(sim.oracle.ledger().cases).length;
  if (cases > mostCasesLeft) sim.oracle.breaks(`${cases} cases are left when all are expired`);
  return {
    ...soaking.counts,
    sweeps,
    jobs: soaking.followed.counts.planted,
    runaways: soaking.followed.counts.runaways,
    cancelled: soaking.followed.counts.cancelled,
    troubles: soaking.weather.count(),
    heaps,
    files,
    mostLedgerBytes: objects.most(),
    broken: sim.oracle.broken(),
  };
}

/** Lets the product run for so many days in a temporary folder, a sweep a minute, with whatever goes wrong meanwhile. */
export async function soak(asked: Asked): Promise<Soaked> {
  const path = await mkdtemp(join(tmpdir(), 'jobwarden-soak-'));
  try {
    return await soakIn(path, asked);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
