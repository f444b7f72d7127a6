import type { JsonReply, JsonRequest } from '../http/json-server.ts';
import type { Switches } from '../http/switches.ts';
import type { Iam } from './iam.ts';
import { batchResource, batchState, sqlResource, sqlState } from './resource.ts';
import type { BatchSpec, SqlSpec } from './spec.ts';
import { standingOf, type Store, type Stored } from './store.ts';

/** The calls that can be made to fail. */
export type DliCall = 'token' | 'list' | 'get' | 'cancel' | 'batches' | 'batch' | 'cancelBatch';
export type DliFault =
  | '401'
  | '403'
  | '404 of the gateway'
  | '429'
  | '500'
  | '503'
  | 'DLI.0002'
  | 'is_success false'
  | 'is_success in words'
  | 'hang'
  | 'reset'
  | 'not json';

/** Everything that a request can reach. */
export interface StandIn {
  readonly store: Store;
  readonly iam: Iam;
  readonly switches: Switches<DliCall, DliFault>;
  readonly now: () => number;
}

/** An error in the API's shape. */
function failure(status: number, error_code: string, error_msg: string): JsonReply {
  return { status, body: { error_code, error_msg }, ...(status === 429 && { headers: { 'retry-after': '1' } }) };
}

const noObject = (what: string) => failure(400, 'DLI.0002', `There is no ${what}`);
const denied = () => failure(403, 'DLI.0003', 'Permission denied for resource.');
const isSuccess = { is_success: true, message: '' };

const faults: Readonly<Record<Exclude<DliFault, 'is_success in words'>, () => JsonReply>> = {
  '401': () => failure(401, 'DLI.0013', 'X-Auth-Token is invalid.'),
  '403': denied,
  '404 of the gateway': () => failure(404, 'APIG.0101', 'The API does not exist or has not been published.'),
  '429': () => failure(429, 'APIG.0308', 'The throttling threshold has been reached: policy user over ratelimit'),
  '500': () => failure(500, 'DLI.0999', 'Server-side errors.'),
  '503': () => failure(503, 'DLI.0999', 'Server-side errors.'),
  'DLI.0002': () => noObject('queue named testqueue'),
  'is_success false': () => ({ status: 200, body: { is_success: false, message: 'synthetic refusal' } }),
  hang: () => 'never',
  reset: () => 'reset',
  'not json': () => ({ status: 200, body: '<html>not an API</html>' }),
};

const routes: readonly (readonly [Exclude<DliCall, 'token'>, string, RegExp])[] = [
  ['list', 'GET', /^\/v1\.0\/([^/]+)\/jobs$/],
  ['get', 'GET', /^\/v1\.0\/([^/]+)\/jobs\/([^/]+)\/status$/],
  ['cancel', 'DELETE', /^\/v1\.0\/([^/]+)\/jobs\/([^/]+)$/],
  ['batches', 'GET', /^\/v2\.0\/([^/]+)\/batches$/],
  ['batch', 'GET', /^\/v2\.0\/([^/]+)\/batches\/([^/]+)$/],
  ['cancelBatch', 'DELETE', /^\/v2\.0\/([^/]+)\/batches\/([^/]+)$/],
];

interface Asked {
  readonly standIn: StandIn;
  readonly query: URLSearchParams;
  readonly project: string;
  readonly id: string;
}

const methods: Readonly<Record<Exclude<DliCall, 'token'>, (asked: Asked) => JsonReply>> = {
  list: sqlJobs,
  get({ standIn: { store, now }, project, id }) {
    const job = store.sql.get(`${project}/${id}`);
    if (job === undefined) return noObject(`job ${id}`);
    return { status: 200, body: { ...isSuccess, ...sqlResource(job, now()), job_mode: 'async' } };
  },
  cancel: ({ standIn, project, id }) => cancel(standIn.store.sql.get(`${project}/${id}`), standIn, isSuccess),
  batches,
  batch({ standIn: { store, now }, project, id }) {
    const job = store.batches.get(`${project}/${id}`);
    return job === undefined ? noObject(`batch ${id}`) : { status: 200, body: batchResource(job, now()) };
  },
  cancelBatch: ({ standIn, project, id }) =>
    cancel(standIn.store.batches.get(`${project}/${id}`), standIn, { msg: 'deleted' }),
};

/** Answers a request as the service would, or as it was told to fail. */
export function replyTo(request: JsonRequest, standIn: StandIn): JsonReply {
  if (request.method === 'POST' && request.path === '/v3/auth/tokens') {
    const fault = standIn.switches.take('token');
    return fault === undefined || fault === 'is_success in words' ? standIn.iam.tokenReply(request) : faults[fault]();
  }
  for (const [call, method, path] of routes) {
    const found = path.exec(request.path);
    if (found === null || method !== request.method) continue;
    const [project = '', id = ''] = found.slice(1).map(decodeURIComponent);
    const fault = standIn.switches.take(call);
    if (fault !== undefined && fault !== 'is_success in words') return faults[fault]();
    const why = standIn.iam.whyNot(request, project);
    if (why !== undefined) return failure(401, 'DLI.0014', `Authentication failed: ${why}`);
    const reply = methods[call]({ standIn, query: request.query, project, id });
    return fault === undefined ? reply : inWords(reply);
  }
  return failure(404, 'APIG.0101', `Nothing answers ${request.method} ${request.path}.`);
}

/** Some answers of the API write the word `"true"` instead of the value. */
function inWords(reply: JsonReply): JsonReply {
  if (typeof reply === 'string' || reply.status !== 200) return reply;
  return { ...reply, body: { ...Object(reply.body), is_success: 'true' } };
}

function numberIn(query: URLSearchParams, name: string, otherwise: number): number {
  return Number(query.get(name) ?? otherwise);
}

function sqlJobs({ standIn: { store, now }, query, project }: Asked): JsonReply {
  const size = numberIn(query, 'page-size', 50);
  const page = numberIn(query, 'current-page', 1);
  if (!(size >= 1 && size <= 100 && page >= 1 && page <= 100))
    return failure(400, 'DLI.0001', 'page-size or current-page');
  const status = query.get('job-status');
  const all = [...store.sql.values()]
    .filter((job) => job.spec.project === project && (status === null || sqlState(job, now()) === status))
    .toSorted((a, b) => a.submittedAtMs - b.submittedAtMs);
  if (query.get('order') !== 'start_time_asc') all.reverse();
  const jobs = all.slice((page - 1) * size, page * size).map((job) => sqlResource(job, now()));
  return { status: 200, body: { ...isSuccess, job_count: all.length, jobs } };
}

function batches({ standIn: { store, now }, query, project }: Asked): JsonReply {
  const from = numberIn(query, 'from', 0);
  const state = query.get('state');
  const all = [...store.batches.values()].filter(
    (job) => job.spec.project === project && (state === null || batchState(job, now()) === state),
  );
  const sessions = all.slice(from, from + numberIn(query, 'size', 100)).map((job) => batchResource(job, now()));
  return { status: 200, body: { from, total: all.length, sessions } };
}

function cancel(job: Stored<SqlSpec | BatchSpec> | undefined, standIn: StandIn, taken: object): JsonReply {
  if (job === undefined) return noObject('such job');
  const { onCancel } = job.spec;
  if (onCancel === 'denied') return denied();
  if (onCancel === 'unsupported') return failure(501, 'DLI.0007', 'The operation is not supported.');
  if (onCancel === 'saysNo') return { status: 200, body: { is_success: false, message: 'synthetic refusal' } };
  const nowMs = standIn.now();
  const standing = standingOf(job, nowMs);
  if (standing !== 'waits' && standing !== 'runs') return failure(400, 'DLI.0999', 'The job is over.');
  job.cancelAskedAtMs ??= nowMs;
  return { status: 200, body: onCancel === 'saysTrueInWords' ? { ...taken, is_success: 'true' } : taken };
}
