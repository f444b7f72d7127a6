import { minutes, nowMs } from '../../make.ts';
import { virtualClock } from '../../watch/virtual-clock.ts';
import type { Bench, BenchOptions, Measure } from '../bench.ts';
import { randomOf } from '../random.ts';
import { everyMs, startJitter } from './assumptions.ts';
import { timeCrowd, usingCrowd, type Runaway } from './crowd.ts';
import { openService } from './service.ts';
import { cron, product, type Place, type Sweeper } from './sweepers.ts';

// From the moment at which a job is over its limit until a cancel of it was accepted, in virtual time: the product itself
// sweeps, once a minute, beside a plain cron in the same world. What its engine takes to stop a job is the same for both.

/** What came of a crowd. */
interface Delays {
  /** ms, the shortest first. */
  readonly all: readonly number[];
  /** Extra looks for each job that was over its limit. */
  readonly looksPerBreach: number;
  /** Jobs that were over their limit and never cancelled. */
  readonly missed: number;
}

type Crowd = (
  random: ReturnType<typeof randomOf>,
  count: number,
  between: readonly [number, number],
) => readonly Runaway[];

/** How much is simulated: so many epochs, each of so many sweeps after the first, with so many jobs a sweep. */
interface Size {
  readonly epochs: number;
  readonly sweeps: number;
  readonly jobsPerSweep: number;
}

const sizes: Readonly<Record<BenchOptions['scale'], Size>> = {
  tiny: { epochs: 1, sweeps: 3, jobsPerSweep: 4 },
  short: { epochs: 6, sweeps: 12, jobsPerSweep: 12 },
  full: { epochs: 60, sweeps: 20, jobsPerSweep: 20 },
};

async function epochOf(
  makeCrowd: Crowd,
  sweeper: (place: Place) => Sweeper,
  about: { size: Size; lagMs: number; seed: number },
) {
  const { size, lagMs, seed } = about;
  const between = [nowMs + minutes(2), nowMs + minutes(2 + size.sweeps)] as const;
  const crowd = makeCrowd(randomOf(seed), size.jobsPerSweep * size.sweeps, between);
  const random = randomOf(seed + 1);
  const clock = virtualClock(nowMs);
  const service = openService(crowd, { clock, random, lagMs });
  const { sweep } = sweeper({ service, clock, random });
  for (let turn = 0; turn < size.sweeps + 4; turn += 1) {
    // One instance: a sweep that is asked for while another is under way begins after it.
    clock.advance(Math.max(0, nowMs + turn * everyMs + Math.round(startJitter(random)) - clock.now()));
    await sweep(turn);
  }
  return { crowd, service };
}

/** Lets a sweeper loose on crowds, and gives the delays of all of them. */
export async function delaysOf(
  makeCrowd: Crowd,
  sweeper: (place: Place) => Sweeper,
  about: { size: Size; lagMs: number },
): Promise<Delays> {
  const all: number[] = [];
  let looks = 0;
  let missed = 0;
  for (let epoch = 0; epoch < about.size.epochs; epoch += 1) {
    const { crowd, service } = await epochOf(makeCrowd, sweeper, { ...about, seed: 1000 * (epoch + 1) });
    looks += service.extraLooks();
    for (const { id, breaksAtMs } of crowd) {
      if (!Number.isFinite(breaksAtMs)) continue;
      const acceptedMs = service.acceptedAtMs.get(id);
      if (acceptedMs === undefined) missed += 1;
      else all.push(acceptedMs - breaksAtMs);
    }
  }
  return { all: all.sort((a, b) => a - b), looksPerBreach: looks / Math.max(1, all.length), missed };
}

export const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;
const quantile = (all: readonly number[], share: number): number =>
  all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? Number.NaN;

async function* measure({ scale, progress }: BenchOptions): AsyncGenerator<Measure> {
  const size = sizes[scale];
  progress('limits on time');
  const about = { size, lagMs: 0 };
  const ours = await delaysOf(timeCrowd, product, about);
  const plain = await delaysOf(timeCrowd, cron, about);
  const s = (ms: number) => ms / 1000;
  const time = 'limits of 1 min to 2 h on time, until the cancel is accepted';
  yield { id: 'delay-time-mean', what: `${time}, mean`, value: s(mean(ours.all)), unit: 's', goal: { atMost: 0.7 } };
  yield {
    id: 'delay-time-p95',
    what: `${time}, 95 of 100`,
    value: s(quantile(ours.all, 0.95)),
    unit: 's',
    goal: { atMost: 2 },
  };
  yield {
    id: 'delay-time-p99',
    what: `${time}, 99 of 100`,
    value: s(quantile(ours.all, 0.99)),
    unit: 's',
    goal: { atMost: 5 },
  };
  yield { id: 'delay-time-cron', what: 'the same of a plain cron, mean', value: s(mean(plain.all)), unit: 's' };
  yield {
    id: 'delay-time-missed',
    what: 'jobs over such a limit that were never cancelled',
    value: ours.missed,
    unit: 'jobs',
    goal: { atMost: 0 },
  };
  for (const lagMs of [0, 10_000]) {
    const lag = lagMs === 0 ? '' : '-lag';
    const told = lagMs === 0 ? 'fresh numbers' : 'numbers that are 10 s old';
    progress(`limits on use, ${told}`);
    const using = await delaysOf(usingCrowd, product, { size, lagMs });
    const cronUsing = await delaysOf(usingCrowd, cron, { size, lagMs });
    const what = `limits on slot time and bytes, ${told}`;
    const isAsked = lagMs === 0;
    yield {
      id: `delay-use${lag}`,
      what: `${what}: delay of a plain cron against ours, means`,
      value: mean(cronUsing.all) / mean(using.all),
      unit: '×',
      ...(isAsked && { goal: { atLeast: 4 } }),
    };
    yield { id: `delay-use${lag}-mean`, what: `${what}, mean`, value: s(mean(using.all)), unit: 's' };
    yield {
      id: `delay-use${lag}-looks`,
      what: `${what}: extra looks at jobs, for each that was over`,
      value: using.looksPerBreach,
      unit: 'calls',
      ...(isAsked && { goal: { atMost: 3.5 } }),
    };
    yield {
      id: `delay-use${lag}-missed`,
      what: `${what}: jobs that were never cancelled`,
      value: using.missed,
      unit: 'jobs',
      goal: { atMost: 0 },
    };
  }
}

/** How long a job goes on that is over its limit. */
export const delay: Bench = { name: 'delay', measure };
