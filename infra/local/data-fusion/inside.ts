import type { Answer } from './answer.ts';
import { json, plain } from './answer.ts';
import type { Asked, Called } from './api.ts';
import type { Run } from './model.ts';
import { runRecord } from './model.ts';
import type { Store } from './store.ts';

const programs = [
  { kind: 'pipeline', artifact: 'cdap-data-pipeline', path: 'workflows/DataPipelineWorkflow' },
  { kind: 'stream', artifact: 'cdap-data-streams', path: 'spark/DataStreamsSparkStreaming' },
  { kind: 'replication', artifact: 'delta-app', path: 'workers/DeltaWorker' },
] as const;

const statuses = new Set([
  'PENDING',
  'STARTING',
  'RUNNING',
  'SUSPENDED',
  'RESUMING',
  'STOPPING',
  'COMPLETED',
  'FAILED',
  'KILLED',
  'REJECTED',
]);

/** Finds what a request to CDAP inside of an instance is for; undefined when there is no such path, as for a program's stop. */
export function insideCall({ verb, path, query }: Asked, store: Store): Called | undefined {
  const [, instance = '', rest = ''] = /^\/inside\/([^/]+)\/api\/v3\/(.+)$/.exec(path) ?? [];
  if (!store.instances.has(instance)) return undefined;
  const runs = [...store.runs.values()].filter((run) => run.instance === instance);
  if (rest === 'namespaces' && verb === 'GET') {
    const names = new Set(['default', ...runs.map(({ namespace }) => namespace)]);
    return { method: 'namespaces', instance, answer: () => json([...names].map((name) => ({ name }))) };
  }
  const [, namespace, more] = /^namespaces\/([^/]+)\/apps(?:\/(.+))?$/.exec(rest) ?? [];
  const here = runs.filter((run) => run.namespace === namespace);
  if (namespace === undefined) return undefined;
  if (more === undefined) {
    return { method: 'pipelines', instance, answer: () => pipelines(here, query.get('artifactName')) };
  }
  const [, app = '', program = '', id, stop] =
    /^([^/]+)\/([^/]+\/[^/]+)\/runs(?:\/([^/]+)(\/stop)?)?$/.exec(more) ?? [];
  const kind = programs.find(({ path }) => path === program)?.kind;
  if (kind === undefined || (verb !== 'GET') !== (stop !== undefined)) return undefined;
  const its = here.filter((run) => run.kind === kind && run.pipeline === decodeURIComponent(app));
  if (id === undefined) return { method: 'runs.list', instance, answer: () => list(its, query, store) };
  const run = its.find((one) => one.id === id);
  const act = stop === undefined ? () => record(run, id, store) : () => stopped(run, id, store);
  return { method: stop === undefined ? 'runs.get' : 'runs.stop', instance, answer: act };
}

function pipelines(runs: readonly Run[], artifact: string | null): Answer {
  const program = programs.find((one) => one.artifact === artifact);
  const names = new Set(runs.filter(({ kind }) => kind === program?.kind).map(({ pipeline }) => pipeline));
  return json([...names].map((name) => ({ name, version: '1', artifact: { name: artifact, scope: 'SYSTEM' } })));
}

function list(runs: readonly Run[], query: URLSearchParams, { now }: Store): Answer {
  const status = query.get('status')?.toUpperCase() ?? 'ALL';
  if (status !== 'ALL' && !statuses.has(status)) return plain(400, `Invalid status ${status}`);
  const records = runs.map((run) => runRecord(run, now()));
  const limit = Number(query.get('limit') ?? 100);
  return json(records.filter((one) => status === 'ALL' || one.status === status).slice(0, limit));
}

const unknown = (id: string) => plain(404, `Run '${id}' was not found`);

function record(run: Run | undefined, id: string, { now }: Store): Answer {
  return run === undefined ? unknown(id) : json(runRecord(run, now()));
}

function stopped(run: Run | undefined, id: string, { now }: Store): Answer {
  if (run === undefined) return unknown(id);
  const { status } = runRecord(run, now());
  if (!['PENDING', 'STARTING', 'RUNNING', 'SUSPENDED'].includes(status)) {
    return plain(400, `Program '${run.pipeline}' is not running.`);
  }
  run.stopAskedMs = now();
  return { status: 200 };
}
