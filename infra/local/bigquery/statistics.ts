import type { JsonObject } from './json.ts';
import { int64, present } from './json.ts';
import { stateAt } from './job-life.ts';
import type { LivingJob } from './job-life.ts';
import type { Measured } from './measure.ts';
import { measure } from './measure.ts';
import { queryStatistics } from './query-statistics.ts';

const BYTES_PER_ROW = 250;
const BYTES_PER_FILE = 256_000_000;

function loadStatistics(measured: Measured | undefined, done: boolean): JsonObject | undefined {
  if (!measured) return undefined;
  return present({
    inputFiles: int64(Math.ceil(measured.estimatedBytes / BYTES_PER_FILE)),
    inputFileBytes: int64(measured.estimatedBytes),
    outputBytes: int64(measured.bytesProcessed),
    outputRows: int64(measured.bytesProcessed / BYTES_PER_ROW),
    badRecords: done ? '0' : undefined,
  });
}

/** The part of the statistics that belongs to the type of job; copies and extracts show theirs at the end only. */
function workStatistics(job: LivingJob, measured: Measured | undefined, now: number): JsonObject {
  const done = stateAt(job.life, now) === 'DONE';
  const bytes = int64(measured?.bytesProcessed ?? 0);
  switch (job.record.spec.jobType) {
    case 'QUERY':
      return present({ query: queryStatistics(job, measured, now) });
    case 'LOAD':
      return present({ load: loadStatistics(measured, done) });
    case 'EXTRACT':
      return done ? { extract: { destinationUriFileCounts: ['1'], inputBytes: bytes } } : {};
    case 'COPY':
      return done
        ? { copy: { copiedRows: int64((measured?.bytesProcessed ?? 0) / BYTES_PER_ROW), copiedLogicalBytes: bytes } }
        : {};
  }
}

function times(job: LivingJob, now: number): JsonObject {
  const { createdAtMs, startsAtMs, endsAtMs } = job.life;
  const state = stateAt(job.life, now);
  return present({
    creationTime: int64(createdAtMs),
    startTime: state === 'PENDING' ? undefined : int64(startsAtMs),
    endTime: state === 'DONE' ? int64(endsAtMs) : undefined,
    finalExecutionDurationMs: state === 'DONE' ? int64(endsAtMs - startsAtMs) : undefined,
  });
}

function kinship({ record, children }: LivingJob, now: number): JsonObject {
  const begun = children.filter((child) => child.life.createdAtMs <= now).length;
  const text = record.spec.query ?? '';
  const frame = { startLine: 1, startColumn: 1, endLine: 1, endColumn: text.length + 1, text };
  return present({
    numChildJobs: begun > 0 ? int64(begun) : undefined,
    parentJobId: record.parentId,
    scriptStatistics: record.parentId === undefined ? undefined : { evaluationKind: 'STATEMENT', stackFrames: [frame] },
    sessionInfo: record.spec.sessionId === undefined ? undefined : { sessionId: record.spec.sessionId },
  });
}

/** A reservation shows once the job runs; a script's parent shows none, its statements do. */
function capacity({ record, life }: LivingJob, now: number): JsonObject {
  const { reservation, edition } = record.spec;
  if (stateAt(life, now) === 'PENDING' || record.children.length > 0) return {};
  return present({ reservation_id: reservation, edition });
}

/** The statistics of a job at a moment, in the shape of the API's JobStatistics: what is not known yet is absent. */
export function statisticsOf(job: LivingJob, now: number): JsonObject {
  const measured = measure(job, now);
  const { jobType, hidesBytes } = job.record.spec;
  const countsBytes = jobType === 'QUERY' && !hidesBytes;
  const countsSlots = jobType === 'QUERY' || jobType === 'LOAD';
  return {
    ...times(job, now),
    ...present({
      totalBytesProcessed: countsBytes && measured ? int64(measured.bytesProcessed) : undefined,
      totalSlotMs: countsSlots && measured ? int64(measured.slotMs) : undefined,
    }),
    ...capacity(job, now),
    ...kinship(job, now),
    ...workStatistics(job, measured, now),
  };
}
