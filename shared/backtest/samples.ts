import type { Job } from '../jobs/job.ts';
import type { PastJob } from '../history/past-job.ts';
import type { Metric } from '../jobs/verdict.ts';

/** A job of a sample. `weight`: how many jobs like it it stands for, itself included. */
export interface Sampled {
  readonly runTimeMs: number;
  readonly queueTimeMs: number;
  readonly bytes: number | null;
  readonly slotHours: number | null;
  readonly usd: number | null;
  readonly succeeded: boolean;
  readonly owner: string;
  readonly client: string;
  readonly weight: number;
}

/** What else a sample says of a job; asked only of jobs that are kept. */
export type Describe = (past: PastJob) => Pick<Sampled, 'owner' | 'client'> & { readonly usd: number | undefined };

/** Keeps a sample of jobs that is exact where there are few, as in the tail, and the same whatever their order. */
export interface Sample {
  note(past: PastJob): void;
  jobs(): readonly Sampled[];
}

interface Kept {
  readonly rank: number;
  readonly sampled: Omit<Sampled, 'weight'>;
}

interface Stratum {
  count: number;
  highest: number;
  readonly kept: Kept[];
}

const perStratum = 48;
const strataPerDoubling = 4;
const msPerHour = 3_600_000;

/** A number that looks random and is always the same for a job (FNV-1a over its id, mixed once more). */
function rankOf({ id }: Job, createdAtMs: number): number {
  let hash = 0x811c9dc5 ^ (createdAtMs % 0x7fffffff);
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ (hash >>> 13)) >>> 0;
}

const times = (past: PastJob) => {
  const startMs = past.final.startedAtMs ?? past.endedAtMs;
  return { runTimeMs: past.endedAtMs - startMs, queueTimeMs: startMs - past.createdAtMs };
};

/** The number by which the jobs of a rule are told apart: what its limit is on. */
function sizeOf(past: PastJob, metric: Metric): number {
  const { bytesProcessed, slotMs } = past.final;
  if (metric === 'runTime') return times(past).runTimeMs;
  if (metric === 'queueTime') return times(past).queueTimeMs;
  return (metric === 'slotHours' ? slotMs : bytesProcessed) ?? 0;
}

function sampledOf(past: PastJob, describe: Describe): Omit<Sampled, 'weight'> {
  const { bytesProcessed, slotMs, end } = past.final;
  const { owner, client, usd } = describe(past);
  return {
    ...times(past),
    bytes: bytesProcessed ?? null,
    slotHours: slotMs === undefined ? null : slotMs / msPerHour,
    usd: usd ?? null,
    succeeded: end?.how === 'succeeded',
    owner,
    client,
  };
}

function replaceHighest(stratum: Stratum, kept: Kept): void {
  const index = stratum.kept.findIndex(({ rank }) => rank === stratum.highest);
  stratum.kept[index] = kept;
  stratum.highest = Math.max(...stratum.kept.map(({ rank }) => rank));
}

/** A sample of jobs by strata of a metric's number, four to each doubling: at most a few thousand jobs. */
export function sampleOf(metric: Metric, describe: Describe): Sample {
  const strata = new Map<number, Stratum>();
  return {
    note: (past) => {
      const key = Math.floor(strataPerDoubling * Math.log2(1 + sizeOf(past, metric)));
      const stratum = strata.get(key) ?? { count: 0, highest: 0, kept: [] };
      strata.set(key, stratum);
      stratum.count += 1;
      const rank = rankOf(past.final, past.createdAtMs);
      if (stratum.kept.length < perStratum) {
        stratum.kept.push({ rank, sampled: sampledOf(past, describe) });
        stratum.highest = Math.max(stratum.highest, rank);
      } else if (rank < stratum.highest) replaceHighest(stratum, { rank, sampled: sampledOf(past, describe) });
    },
    jobs: () =>
      [...strata.entries()]
        .sort(([a], [b]) => a - b)
        .flatMap(([, { count, kept }]) =>
          kept.toSorted((a, b) => a.rank - b.rank).map(({ sampled }) => ({ ...sampled, weight: count / kept.length })),
        ),
  };
}
