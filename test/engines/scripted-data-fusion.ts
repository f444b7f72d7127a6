import { dataFusion } from '../../shared/engines/data-fusion.ts';
import { tokenCredentials } from '../../shared/engines/http/credentials.ts';
import { createdAtMs, startedAtMs, type EngineWorld, type Known, type Trouble } from '../contracts/engine.ts';
import { json, serve, text, type Reply, type Server } from './scripted-bigquery.ts';

// Synthetic: no such project, instance, pipeline or token exists.

type Asked = Server['asked'][number];

const place = 'projects/p/locations/eu';

function apiError(code: number, status: string): Reply {
  return json({ error: { code, message: `synthetic ${status}`, status } }, code);
}

const inTrouble: Readonly<Record<Trouble, Reply>> = {
  unauthenticated: apiError(401, 'UNAUTHENTICATED'),
  forbidden: apiError(403, 'PERMISSION_DENIED'),
  unsupported: apiError(501, 'UNIMPLEMENTED'),
  refused: apiError(400, 'FAILED_PRECONDITION'),
  throttled: apiError(429, 'RESOURCE_EXHAUSTED'),
  'throttled for an hour': text('', 429, { 'retry-after': '3600' }),
  broken: apiError(503, 'UNAVAILABLE'),
  reset: (_, response) => void response.socket?.resetAndDestroy(),
  hang: () => undefined,
  stall: (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"instances": ['),
  nonsense: text('<html>not an API</html>'),
};

/** A synthetic operation in the shape of operations.get. */
function anOperation({ id, state, word }: Known, isCancelled: boolean) {
  const done = word ?? { pending: false, running: false, stopping: false, done: true, odd: 'perhaps' }[state];
  return {
    name: `${place}/operations/${id}`,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.datafusion.v1.OperationMetadata',
      createTime: new Date(createdAtMs).toISOString().replace('.000Z', '.000456789Z'),
      target: `${place}/instances/etl`,
      verb: 'create',
      requestedCancellation: state === 'stopping' || isCancelled,
      apiVersion: 'v1',
    },
    done: isCancelled || done,
    ...(isCancelled && { error: { code: 1, message: 'The operation was cancelled.' } }),
  };
}

const runWords = {
  pending: 'PENDING',
  running: 'RUNNING',
  stopping: 'STOPPING',
  done: 'COMPLETED',
  odd: 'HIBERNATING',
} as const;

/** A synthetic RunRecord of CDAP. */
function aRun({ id, state, word }: Known, isStopped: boolean) {
  const status = isStopped ? 'KILLED' : (word ?? runWords[state]);
  return {
    runid: id,
    starting: createdAtMs / 1000,
    ...(status !== 'PENDING' && { start: startedAtMs / 1000 }),
    status,
    properties: { runtimeArgs: '{}' },
  };
}

interface Listed {
  readonly pages: readonly (readonly Known[])[];
  readonly unreachable?: readonly string[];
  readonly loop?: boolean;
}

interface State {
  readonly jobs: Map<string, Known>;
  readonly stopped: Set<string>;
  listed: Listed;
}

function operationsPage({ listed }: State, token: string | null): Reply {
  const index = token === null ? 0 : Number(token);
  const last = index >= listed.pages.length - 1;
  const nextPageToken = last ? (listed.loop ? '1' : '') : String(index + 1);
  const { unreachable } = listed;
  return json({ operations: listed.pages[index]?.map((one) => anOperation(one, false)), nextPageToken, unreachable });
}

/** One operation, or its cancel; undefined for any other path. */
function aboutOperation(state: State, { method, path }: Asked): Reply | undefined {
  const [, id, cancel] = /^\/v1\/projects\/p\/locations\/eu\/operations\/([^/:]+)(:cancel)?$/.exec(path) ?? [];
  if (id === undefined || (method === 'POST') !== (cancel !== undefined)) return undefined;
  const job = state.jobs.get(decodeURIComponent(id));
  if (job === undefined) return apiError(404, 'NOT_FOUND');
  if (cancel === undefined) return json(anOperation(job, state.stopped.has(job.id)));
  if (job.state === 'done') return apiError(400, 'FAILED_PRECONDITION');
  state.stopped.add(job.id);
  return json({});
}

function runsOf({ listed }: State, status: string | null): readonly Known[] {
  const all = listed.pages.flat();
  const isOf = (one: Known) => (one.state === 'done' || one.state === 'odd' ? 'running' : one.state) === status;
  return all.filter(isOf);
}

/** What CDAP answers inside of the instance; undefined for any other path. */
function inside(state: State, { method, path, query }: Asked): Reply | undefined {
  const app = '/api/v3/namespaces/default/apps/orders/workflows/DataPipelineWorkflow/runs';
  if (path === '/api/v3/namespaces') return json([{ name: 'default' }]);
  if (path === '/api/v3/namespaces/default/apps') return json([{ name: 'orders', version: '1' }]);
  if (path === app) return json(runsOf(state, query.get('status')).map((one) => aRun(one, false)));
  if (!path.startsWith(`${app}/`)) return path.startsWith('/api/') ? text('synthetic: not found', 404) : undefined;
  const [id = '', stop, ...rest] = path.slice(app.length + 1).split('/');
  const job = rest.length > 0 ? undefined : state.jobs.get(decodeURIComponent(id));
  if (job === undefined) return text(`synthetic: run ${id} is unknown`, 404);
  if (stop === undefined) return json(aRun(job, state.stopped.has(job.id)));
  if (stop !== 'stop' || method !== 'POST') return text('', 405);
  if (job.state === 'done' || job.state === 'stopping') return text("Program 'orders' is not running.", 400);
  state.stopped.add(job.id);
  return text('');
}

function answer(state: State, asked: Asked, url: string): Reply {
  const instance = {
    name: `${place}/instances/etl`,
    state: 'RUNNING',
    apiEndpoint: `${url}/api`,
    labels: { team: 'ingest' },
  };
  if (asked.path === `/v1/${place}/instances`) return json({ instances: [instance] });
  if (asked.path === `/v1/${place}/instances/etl`) return json(instance);
  if (asked.path === `/v1/${place}/operations`) return operationsPage(state, asked.query.get('pageToken'));
  return aboutOperation(state, asked) ?? inside(state, asked) ?? apiError(404, 'NOT_FOUND');
}

/** Data Fusion with a scripted service behind it, looked at for one of its kinds of work. */
export async function dataFusionWorld(kind: 'operation' | 'pipeline'): Promise<EngineWorld & { server: Server }> {
  const state: State = { jobs: new Map(), stopped: new Set(), listed: { pages: [[]] } };
  let ahead: { troubles: readonly Trouble[]; always: boolean } = { troubles: [], always: false };
  const server = await serve((asked, response) => {
    const [met, ...rest] = ahead.troubles;
    if (rest.length > 0 || !ahead.always) ahead = { ...ahead, troubles: rest };
    if (asked.headers.authorization === undefined) return apiError(401, 'UNAUTHENTICATED')(asked, response);
    return (met === undefined ? answer(state, asked, server.url) : inTrouble[met])(asked, response);
  });
  let tokens = 0;
  const credentials = tokenCredentials({
    fetchToken: async () => ({ text: `synthetic-${(tokens += 1)}` }),
    write: (token) => ({ authorization: `Bearer ${token}` }),
    now: Date.now,
    earlyMs: 0,
  });
  const options = { endpoint: server.url, credentials, now: Date.now, random: () => 0, requestTimeoutMs: 200 };
  const idOf = (id: string) => (kind === 'operation' ? `operation/${id}` : `pipeline/etl/default/orders/${id}`);
  return {
    ...dataFusion(options),
    server,
    target: { engine: 'data-fusion', name: 'data-fusion:p/eu', project: 'p', kinds: [kind], verbs: ['create'] },
    idOf,
    shows: (pages, about = {}) => void (state.listed = { pages, ...about }),
    holds(job) {
      state.jobs.set(job.id, job);
      return { engine: 'data-fusion', target: 'data-fusion:p/eu', project: 'p', location: 'eu', id: idOf(job.id) };
    },
    meets: (troubles, always = false) => void (ahead = { troubles, always }),
    requests: () => server.asked.length,
    cancelled: () => [...state.stopped],
    close: () => server.close(),
  };
}
