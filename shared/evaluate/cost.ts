import type { Job } from '../jobs/job.ts';
import type { Policy } from '../policy/schema.ts';
import type { Costs } from './measure.ts';
import { priceBook, reservationName, type Price, type PriceBook } from './prices.ts';

/** What a job is paid by. `free`: on demand, where only queries cost anything. */
type Basis =
  | { readonly by: 'bytes' | 'slots'; readonly price: Price }
  | { readonly by: 'free' }
  | { readonly unknown: string };

const bytesPerTiB = 1024 ** 4;
/** BigQuery bills at least 10 MB for a query that reads anything. */
const leastBytes = 10 * 1024 ** 2;
const msPerHour = 3_600_000;

function onDemand(book: PriceBook, { jobType, location }: Job): Basis {
  if (jobType === undefined) return { unknown: 'its kind is not known' };
  if (jobType !== 'query') return { by: 'free' };
  const price = location === undefined ? undefined : book.perTiB(location);
  return price === undefined
    ? { unknown: `no price per TiB is known for ${location ?? 'its location'}` }
    : { by: 'bytes', price };
}

function reserved(book: PriceBook, reservation: string, { location, edition }: Job): Basis {
  const known = location !== undefined && edition !== undefined && edition !== null;
  const price = book.reservedSlotHour(reservation) ?? (known ? book.slotHour(location, edition) : undefined);
  if (price !== undefined) return { by: 'slots', price };
  return { unknown: `no price of a slot hour is known for reservation ${reservationName(reservation)}` };
}

/** The totals of a script's parent are those of its statements, each of which may be paid for in its own way. */
function basisOf(book: PriceBook, job: Job): Basis {
  if (job.engine !== 'bigquery') return { unknown: `there are no prices for ${job.engine}` };
  if (job.statementType === undefined || job.statementType === 'SCRIPT') {
    return { unknown: 'it is a script or may be one, and each statement is paid for in its own way' };
  }
  if (job.reservation === undefined) return { unknown: 'it is not known whether a reservation pays for it' };
  return job.reservation === null ? onDemand(book, job) : reserved(book, job.reservation, job);
}

function bytesUsd(bytes: number | undefined, { usd }: Price): number | undefined {
  if (bytes === undefined || bytes === 0) return bytes;
  return (Math.max(bytes, leastBytes) / bytesPerTiB) * usd;
}

function soFarUsd(basis: Basis, { bytesProcessed, slotMs }: Job): number | undefined {
  if ('unknown' in basis) return undefined;
  if (basis.by === 'free') return 0;
  if (basis.by === 'bytes') return bytesUsd(bytesProcessed, basis.price);
  return slotMs === undefined ? undefined : (slotMs / msPerHour) * basis.price.usd;
}

function estimatedUsd(basis: Basis, { bytesEstimated }: Job): number | undefined {
  if ('unknown' in basis || basis.by === 'slots') return undefined;
  return basis.by === 'free' ? 0 : bytesUsd(bytesEstimated, basis.price);
}

/**
 * What BigQuery jobs cost in USD by the policy's prices, and by a dated table of list prices where it names none. So
 * far: bytes read on demand, or slot time of a reservation; a lower bound, since slots are billed by the minute and in
 * steps of 50. Estimated: the planner's bytes on demand, which know no cap, cache or free tier; none for slots.
 * Undefined wherever a price or a measure is missing. Source: BigQuery pricing.
 */
export function costsOf(prices: Policy['prices']): Costs {
  const book = priceBook(prices);
  let last: { readonly job: Job; readonly basis: Basis } | undefined;
  // All rules are held against one job after the other: its prices are looked up for the first of them only.
  const basisFor = (job: Job) => {
    if (last?.job !== job) last = { job, basis: basisOf(book, job) };
    return last.basis;
  };
  const { perTiB, slotHour } = book.most;
  return {
    mostUsd: (bytes, slotMs) =>
      Math.max((Math.max(bytes, leastBytes) / bytesPerTiB) * perTiB, (slotMs / msPerHour) * slotHour),
    soFarUsd: (job) => soFarUsd(basisFor(job), job),
    estimatedUsd: (job) => estimatedUsd(basisFor(job), job),
  };
}

/** By what and at which price a job is paid, in words: `on demand, 6.25 USD per TiB read (list price of 2026-09)`. */
export function describeBasis(prices: Policy['prices'], job: Job): string {
  const basis = basisOf(priceBook(prices), job);
  if ('unknown' in basis) return `its cost is not known: ${basis.unknown}`;
  if (basis.by === 'free') return 'on demand, where only queries cost anything';
  const { usd, from } = basis.price;
  if (basis.by === 'bytes') return `on demand, ${usd} USD per TiB read (${from})`;
  return `slot time of reservation ${reservationName(job.reservation ?? '')}, ${usd} USD per slot hour (${from})`;
}
