import { CANCELLED, stateAt } from './job-life.ts';
import type { LivingJob } from './job-life.ts';
import type { Json, JsonObject } from './json.ts';
import { int64, present } from './json.ts';
import type { Measured } from './measure.ts';
import { tablesIn } from './sql.ts';

const SAMPLES = 10;
const UNITS_PER_STAGE = 1_000;
const BYTES_PER_RECORD = 250;
const BILLED_STEP_BYTES = 2 ** 20;
const LEAST_BILLED_BYTES = 10 * BILLED_STEP_BYTES;

/** The share of the work that is done, in thousandths. */
function unitsDone(measured: Measured): number {
  if (measured.estimatedBytes === 0) return 0;
  return Math.round((measured.bytesProcessed / measured.estimatedBytes) * UNITS_PER_STAGE);
}

function timelineOf(measured: Measured): readonly Json[] {
  const completed = unitsDone(measured);
  return Array.from({ length: SAMPLES }, (_, index) => {
    const share = (index + 1) / SAMPLES;
    const done = Math.round(completed * share);
    return {
      elapsedMs: int64(measured.elapsedMs * share),
      totalSlotMs: int64(measured.slotMs * share),
      completedUnits: int64(done),
      pendingUnits: int64(UNITS_PER_STAGE - done),
      activeUnits: int64(measured.elapsedMs === 0 ? 0 : measured.slotMs / measured.elapsedMs),
    };
  });
}

function planOf(job: LivingJob, measured: Measured, done: boolean): readonly Json[] {
  const { startsAtMs, endsAtMs } = job.life;
  const stage = present({
    name: 'S00: Input',
    id: '0',
    startMs: int64(startsAtMs),
    endMs: done ? int64(endsAtMs) : undefined,
    status: done ? 'COMPLETE' : 'RUNNING',
    slotMs: int64(measured.slotMs),
    parallelInputs: int64(UNITS_PER_STAGE),
    completedParallelInputs: int64(unitsDone(measured)),
    recordsRead: int64(measured.bytesProcessed / BYTES_PER_RECORD),
    recordsWritten: '0',
  });
  return [stage];
}

/** Bytes are billed in whole MiB, 10 MiB at least; a job that failed is not billed, a cancelled one is. */
function billedBytes(job: LivingJob, measured: Measured): number {
  const failed = job.life.error !== undefined && job.life.error.reason !== CANCELLED.reason;
  if (failed || measured.bytesProcessed === 0) return 0;
  return Math.max(LEAST_BILLED_BYTES, Math.ceil(measured.bytesProcessed / BILLED_STEP_BYTES) * BILLED_STEP_BYTES);
}

function whenDone(job: LivingJob, measured: Measured | undefined): JsonObject {
  const { project, query = '', hidesBytes } = job.record.spec;
  const tables = tablesIn(query, project).map(([projectId, datasetId, tableId]) => ({ projectId, datasetId, tableId }));
  return present({
    cacheHit: false,
    billingTier: 1,
    totalBytesBilled: measured && !hidesBytes ? int64(billedBytes(job, measured)) : undefined,
    referencedTables: tables.length > 0 ? tables : undefined,
  });
}

/** The statistics of a query job; undefined in the queue, a bare statement type until the first numbers come. */
export function queryStatistics(job: LivingJob, measured: Measured | undefined, now: number): JsonObject | undefined {
  const { statementType, hidesBytes } = job.record.spec;
  const state = stateAt(job.life, now);
  if (state === 'PENDING') return undefined;
  const done = state === 'DONE';
  const shows = measured !== undefined && !hidesBytes;
  const isScript = job.record.children.length > 0;
  return present({
    statementType,
    estimatedBytesProcessed: shows ? int64(measured.estimatedBytes) : undefined,
    totalBytesProcessed: shows ? int64(measured.bytesProcessed) : undefined,
    totalSlotMs: measured ? int64(measured.slotMs) : undefined,
    timeline: measured && !isScript ? timelineOf(measured) : undefined,
    queryPlan: shows && !isScript ? planOf(job, measured, done) : undefined,
    ...(done ? whenDone(job, measured) : {}),
  });
}
