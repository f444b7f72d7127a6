import type { RuleSample } from './answer.ts';
import type { Sampled } from './samples.ts';

/**
 * The sample of a rule's jobs in columns: the value at an index of each belongs to one job. `owner` and `client` are places
 * in `names`; times in ms, sizes in bytes, money in USD; null is not known; `weight` says how many jobs one stands for.
 */
export interface CompactSample extends Omit<RuleSample, 'jobs'> {
  readonly names: readonly string[];
  readonly columns: {
    readonly runTimeMs: readonly number[];
    readonly queueTimeMs: readonly number[];
    readonly bytes: readonly (number | null)[];
    readonly slotHours: readonly (number | null)[];
    readonly usd: readonly (number | null)[];
    readonly succeeded: readonly (0 | 1)[];
    readonly owner: readonly number[];
    readonly client: readonly number[];
    readonly weight: readonly number[];
  };
}

/** Six digits are enough for a picture. */
const short = (value: number | null) => (value === null ? null : Number(value.toPrecision(6)));

/** Puts a sample into columns, for a page that draws it. */
export function compactSample({ jobs, ...rule }: RuleSample): CompactSample {
  const places = new Map<string, number>();
  const placeOf = (name: string) => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  };
  const column = <Value>(read: (job: Sampled) => Value) => jobs.map(read);
  const columns = {
    runTimeMs: column((job) => job.runTimeMs),
    queueTimeMs: column((job) => job.queueTimeMs),
    bytes: column((job) => job.bytes),
    slotHours: column((job) => short(job.slotHours)),
    usd: column((job) => short(job.usd)),
    succeeded: column((job) => (job.succeeded ? 1 : 0)),
    owner: column((job) => placeOf(job.owner)),
    client: column((job) => placeOf(job.client)),
    weight: column((job) => short(job.weight) ?? 1),
  };
  return { ...rule, names: [...places.keys()], columns };
}
