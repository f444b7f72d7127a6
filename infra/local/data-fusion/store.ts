import { randomUUID } from 'node:crypto';
import type { InstanceSpec, Operation, OperationSpec, Run, RunSpec } from './model.ts';

/** What the stand-in holds. */
export interface Store {
  readonly instances: Map<string, InstanceSpec>;
  readonly runs: Map<string, Run>;
  readonly operations: Map<string, Operation>;
  readonly now: () => number;
}

export const emptyStore = (now: () => number): Store => ({
  instances: new Map(),
  runs: new Map(),
  operations: new Map(),
  now,
});

/** Adds a run as of now and returns its id; throws for an instance that is not there. */
export function addRun(store: Store, spec: RunSpec): string {
  if (!store.instances.has(spec.instance)) throw new Error(`[local] there is no instance ${spec.instance}`);
  const id = spec.id ?? randomUUID();
  const { namespace = 'default', kind = 'pipeline', waitsMs = 0, lastsMs = Infinity, stopsMs = 0 } = spec;
  const startingMs = store.now() - spec.agoMs;
  store.runs.set(id, { ...spec, id, namespace, kind, waitsMs, lastsMs, stopsMs, startingMs });
  return id;
}

export function addOperation(store: Store, spec: OperationSpec): void {
  store.operations.set(spec.id, { ...spec, createdMs: store.now() - spec.agoMs, looksLeft: spec.looks ?? 0 });
}
