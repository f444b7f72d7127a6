import type { Job } from '../../../shared/jobs/job.ts';

const length = (text: string | null | undefined) => text?.length ?? 0;

/** Touches every field of each job once and does nothing with it: no evaluator that reads its jobs can be faster. */
export function touch(jobs: readonly Job[]): number {
  let sum = 0;
  for (const job of jobs) {
    sum += length(job.engine) + length(job.target) + length(job.project) + length(job.location) + length(job.id);
    sum += length(job.state) + (job.redacted ? 1 : 0);
    sum += (job.createdAtMs ?? 0) + (job.startedAtMs ?? 0) + (job.endedAtMs ?? 0);
    sum += length(job.principal) + length(job.principalKind) + length(job.jobType) + length(job.statementType);
    sum += length(job.priority) + length(job.reservation) + length(job.edition) + (job.continuous === true ? 1 : 0);
    for (const label in job.labels) sum += length(job.labels[label]);
    sum += (job.bytesProcessed ?? 0) + (job.bytesEstimated ?? 0) + (job.slotMs ?? 0);
    sum += length(job.parentId) + (job.children ?? 0) + length(job.queryText) + length(job.destination);
    sum += length(job.details?.instance) + length(job.end?.how) + (job.doubts?.length ?? 0);
  }
  return sum;
}
