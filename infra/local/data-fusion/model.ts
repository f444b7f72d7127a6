/** An instance of the stand-in. `labels` are what its jobs carry in Jobwarden. */
export interface InstanceSpec {
  readonly project: string;
  readonly location: string;
  readonly id: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly state?: string;
}

/** A run of a pipeline. It waits for its cluster first, then runs; once it was asked to stop it takes its time over that. */
export interface RunSpec {
  readonly instance: string;
  readonly namespace?: string;
  readonly pipeline: string;
  readonly kind?: 'pipeline' | 'stream' | 'replication';
  readonly id?: string;
  /** How long ago somebody asked for it, and how long it waited for its cluster. */
  readonly agoMs: number;
  readonly waitsMs?: number;
  /** How long after the start it ends by itself; for ever when left out. */
  readonly lastsMs?: number;
  /** How long it takes to stop. */
  readonly stopsMs?: number;
}

/** An operation on an instance. */
export interface OperationSpec {
  readonly project: string;
  readonly location: string;
  readonly id: string;
  readonly instance: string;
  readonly verb: string;
  readonly agoMs: number;
  /** How many looks it takes until a cancel shows; it ends well all the same with `finishesAnyway`. */
  readonly looks?: number;
  readonly finishesAnyway?: boolean;
}

export interface Run extends Required<Omit<RunSpec, 'agoMs' | 'lastsMs'>> {
  readonly startingMs: number;
  readonly lastsMs: number;
  stopAskedMs?: number;
}

export interface Operation extends OperationSpec {
  readonly createdMs: number;
  cancelAskedMs?: number;
  looksLeft: number;
}

const iso = (ms: number) => new Date(ms).toISOString().replace(/Z$/, '000000Z');
const seconds = (ms: number) => Math.floor(ms / 1000);

/** A run as of now, as CDAP shows it (RunRecord). */
export function runRecord(run: Run, nowMs: number) {
  const startMs = run.startingMs + run.waitsMs;
  const endMs = Math.min(startMs + run.lastsMs, (run.stopAskedMs ?? Infinity) + run.stopsMs);
  const isStopped = run.stopAskedMs !== undefined && endMs < startMs + run.lastsMs;
  return {
    runid: run.id,
    starting: seconds(run.startingMs),
    ...(nowMs >= startMs && { start: seconds(startMs) }),
    ...(run.stopAskedMs !== undefined && { stopping: seconds(run.stopAskedMs) }),
    ...(nowMs >= endMs && { end: seconds(endMs) }),
    status: statusOf(run, { startMs, endMs, isStopped, nowMs }),
    properties: { runtimeArgs: '{"logicalStartTime":"0"}' },
    cluster: { status: 'PROVISIONED', numNodes: 3 },
    profile: { profileName: 'dataproc', namespace: 'system', entity: 'PROFILE' },
  };
}

function statusOf(
  run: Run,
  at: { readonly startMs: number; readonly endMs: number; readonly isStopped: boolean; readonly nowMs: number },
): string {
  if (at.nowMs >= at.endMs) return at.isStopped ? 'KILLED' : 'COMPLETED';
  if (run.stopAskedMs !== undefined) return 'STOPPING';
  if (at.nowMs >= at.startMs) return 'RUNNING';
  return at.nowMs >= run.startingMs + run.waitsMs / 2 ? 'STARTING' : 'PENDING';
}

/** An operation as of now (google.longrunning.Operation). Looking at it is what lets a cancel take effect. */
export function operationRecord(one: Operation, isLook: boolean) {
  if (isLook && one.cancelAskedMs !== undefined && one.looksLeft > 0) one.looksLeft -= 1;
  const done = one.cancelAskedMs !== undefined && one.looksLeft === 0;
  const parent = `projects/${one.project}/locations/${one.location}`;
  return {
    name: `${parent}/operations/${one.id}`,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.datafusion.v1.OperationMetadata',
      createTime: iso(one.createdMs),
      ...(done && { endTime: iso(one.cancelAskedMs ?? 0) }),
      target: `${parent}/instances/${one.instance}`,
      verb: one.verb,
      requestedCancellation: one.cancelAskedMs !== undefined,
      apiVersion: 'v1',
    },
    ...(done && { done }),
    ...(done && !one.finishesAnyway && { error: { code: 1, message: 'The operation was cancelled.' } }),
    ...(done && one.finishesAnyway && { response: {} }),
  };
}
