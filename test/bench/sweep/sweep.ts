import type { Bench, BenchOptions, Measure } from '../bench.ts';
import { median } from '../rounds.ts';
import { buildContenders } from './build.ts';
import { arena, type Taken, type Who } from './contenders.ts';
import { costOf, usedBy } from './cost.ts';
import { startHost, type Host } from './host.ts';
import { projectNames } from './names.ts';
import type { Setup } from './service.ts';
import { sizes, type Size } from './sizes.ts';

// A sweep as it is deployed, against scripts with the official client and against what no client can do better than. The
// service answers after a time that is always the same, and enforces BigQuery's quota for all of them.

const perSecond = 100;
/** As the product has it when nothing else is set. */
const inFlight = 32;
const mib = 1024 ** 2;

/** What a bench works with. */
interface Ring {
  readonly size: Size;
  readonly host: Host;
  readonly compete: (setup: Setup, who: Who) => Promise<Taken>;
  readonly progress: BenchOptions['progress'];
}

const setupOf = (size: Size, fields: Partial<Setup> & Pick<Setup, 'jobsPerPage'>): Setup => ({
  pages: 1,
  nowMs: Date.now(),
  latencyMs: size.latencyMs,
  perSecond,
  runawayIn: null,
  isFullToo: false,
  ...fields,
});

const many = (count: number): string => count.toLocaleString('en');

/** Bytes of the same pages as a client gets them that asks for no fields. */
async function fullBytes({ host, size }: Ring, projects: number): Promise<number> {
  await host.setUp(setupOf(size, { jobsPerPage: size.memory.jobsPerPage, latencyMs: 0, isFullToo: true }));
  for (const project of projectNames(projects)) {
    const headers = { 'accept-encoding': 'gzip' };
    await (await fetch(`${host.url}/bigquery/v2/projects/${project}/jobs?projection=full`, { headers })).arrayBuffer();
  }
  return (await host.counted()).bytes;
}

async function* memory(ring: Ring): AsyncGenerator<Measure> {
  const { size, compete, progress } = ring;
  const { many: most, few, jobsPerPage } = size.memory;
  const setup = setupOf(size, { jobsPerPage });
  const [ratios, peaks]: [number[], number[]] = [[], []];
  let [bytes, seen] = [0, most * jobsPerPage];
  for (let round = 0; round < size.rounds; round += 1) {
    progress(`${many(most * jobsPerPage)} jobs`);
    const large = await compete(setup, { who: 'product', projects: most });
    const small = await compete(setup, { who: 'product', projects: few });
    // A slow machine does not get through a million of them in the time of a sweep.
    seen = Math.min(seen, large.jobs);
    ratios.push(large.peakBytes / small.peakBytes);
    peaks.push(large.peakBytes / mib);
    bytes = small.bytes;
  }
  const full = await fullBytes(ring, few);
  const page = `pages of ${many(jobsPerPage)} running jobs`;
  const what = `bytes on the wire, against projection=full without a mask, ${page}`;
  yield { id: 'sweep-bytes', what, value: bytes / full, unit: '×', goal: { atMost: 0.05 } };
  const jobs = `${many(seen)} running jobs`;
  yield {
    id: 'sweep-memory',
    what: `peak memory at ${jobs}, against ${many(few * jobsPerPage)}`,
    value: median(ratios),
    unit: '×',
    goal: { atMost: 1.25 },
  };
  yield { id: 'sweep-peak', what: `peak memory at ${jobs}`, value: median(peaks), unit: 'MiB', goal: { atMost: 256 } };
}

/** The least time for a page of each project: by the quota, by what may be under way at once, by the longest chain. */
function floorMs(projects: number, latencyMs: number): number {
  return Math.max((projects / perSecond) * 1000, (projects * latencyMs) / inFlight, latencyMs);
}

async function* time({ size, compete, progress }: Ring): AsyncGenerator<Measure> {
  const { projects, jobsPerPage } = size.sweep;
  const setup = setupOf(size, { jobsPerPage });
  progress(`${many(projects)} projects`);
  const rounds: Taken[] = [];
  for (let round = 0; round < size.rounds; round += 1) rounds.push(await compete(setup, { who: 'product', projects }));
  const one = await compete(setup, { who: 'product', projects: 1 });
  yield {
    id: 'sweep-time',
    what: `a sweep over ${many(projects)} projects at 100 requests a second, against the least time for so many`,
    value: median(rounds.map(({ tookMs }) => tookMs)) / floorMs(projects, size.latencyMs),
    unit: '×',
    goal: { atMost: 1.15 },
  };
  const rejected = rounds.reduce((sum, taken) => sum + taken.rejected, 0);
  const goal = { atMost: 0 };
  yield { id: 'sweep-rejected', what: 'requests of such a sweep over the quota', value: rejected, unit: 'calls', goal };
  const cpu = median(rounds.map(({ cpuSeconds }) => cpuSeconds));
  const thousand = one.cpuSeconds + ((cpu - one.cpuSeconds) * 999) / Math.max(1, projects - 1);
  yield* cost({ cpuSeconds: { one: one.cpuSeconds, thousand }, readsPerSweep: one.reads });
}

function* cost(measured: Parameters<typeof usedBy>[0]): Generator<Measure> {
  for (const projects of [1, 100, 1000, 10_000]) {
    const { usd, listUsd, freeCpuShare } = costOf(usedBy(measured, projects));
    const isAsked = projects === 1000;
    const what = `a month of ${many(projects)} projects after the free tier (list price ${listUsd.toFixed(2)})`;
    yield { id: `cost-${projects}`, what, value: usd, unit: 'USD', ...(isAsked && { goal: { atMost: 0 } }) };
    if (!isAsked) continue;
    const share = 'the processor time of that, of what is free';
    yield { id: 'cost-cpu', what: share, value: 100 * freeCpuShare, unit: '%', goal: { atMost: 100 } };
  }
}

const figures = ['cpu', 'memory', 'bytes', 'time'] as const;
type Figure = (typeof figures)[number];

const inWords: Readonly<Record<Figure, string>> = {
  cpu: 'processor time',
  memory: 'peak memory',
  bytes: 'bytes on the wire',
  time: 'time',
};

/** What a run took; of one that was cut short, as much as all of it would have taken. Memory does not grow by that. */
const valueOf = (taken: Taken, figure: Figure, whole: number): number =>
  ({ cpu: taken.cpuSeconds * whole, memory: taken.peakBytes, bytes: taken.bytes * whole, time: taken.tookMs * whole })[
    figure
  ];

/** How many times as much a script takes as the product, in each of the rounds. */
async function againstScripts({ size, compete, progress }: Ring) {
  const { projects, inSequence, jobsPerPage } = size.script;
  const setup = setupOf(size, { jobsPerPage });
  const full = { ...setup, isFullToo: true };
  const rounds: { readonly ours: Taken; readonly sequence: Taken; readonly parallel: Taken }[] = [];
  for (let round = 0; round < size.rounds; round += 1) {
    progress(`scripts, round ${round + 1}`);
    const ours = await compete(setup, { who: 'product', projects });
    const parallel = await compete(full, { who: 'library', projects, atOnce: 32 });
    const sequence = await compete(full, { who: 'library', projects: inSequence, atOnce: 1 });
    if (ours.isWhole && ours.jobs !== parallel.jobs)
      throw new Error(`${ours.jobs} jobs were seen, and ${parallel.jobs} by a script`);
    rounds.push({ ours, sequence, parallel });
  }
  return (who: 'sequence' | 'parallel', figure: Figure): number => {
    const whole = who === 'sequence' ? projects / inSequence : 1;
    return median(rounds.map((round) => valueOf(round[who], figure, whole) / valueOf(round.ours, figure, 1)));
  };
}

async function* scripts(ring: Ring): AsyncGenerator<Measure> {
  const { projects, jobsPerPage } = ring.size.script;
  const times = await againstScripts(ring);
  const sweep = `a sweep over ${many(projects)} projects with ${many(projects * jobsPerPage)} jobs`;
  const goals = { cpu: 10, memory: 5, bytes: 20, time: 10 } as const;
  for (const [who, how] of [
    ['sequence', 'in sequence'],
    ['parallel', '32 in parallel'],
  ] as const) {
    for (const figure of figures) {
      yield {
        id: `sweep-${figure}-${who}`,
        what: `${inWords[figure]} of the official client, ${how}, against ${sweep}`,
        value: times(who, figure),
        unit: '×',
        goal: { atLeast: who === 'parallel' && figure === 'time' ? 2.5 : goals[figure] },
      };
    }
  }
}

async function* first({ size, compete, progress }: Ring): AsyncGenerator<Measure> {
  const { projects, jobsPerPage } = size.script;
  progress('the first violation');
  const [runawayIn = null] = projectNames(1);
  const founds: number[] = [];
  for (let round = 0; round < size.rounds; round += 1) {
    const taken = await compete(setupOf(size, { jobsPerPage, runawayIn }), { who: 'product', projects });
    if (taken.isWhole && taken.found !== 1) throw new Error(`${taken.found} violations were found, and there is one`);
    founds.push((taken.firstFoundMs ?? Number.NaN) / size.latencyMs);
  }
  const what = `from the start of a sweep over ${many(projects)} projects to the first violation, in latencies of a request`;
  yield { id: 'sweep-first', what, value: median(founds), unit: '×', goal: { atMost: 2 } };
}

async function* measure({ scale, progress }: BenchOptions): AsyncGenerator<Measure> {
  progress('building');
  const contenders = await buildContenders();
  const host = await startHost();
  const ring: Ring = { size: sizes[scale], host, compete: arena(host, contenders), progress };
  try {
    yield* memory(ring);
    yield* first(ring);
    yield* scripts(ring);
    yield* time(ring);
  } finally {
    await host.close();
    await contenders.remove();
  }
}

/** What a sweep takes: bytes, memory, time, processor, and money. */
export const sweeps: Bench = { name: 'sweep', measure };
