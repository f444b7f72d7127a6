import type { JobRecord, LivingJob } from './job-life.ts';
import { plannedRunMs, stateAt } from './job-life.ts';
import type { FullJobSpec } from './spec.ts';

/** What has been counted of a job so far: whole bytes and slot milliseconds, after elapsedMs of running. */
export interface Measured {
  readonly elapsedMs: number;
  readonly estimatedBytes: number;
  readonly bytesProcessed: number;
  readonly slotMs: number;
}

const DEFAULT_BYTES_PER_SECOND = 50_000_000;

function sumOf(parts: readonly Measured[], elapsedMs: number): Measured {
  const total = (pick: (part: Measured) => number) => parts.reduce((sum, part) => sum + pick(part), 0);
  return {
    elapsedMs,
    estimatedBytes: total((part) => part.estimatedBytes),
    bytesProcessed: total((part) => part.bytesProcessed),
    slotMs: total((part) => part.slotMs),
  };
}

/** Running time as of the last refresh; undefined before the first one. */
function measuredForMs(job: LivingJob, now: number): number | undefined {
  const { startsAtMs, endsAtMs } = job.life;
  const state = stateAt(job.life, now);
  if (state === 'DONE') return endsAtMs - startsAtMs;
  const refreshEveryMs = job.record.spec.refreshEveryMs;
  const elapsedMs = Math.floor((now - startsAtMs) / refreshEveryMs) * refreshEveryMs;
  return state === 'PENDING' || elapsedMs === 0 ? undefined : elapsedMs;
}

/** What the planner says a job will read, in bytes: as told, or its rate over its whole planned run. */
export function estimatedBytesOf(spec: FullJobSpec): number {
  const plannedSeconds = plannedRunMs(spec) / 1000;
  return Math.round(spec.estimatedBytes ?? (spec.bytesPerSecond ?? DEFAULT_BYTES_PER_SECOND) * plannedSeconds);
}

function measurePlain({ spec }: JobRecord, elapsedMs: number): Measured {
  const estimatedBytes = estimatedBytesOf(spec);
  const bytesPerMs =
    spec.bytesPerSecond === undefined ? estimatedBytes / plannedRunMs(spec) : spec.bytesPerSecond / 1000;
  const scanned = elapsedMs === 0 ? 0 : bytesPerMs * elapsedMs;
  return {
    elapsedMs,
    estimatedBytes,
    bytesProcessed: Math.round(Math.min(scanned, estimatedBytes)),
    slotMs: Math.round(spec.slots * elapsedMs),
  };
}

/**
 * The numbers of a job at a moment; undefined while the API would show none: in the queue, just after the start, and
 * for a running continuous query. A script sums its statements.
 */
export function measure(job: LivingJob, now: number): Measured | undefined {
  const elapsedMs = measuredForMs(job, now);
  if (elapsedMs === undefined) return undefined;
  if (job.record.spec.continuous && now < job.life.endsAtMs) return undefined;
  if (job.record.children.length === 0) return measurePlain(job.record, elapsedMs);
  const parts = job.children.map((child) => measure(child, now)).filter((part) => part !== undefined);
  return sumOf(parts, elapsedMs);
}
