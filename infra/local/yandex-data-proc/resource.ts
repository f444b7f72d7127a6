import type { ClusterSpec, JobSpec } from './spec.ts';
import { endedAtMs, statusOf, type StoredJob } from './store.ts';

const terminal = new Set(['ERROR', 'DONE', 'CANCELLED']);

/** An RFC 3339 time with nine digits, as protobuf writes what is finer than a microsecond. */
const nanos = (ms: number) => `${new Date(ms).toISOString().slice(0, -1)}000000Z`;
/** The same with as few digits as it takes. */
const plain = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

const works: Readonly<Record<NonNullable<JobSpec['kind']>, (spec: JobSpec) => object>> = {
  spark: () => ({ sparkJob: { mainJarFileUri: 's3a://synthetic/job.jar', mainClass: 'org.example.Job' } }),
  pyspark: () => ({ pysparkJob: { mainPythonFileUri: 's3a://synthetic/job.py', properties: { 'spark.a': 'b' } } }),
  hive: ({ queries = ['SELECT 1'] }) => ({ hiveJob: { queryList: { queries } } }),
  mapreduce: () => ({ mapreduceJob: { mainJarFileUri: 's3a://synthetic/mr.jar' } }),
};

/** A cluster in the shape of the API. What is not set is left out, as in proto3 JSON. */
export function clusterResource(spec: ClusterSpec, createdAtMs: number): object {
  const { id, folder: folderId, name = id, labels, zone: zoneId = 'ru-central1-a', status = 'RUNNING' } = spec;
  return { id, folderId, createdAt: plain(createdAtMs), name, ...(labels && { labels }), status, zoneId };
}

/** A job in the shape of the API, as it is at a moment. */
export function jobResource(job: StoredJob, nowMs: number): object {
  const { spec } = job;
  const status = statusOf(job, nowMs);
  const hasStarted = nowMs >= job.startsAtMs && status !== 'PENDING' && status !== 'PROVISIONING';
  return {
    id: spec.id,
    clusterId: spec.cluster,
    createdAt: nanos(job.createdAtMs),
    ...(hasStarted && { startedAt: plain(job.startsAtMs) }),
    ...(terminal.has(status) && { finishedAt: plain(endedAtMs(job)) }),
    name: spec.name ?? spec.id,
    createdBy: spec.createdBy ?? 'aje0synthetic0subject',
    status,
    ...works[spec.kind ?? 'pyspark'](spec),
    applicationInfo: { id: 'application_1700000000000_0001', applicationAttempts: [] },
  };
}
