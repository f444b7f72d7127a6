import type { Job, JobState } from '../../jobs/job.ts';
import { isFields } from '../http/read.ts';

import { countOf, partOf, textOf, timeOf, type Fields, type Oddity } from './plain.ts';
import { identityOf } from './principal.ts';
import type { Finding } from './record.ts';

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function stateOf(record: Fields, odd: Oddity): JobState {
  const word = textOf(partOf(record['status'], odd)['state'], odd) ?? textOf(record['state'], odd);
  if (word === 'RUNNING') return 'running';
  if (word !== 'PENDING') odd.found = true;
  return 'pending';
}

const kinds: Readonly<Record<string, string>> = { QUERY: 'query', LOAD: 'load', EXTRACT: 'extract', COPY: 'copy' };

function kindOf(word: unknown, odd: Oddity): string {
  const kind = typeof word === 'string' && Object.hasOwn(kinds, word) ? kinds[word] : undefined;
  if (kind === undefined) odd.found = true;
  return kind ?? '';
}

function priorityOf(word: string | undefined, odd: Oddity): Job['priority'] {
  if (word === 'INTERACTIVE') return 'interactive';
  if (word === 'BATCH') return 'batch';
  if (word !== undefined) odd.found = true;
  return undefined;
}

function continuousOf(value: unknown, odd: Oddity): boolean {
  if (typeof value === 'boolean') return value;
  if (value !== undefined && value !== null) odd.found = true;
  return false;
}

/** The labels as they came: nobody changes them, and nothing else of the record is kept. */
function labelsOf(value: unknown, odd: Oddity): Readonly<Record<string, string>> {
  const labels = partOf(value, odd);
  if (areTexts(labels)) return labels;
  odd.found = true;
  return {};
}

function areTexts(labels: Fields): labels is Readonly<Record<string, string>> {
  for (const key in labels) if (typeof labels[key] !== 'string') return false;
  return true;
}

function paymentOf(statistics: Fields, absenceSpeaks: boolean, odd: Oddity): Pick<Job, 'reservation' | 'edition'> {
  const reservation = textOf(statistics['reservation_id'], odd);
  const edition = textOf(statistics['edition'], odd);
  if (!absenceSpeaks || (statistics['reservation_id'] ?? undefined) !== undefined) return { reservation, edition };
  return {
    reservation: null,
    edition: edition ?? ((statistics['edition'] ?? undefined) === undefined ? null : undefined),
  };
}

/** What the job uses; BigQuery writes totals in two places. */
function useOf(statistics: Fields, odd: Oddity) {
  const ofQuery = partOf(statistics['query'], odd);
  const bytes = countOf(statistics['totalBytesProcessed'], odd);
  const slots = countOf(statistics['totalSlotMs'], odd);
  return {
    bytesProcessed: larger(bytes, countOf(ofQuery['totalBytesProcessed'], odd)),
    bytesEstimated: countOf(ofQuery['estimatedBytesProcessed'], odd),
    slotMs: larger(slots, countOf(ofQuery['totalSlotMs'], odd)),
  };
}

/** What somebody asked for. */
function workOf(configuration: Fields, statistics: Fields, odd: Oddity) {
  const jobType = kindOf(configuration['jobType'], odd);
  const configured = partOf(configuration[jobType], odd);
  const isQuery = jobType === 'query';
  return {
    jobType,
    statementType: isQuery ? textOf(partOf(statistics['query'], odd)['statementType'], odd) : null,
    priority: isQuery ? priorityOf(textOf(configured['priority'], odd), odd) : null,
    labels: labelsOf(configuration['labels'], odd),
    continuous: isQuery ? continuousOf(configured['continuous'], odd) : false,
  };
}

function timesOf(statistics: Fields, odd: Oddity) {
  const createdAtMs = timeOf(statistics['creationTime'], undefined, odd);
  const startedAtMs = timeOf(statistics['startTime'], createdAtMs, odd);
  return { createdAtMs, startedAtMs, endedAtMs: timeOf(statistics['endTime'], startedAtMs ?? createdAtMs, odd) };
}

function familyOf(statistics: Fields, odd: Oddity): Pick<Job, 'parentId' | 'children'> {
  const parent = statistics['parentJobId'] ?? undefined;
  return {
    parentId: parent === undefined ? null : textOf(parent, odd),
    children: countOf(statistics['numChildJobs'], odd),
  };
}

/** A pending job has no reservation yet, and a script's parent never shows one: only from other jobs its absence speaks. */
function absenceSpeaks(state: JobState, startedAtMs: number | undefined, statementType: Job['statementType']): boolean {
  return state === 'running' && startedAtMs !== undefined && statementType !== undefined && statementType !== 'SCRIPT';
}

type Whole = Readonly<Record<'record' | 'configuration' | 'statistics', Fields>>;

function partsOf({ record, configuration, statistics }: Whole, odd: Oddity) {
  const reference = partOf(record['jobReference'], odd);
  const email = textOf(record['user_email'], odd);
  const state = stateOf(record, odd);
  const work = workOf(configuration, statistics, odd);
  const times = timesOf(statistics, odd);
  return {
    id: textOf(reference['jobId'], odd),
    project: textOf(reference['projectId'], odd),
    location: textOf(reference['location'], odd),
    state,
    work,
    times,
    who: identityOf(email, textOf(record['principal_subject'], odd)),
    use: useOf(statistics, odd),
    payment: paymentOf(statistics, absenceSpeaks(state, times.startedAtMs, work.statementType), odd),
    family: familyOf(statistics, odd),
  };
}

/**
 * Field by field: every rule looks at them, and what is spread into a job lies further away. The project is one text for
 * all jobs of a listing.
 */
function jobOf(id: string, parts: ReturnType<typeof partsOf>, found: Finding): Job {
  const { state, work, times, who, use, payment, family } = parts;
  return {
    engine: 'bigquery',
    target: found.target,
    project: parts.project === undefined || parts.project === found.project ? found.project : parts.project,
    location: parts.location ?? found.location,
    id,
    state,
    redacted: false,
    createdAtMs: times.createdAtMs,
    startedAtMs: times.startedAtMs,
    endedAtMs: times.endedAtMs,
    principal: who.principal,
    principalKind: who.principalKind,
    jobType: work.jobType,
    statementType: work.statementType,
    priority: work.priority,
    labels: work.labels,
    continuous: work.continuous,
    bytesProcessed: use.bytesProcessed,
    bytesEstimated: use.bytesEstimated,
    slotMs: use.slotMs,
    reservation: payment.reservation,
    edition: payment.edition,
    parentId: family.parentId,
    children: family.children,
  };
}

/**
 * Reads a listed record in which nothing is strange, many times as fast as it is read with care, and to the same job;
 * undefined for any other. Of a thousand records that a page has, nearly all are like this.
 */
export function plainJob(record: unknown, found: Finding): Job | undefined {
  if (found.withText || !isFields(record)) return undefined;
  const { configuration, statistics } = record;
  if (!isFields(configuration) || !isFields(statistics)) return undefined;
  const odd: Oddity = { found: false };
  const parts = partsOf({ record, configuration, statistics }, odd);
  if (odd.found || parts.id === undefined || parts.who.principal === undefined) return undefined;
  return jobOf(parts.id, parts, found);
}
