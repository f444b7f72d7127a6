import type { Job } from '../../../shared/jobs/job.ts';
import type { Random } from '../random.ts';

// Synthetic: no such project, person or job exists.

const kinds: Readonly<Record<string, string>> = { query: 'QUERY', load: 'LOAD', extract: 'EXTRACT', copy: 'COPY' };

/** Numbers are int64 and stand in texts (BigQuery REST reference). */
const int64 = (value: number | undefined) => (value === undefined ? undefined : String(value));

/** Queries without a destination of their own write to an anonymous table. */
function tableOf({ project: projectId }: Job, random: Random) {
  const hex = () => random.below(0xffff_ffff).toString(16).padStart(8, '0');
  return { projectId, datasetId: `_${hex()}${hex()}`, tableId: `anon${hex()}${hex()}${hex()}` };
}

function configurationOf(job: Job, random: Random): object {
  const { jobType = 'query', labels = {} } = job;
  const destinationTable = tableOf(job, random);
  const parts = {
    query: {
      destinationTable,
      priority: job.priority?.toUpperCase(),
      continuous: job.continuous === true || undefined,
    },
    extract: { destinationUris: [`gs://${job.project}-exports/${job.id}-*.parquet`] },
  };
  const part = jobType === 'query' || jobType === 'extract' ? parts[jobType] : { destinationTable };
  return { jobType: kinds[jobType], labels: Object.keys(labels).length > 0 ? labels : undefined, [jobType]: part };
}

function statisticsOf(job: Job): object {
  const { bytesProcessed, bytesEstimated, slotMs, statementType } = job;
  const query = {
    statementType: statementType ?? undefined,
    estimatedBytesProcessed: int64(bytesEstimated),
    totalBytesProcessed: int64(bytesProcessed),
    totalSlotMs: int64(slotMs),
  };
  return {
    creationTime: int64(job.createdAtMs),
    startTime: int64(job.startedAtMs),
    totalBytesProcessed: int64(bytesProcessed),
    totalSlotMs: int64(slotMs),
    parentJobId: job.parentId ?? undefined,
    reservation_id: job.reservation ?? undefined,
    edition: job.edition ?? undefined,
    query: job.jobType === 'query' ? query : undefined,
  };
}

/** A job as `jobs.list` shows it with our mask; a redacted one shows neither who runs it nor what it is. */
export function recordOf(job: Job, random: Random): object {
  const { project, location, id } = job;
  const state = job.state.toUpperCase();
  const record = {
    id: `${project}:${location}.${id}`,
    jobReference: { projectId: project, jobId: id, location },
    state,
    status: { state },
  };
  if (job.redacted) return { ...record, statistics: { creationTime: int64(job.createdAtMs) } };
  const configuration = configurationOf(job, random);
  return { ...record, user_email: job.principal, statistics: statisticsOf(job), configuration };
}
