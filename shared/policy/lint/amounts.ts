import { formatDuration, parseDuration } from '../../jobs/duration.ts';
import { formatQuantity } from '../../jobs/quantity.ts';
import type { Metric } from '../../jobs/verdict.ts';
import type { Path } from '../lines.ts';
import type { MatchFields } from '../match.ts';
import { limitPlaces, type LimitPlace } from './limit-places.ts';
import { enginesOf, writtenAt, type Check, type Sense, type Subject } from './subject.ts';

/** A sweep comes once a minute. */
const cadenceMs = 60_000;
const gigabyte = 1000 ** 3;
const hourMs = 3_600_000;

const isTime = (metric: Metric) => metric === 'runTime' || metric === 'queueTime';

/** `30m` for `30s`: what was probably meant by a time that is too short. */
function meantTime(written: unknown): string {
  const minutes = typeof written === 'string' && /^\d+s$/.test(written) ? written.replace('s', 'm') : undefined;
  return minutes === undefined ? 'Write at least 1m.' : `Did you mean ${minutes}? Write at least 1m.`;
}

function tooShort(written: unknown, path: Path): Sense {
  const shown = typeof written === 'string' ? written : 'This time';
  const says = `${shown} is shorter than a sweep: Jobwarden looks once a minute.`;
  return { code: 'below-cadence', path, says, try: meantTime(written) };
}

function shortTimes({ policy, written }: Subject): Sense[] {
  const paths: Path[] = policy.rules.flatMap((_, index) => [
    ['rules', index, 'grace'],
    ['rules', index, 'ifUndelivered', 'wait'],
  ]);
  return [...paths, ['notices', 'repeat']].flatMap((path) => {
    const value = writtenAt(written, path);
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    return ms === undefined || ms >= cadenceMs ? [] : [tooShort(value, path)];
  });
}

/** In `all` a small number beside a large one is a condition of its own, such as "and has read anything at all". */
const standsAlone = ({ limit }: LimitPlace) => limit.how === 'any' || Object.keys(limit.of).length === 1;

function small(place: LimitPlace, written: unknown): Sense | undefined {
  const { metric, threshold, path } = place;
  if (!standsAlone(place)) return undefined;
  if (isTime(metric)) return threshold < cadenceMs ? tooShort(writtenAt(written, path), path) : undefined;
  if (threshold === 0) {
    const says = `0 is passed by every job that has used anything: over means strictly greater.`;
    return { code: 'limit-zero', path, says, try: 'Write the amount that is too much.' };
  }
  const isBytes = metric === 'bytesProcessed' || metric === 'bytesEstimated';
  if (!isBytes || threshold >= gigabyte) return undefined;
  const says = `${formatQuantity(metric, threshold)} is passed by nearly every query.`;
  return { code: 'limit-small', path, says, try: 'Did you mean GB or TB?' };
}

/** Beyond these no job gets: built-in stops of BigQuery (quotas, 2026-08), the largest reservations, and common sense. */
const largest: Readonly<Record<Metric, { readonly amount: number; readonly why: string }>> = {
  runTime: { amount: 48 * hourMs, why: 'BigQuery ends a query after 6 hours, in three attempts at most.' },
  queueTime: { amount: 24 * hourMs - 1, why: 'BigQuery gives up a query that has waited for a day.' },
  bytesProcessed: { amount: 5 * 1024 ** 5, why: 'No query reads that much.' },
  bytesEstimated: { amount: 5 * 1024 ** 5, why: 'No query reads that much.' },
  slotHours: { amount: 100_000, why: 'That is 10,000 slots for ten hours.' },
  costSoFar: { amount: 100_000, why: 'No job costs that much.' },
  costEstimated: { amount: 100_000, why: 'No job costs that much.' },
};

function huge(subject: Subject, { metric, threshold, path, rule }: LimitPlace): Sense | undefined {
  if (rule === undefined || threshold <= largest[metric].amount) return undefined;
  const blocks: readonly MatchFields[] = rule.match.length === 0 ? [{}] : rule.match;
  const isOther = blocks.some(
    (block) => block.continuous === true || enginesOf(subject, block.engine).some((engine) => engine !== 'bigquery'),
  );
  if (isOther && isTime(metric)) return undefined;
  const shown = isTime(metric) ? formatDuration(threshold) : formatQuantity(metric, threshold);
  const cure =
    metric === 'slotHours' ? 'Write hours of one slot: 7,200,000 slot milliseconds are 2.' : 'Check the unit.';
  return { code: 'limit-huge', path, says: `${shown} is never passed. ${largest[metric].why}`, try: cure };
}

/** Numbers that are far too small or far too large, so that another unit was probably meant. */
export const amounts: Check = (subject) => {
  const numbers = limitPlaces(subject).flatMap((place) =>
    [small(place, subject.written), huge(subject, place)].filter((sense) => sense !== undefined),
  );
  return [...numbers, ...shortTimes(subject)];
};
