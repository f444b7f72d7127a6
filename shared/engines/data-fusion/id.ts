import type { JobRef } from '../../jobs/job.ts';
import { EngineError } from '../engine.ts';

/** The kinds of pipelines, each with its program in CDAP (Airflow's Data Fusion hook; CDAP REST reference). */
export const programs = {
  pipeline: { artifact: 'cdap-data-pipeline', path: 'workflows/DataPipelineWorkflow' },
  stream: { artifact: 'cdap-data-streams', path: 'spark/DataStreamsSparkStreaming' },
  replication: { artifact: 'delta-app', path: 'workers/DeltaWorker' },
} as const;

export type RunKind = keyof typeof programs;

/** A run of a pipeline. */
export interface RunName {
  readonly kind: RunKind;
  readonly instance: string;
  readonly namespace: string;
  readonly pipeline: string;
  readonly run: string;
}

/** What the id of a job names: `operation/NAME`, or `KIND/INSTANCE/NAMESPACE/PIPELINE/RUN`. */
export type Named = { readonly operation: string } | RunName;

export function isRunKind(word: string | undefined): word is RunKind {
  return word !== undefined && Object.hasOwn(programs, word);
}

/** The id of a job; `named` reads it back. */
export function idOf(name: Named): string {
  if ('operation' in name) return `operation/${name.operation}`;
  return [name.kind, name.instance, name.namespace, name.pipeline, name.run].join('/');
}

/** What an id names. Throws for an id that this engine never gives. */
export function named(ref: Pick<JobRef, 'id'>): Named {
  const [kind, ...rest] = ref.id.split('/');
  const [first = '', namespace = '', pipeline = '', run = ''] = rest;
  if (kind === 'operation' && rest.length === 1 && first !== '') return { operation: first };
  if (isRunKind(kind) && rest.length === 4 && !rest.includes('')) {
    return { kind, instance: first, namespace, pipeline, run };
  }
  const says = `${JSON.stringify(ref.id.slice(0, 100))} is not the id of a run or an operation, so nothing was sent`;
  throw new EngineError('data-fusion', says, { failure: 'rejected', retryable: false });
}
