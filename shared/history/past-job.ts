import type { Job } from '../jobs/job.ts';

/**
 * A job whose life is over: its last record, with the final numbers, and its creation and end, both known. A job without
 * `startedAtMs` never left the queue.
 */
export interface PastJob {
  readonly final: Job;
  readonly createdAtMs: number;
  readonly endedAtMs: number;
  /** Equal for runs of the same statement but for its literals; undefined where the record does not say. */
  readonly sameQuery?: string;
}

/** When the job began to run, or its end where it never did. */
export function startOf({ final, endedAtMs }: PastJob): number {
  return final.startedAtMs ?? endedAtMs;
}

/** The share of its work that a job had done at a moment, from 0 to 1: as if it had worked evenly while it ran. */
export function shareDoneAt(past: PastJob, atMs: number): number {
  const startMs = startOf(past);
  if (atMs <= startMs) return 0;
  return atMs >= past.endedAtMs ? 1 : (atMs - startMs) / (past.endedAtMs - startMs);
}

const partOf = (whole: number | undefined, share: number) => (whole === undefined ? undefined : whole * share);

/**
 * The job as an engine would have shown it at a moment of its life: waiting, or running with a part of its final bytes
 * and slot time in proportion to the time that it had run. Undefined before its creation and from its end on.
 */
export function jobAt(past: PastJob, atMs: number): Job | undefined {
  if (atMs < past.createdAtMs || atMs >= past.endedAtMs) return undefined;
  const { end: _, endedAtMs: __, startedAtMs, ...rest } = past.final;
  if (atMs < startOf(past)) return { ...rest, state: 'pending', bytesProcessed: undefined, slotMs: undefined };
  const share = shareDoneAt(past, atMs);
  return {
    ...rest,
    state: 'running',
    startedAtMs: startedAtMs ?? past.createdAtMs,
    bytesProcessed: partOf(past.final.bytesProcessed, share),
    slotMs: partOf(past.final.slotMs, share),
  };
}
