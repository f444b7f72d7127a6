import { clientOf } from '../jobs/client.ts';
import { detailKeys, jobName, type Job } from '../jobs/job.ts';
import type { JobData } from './job-data.ts';
import { queryHash } from './query.ts';
import { bounded, isoTimeIfKnown } from './text.ts';

const maxLabels = 64;
const maxLabelText = 63;

const short = (text: string): string => bounded(text, 300);
const longId = (text: string): string => bounded(text, 1100);
const ifText = <T>(text: T, cut: (text: string) => string): T | string => (typeof text === 'string' ? cut(text) : text);

/** A number that JSON can carry and that is not negative; undefined otherwise. */
function amountOf(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function countOf(value: number | undefined): number | undefined {
  return Number.isSafeInteger(value) ? amountOf(value) : undefined;
}

/** All fields of the job that are known, bounded; of the statement only its hash. */
export function jobFacts(job: Job): JobData['job'] {
  return {
    name: longId(jobName(job)),
    engine: job.engine,
    target: short(job.target),
    project: short(job.project),
    location: ifText(job.location, short),
    id: longId(job.id),
    state: job.state,
    redacted: job.redacted,
    createdAt: isoTimeIfKnown(job.createdAtMs),
    startedAt: isoTimeIfKnown(job.startedAtMs),
    endedAt: isoTimeIfKnown(job.endedAtMs),
    jobType: ifText(job.jobType, short),
    statementType: ifText(job.statementType, short),
    priority: job.priority,
    ...boundedDetails(job.details),
    ...boundedLabels(job.labels),
    reservation: ifText(job.reservation, short),
    edition: ifText(job.edition, short),
    continuous: job.continuous,
    bytesProcessed: amountOf(job.bytesProcessed),
    bytesEstimated: amountOf(job.bytesEstimated),
    slotMs: amountOf(job.slotMs),
    parentId: ifText(job.parentId, longId),
    children: countOf(job.children),
    destination: ifText(job.destination, longId),
    doubts: job.doubts?.slice(0, 20).map((doubt) => bounded(doubt, 1000)),
    queryHash: queryHash(job),
  };
}

/** Who ran the job, and through which client. */
export function ranBy(job: Job): JobData['ranBy'] {
  const client = clientOf(job);
  return {
    principal: ifText(job.principal, short),
    kind: job.principalKind,
    client: client.name,
    clientPossible: client.possible,
    clientHints: client.hints,
  };
}

function boundedDetails(details: Job['details']): Pick<JobData['job'], 'details'> {
  const known = detailKeys.flatMap((key) => {
    const name = details?.[key];
    return name === undefined ? [] : [[key, short(name)] as const];
  });
  return known.length === 0 ? {} : { details: Object.fromEntries(known) };
}

function boundedLabels(labels: Job['labels']): Pick<JobData['job'], 'labels' | 'labelsNote'> {
  if (labels === undefined) return {};
  const all = Object.entries(labels);
  const kept: Record<string, string> = {};
  let cut = 0;
  for (const [key, value] of all.slice(0, maxLabels)) {
    const name = bounded(key, maxLabelText);
    if (name !== key || value.length > maxLabelText || !value.isWellFormed()) cut += 1;
    if (!Object.hasOwn(kept, name) && name !== '__proto__') kept[name] = bounded(value, maxLabelText);
  }
  const notes = [
    ...(all.length > maxLabels ? [`${all.length - maxLabels} of ${all.length} labels were left out.`] : []),
    ...(cut > 0 ? [`${cut} were cut to ${maxLabelText} characters.`] : []),
  ];
  return notes.length === 0 ? { labels: kept } : { labels: kept, labelsNote: notes.join(' ') };
}

/** What the job has used up so far, as far as it is known: the times are the engine's, until `measuredAtMs` if it runs. */
export function spentBy(job: Job, measuredAtMs: number, costUsd: number | undefined): JobData['spent'] {
  const untilMs = job.endedAtMs ?? measuredAtMs;
  const slotMs = amountOf(job.slotMs);
  return {
    runTimeMs: job.startedAtMs === undefined ? undefined : amountOf(untilMs - job.startedAtMs),
    slotHours: slotMs === undefined ? undefined : slotMs / 3_600_000,
    bytesProcessed: amountOf(job.bytesProcessed),
    costUsd: amountOf(costUsd),
  };
}
