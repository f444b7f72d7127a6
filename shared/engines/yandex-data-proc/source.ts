import type { Job, JobRef } from '../../jobs/job.ts';
import { jobName } from '../../jobs/job.ts';
import type { CallBudget, JobSource, Page, TargetRef } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { HttpCall } from '../http/client.ts';
import { malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import { nextPages } from '../http/pages.ts';
import { clusterCall, clustersCall, jobCall, jobsCall } from './calls.ts';
import { readCluster } from './cluster.ts';
import type { Connection } from './connection.ts';
import { engine, folderOf, placeOf } from './place.ts';
import { readJob, type Finding } from './record.ts';

/** Sees the jobs of all clusters of Yandex Cloud folders, which have no children. */
export function yandexSource(connection: () => Connection): JobSource {
  return {
    engine,
    list: (target, budget) => list(connection(), target, budget),
    get: async (ref, budget) => (await fetchJob(connection(), ref, budget))?.job,
    activeChildren: async () => [],
  };
}

/** A cluster that cannot be listed does not keep the others from being listed; what was wrong is thrown at the end. */
async function* list(connection: Connection, target: TargetRef, budget: CallBudget): AsyncGenerator<Page> {
  const folder = folderOf(target);
  const seen = new Set<string>();
  const failed: unknown[] = [];
  const call = clustersCall(connection.dataproc, folder);
  for await (const { body, list: listed } of nextPages({ engine, request: connection.send, call, budget })) {
    const clusters = listed(body, 'clusters').map(readCluster);
    const missing = clusters.filter((cluster) => cluster === undefined).length;
    if (missing > 0) yield { jobs: [], unreadable: [`${missing} clusters have no readable id`], unreachable: [] };
    for (const cluster of clusters) {
      if (cluster === undefined || !cluster.isAlive || seen.has(cluster.id)) continue;
      seen.add(cluster.id);
      const found = { target: target.name, folder, cluster, withText: false };
      yield* unlessFailed(inCluster(connection, found, budget), failed);
    }
  }
  if (failed.length > 0) throw failed[0];
}

async function* unlessFailed(all: AsyncGenerator<Page>, failed: unknown[]): AsyncGenerator<Page> {
  try {
    yield* all;
  } catch (error) {
    // A cluster that was deleted meanwhile has no jobs.
    if (!(error instanceof EngineError && error.failure === 'not-found')) failed.push(error);
  }
}

/** The order of the list is not documented, so a job that shows again on a later page is handed on once. */
async function* inCluster(connection: Connection, found: Finding, budget: CallBudget): AsyncGenerator<Page> {
  const seen = new Set<string>();
  const call = jobsCall(connection.dataproc, found.cluster.id);
  for await (const { body, list: listed } of nextPages({ engine, request: connection.send, call, budget })) {
    const readings = listed(body, 'jobs').map((record) => readJob(record, found));
    const jobs = readings.flatMap((reading) => ('job' in reading && reading.job.state !== 'done' ? [reading.job] : []));
    const unreadable = readings.flatMap((reading) => ('unreadable' in reading ? [reading.unreadable] : []));
    yield { jobs: jobs.filter((job) => isNew(seen, job.id)), unreadable, unreachable: [] };
  }
}

function isNew(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  return true;
}

/** A job as it is now, with its record; undefined when the API knows neither it nor, any more, its cluster. */
export async function fetchJob(
  connection: Connection,
  ref: JobRef,
  budget: CallBudget,
): Promise<{ readonly job: Job; readonly record: unknown } | undefined> {
  const place = placeOf(ref);
  const call = jobCall(connection.dataproc, place);
  // Its labels and its zone are the cluster's.
  const asked = [
    objectAt(connection, call, budget),
    objectAt(connection, clusterCall(connection.dataproc, place.cluster), budget),
  ];
  const [record, clusterRecord] = await Promise.all(asked);
  if (record === undefined || clusterRecord === undefined) return undefined;
  const cluster = readCluster(clusterRecord);
  if (cluster?.id !== place.cluster) throw malformed(engine, call, 'the answer is about another cluster');
  if (cluster.folder !== undefined && cluster.folder !== ref.project) {
    throw malformed(engine, call, `its cluster is in folder ${cluster.folder}, not in ${ref.project}`);
  }
  const reading = readJob(record, { target: ref.target, folder: ref.project, cluster, withText: true });
  if ('unreadable' in reading) throw malformed(engine, call, reading.unreadable);
  if (reading.job.id === ref.id) return { job: reading.job, record };
  throw malformed(engine, call, `the answer is about another job (${jobName(reading.job)})`);
}

async function objectAt({ send }: Connection, call: HttpCall, budget: CallBudget): Promise<unknown> {
  try {
    return objectIn(engine, (await send(call, budget)).body, call);
  } catch (error) {
    if (error instanceof EngineError && error.failure === 'not-found') return undefined;
    throw error;
  }
}
