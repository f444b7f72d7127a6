import type { BatchSpec, SqlSpec } from './spec.ts';
import { endOf, standingOf, type Standing, type Stored } from './store.ts';

const sqlWords: Readonly<Record<Standing, string>> = {
  waits: 'LAUNCHING',
  runs: 'RUNNING',
  succeeded: 'FINISHED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
};

// A cancelled batch ends as a failed one does, as far as anybody knows.
const batchWords: Readonly<Record<Standing, string>> = {
  waits: 'starting',
  runs: 'running',
  succeeded: 'success',
  failed: 'dead',
  cancelled: 'dead',
};

const isOver = (standing: Standing) => standing !== 'waits' && standing !== 'runs';

/** The state of an SQL job at a moment, in the API's words. */
export function sqlState(job: Stored<SqlSpec>, nowMs: number): string {
  return job.spec.state ?? sqlWords[standingOf(job, nowMs)];
}

/** The state of a batch at a moment, in the API's words. */
export function batchState(job: Stored<BatchSpec>, nowMs: number): string {
  return job.spec.state ?? batchWords[standingOf(job, nowMs)];
}

function shareOf(job: Stored<SqlSpec>, whole: number, nowMs: number): number {
  const share = (Math.min(nowMs, endOf(job)) - job.startsAtMs) / (job.endsAtMs - job.startsAtMs);
  return Math.floor(whole * Math.max(0, Math.min(1, share)));
}

/** An SQL job in the shape of the listing; its status has the same fields and more. */
export function sqlResource(job: Stored<SqlSpec>, nowMs: number): Readonly<Record<string, unknown>> {
  const { spec } = job;
  const standing = standingOf(job, nowMs);
  const endMs = Math.min(nowMs, endOf(job));
  return {
    job_id: spec.id,
    job_type: spec.type ?? 'QUERY',
    queue_name: spec.queue ?? 'default',
    owner: spec.owner ?? 'synthetic',
    start_time: job.submittedAtMs,
    duration: Math.max(0, endMs - job.submittedAtMs),
    status: sqlState(job, nowMs),
    input_size: shareOf(job, spec.inputSize ?? 0, nowMs),
    result_count: 0,
    detail: '{"type":"struct","fields":[]}',
    statement: spec.statement ?? 'SELECT 1',
    message: standing === 'failed' ? 'synthetic failure' : '',
    ...(isOver(standing) && { end_time: endMs }),
    ...(spec.tags && { tags: Object.entries(spec.tags).map(([key, value]) => ({ key, value })) }),
    ...(spec.cpuCost !== undefined && { cpu_cost: String(shareOf(job, spec.cpuCost, nowMs)) }),
  };
}

/** A Spark batch in the shape of the API. */
export function batchResource(job: Stored<BatchSpec>, nowMs: number): Readonly<Record<string, unknown>> {
  const { spec } = job;
  return {
    id: spec.id,
    name: spec.name ?? spec.id,
    state: batchState(job, nowMs),
    appId: null,
    log: ['stdout: ', 'stderr: '],
    sc_type: 'A',
    cluster_name: spec.queue ?? 'spark',
    queue: spec.queue ?? 'spark',
    owner: spec.owner ?? 'synthetic',
    create_time: job.submittedAtMs,
    update_time: Math.min(nowMs, endOf(job)),
    duration: Math.max(0, Math.min(nowMs, endOf(job)) - job.submittedAtMs),
  };
}
