import { z } from 'zod';
import type { JsonReply, JsonRequest } from '../http/json-server.ts';
import type { Switches } from '../http/switches.ts';
import type { Iam } from './iam.ts';
import { clusterResource, jobResource } from './resource.ts';
import type { OnCancel } from './spec.ts';
import { statusOf, type Store, type StoredJob } from './store.ts';

/** The calls that can be made to fail. */
export type YandexCall = 'token' | 'clusters' | 'cluster' | 'jobs' | 'job' | 'cancel';
export type YandexFault = '401' | '403' | '404 of a proxy' | '429' | '500' | '503' | 'hang' | 'reset' | 'not json';

/** Everything that a request can reach. */
export interface StandIn {
  readonly store: Store;
  readonly iam: Iam;
  readonly switches: Switches<YandexCall, YandexFault>;
  readonly now: () => number;
  readonly mostPerPage: number;
  readonly hasMetadata: boolean;
}

/** An error in the API's shape; `code` is a code of gRPC. */
function failure(status: number, code: number, message: string): JsonReply {
  const requestId = 'e38e71c3-0000-4584-98a4-b0f103d55f61';
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId }];
  return { status, body: { code, message, details } };
}

const unauthenticated = () => failure(401, 16, 'Token is invalid or has expired.');
const denied = () => failure(403, 7, 'Permission denied');
const notFound = (what: string) => failure(404, 5, `${what} not found`);

const faults: Readonly<Record<YandexFault, () => JsonReply>> = {
  '401': unauthenticated,
  '403': denied,
  '404 of a proxy': () => ({ status: 404, body: '<html>no such page</html>' }),
  '429': () => failure(429, 8, 'The limit on requests was exceeded.'),
  '500': () => failure(500, 13, 'Internal error'),
  '503': () => failure(503, 14, 'The service is unavailable.'),
  hang: () => 'never',
  reset: () => 'reset',
  'not json': () => ({ status: 200, body: '<html>not an API</html>' }),
};

const routes: readonly (readonly [YandexCall, string, RegExp])[] = [
  ['token', 'POST', /^\/iam\/v1\/tokens$/],
  ['token', 'GET', /^\/computeMetadata\/v1\/instance\/service-accounts\/default\/token$/],
  ['clusters', 'GET', /^\/dataproc\/v1\/clusters$/],
  ['cluster', 'GET', /^\/dataproc\/v1\/clusters\/([^/]+)$/],
  ['jobs', 'GET', /^\/dataproc\/v1\/clusters\/([^/]+)\/jobs$/],
  ['job', 'GET', /^\/dataproc\/v1\/clusters\/([^/]+)\/jobs\/([^/]+)$/],
  ['cancel', 'POST', /^\/dataproc\/v1\/clusters\/([^/]+)\/jobs\/([^/]+):cancel$/],
];

interface Asked {
  readonly request: JsonRequest;
  readonly standIn: StandIn;
  readonly ids: readonly string[];
}

const methods: Readonly<Record<YandexCall, (asked: Asked) => JsonReply>> = {
  token,
  clusters,
  cluster: ({ standIn, ids: [id = ''] }) => {
    const found = standIn.store.clusters.get(id);
    return found === undefined
      ? notFound('Cluster')
      : { status: 200, body: clusterResource(found.spec, found.createdAtMs) };
  },
  jobs,
  job: (asked) => {
    const job = jobAt(asked);
    return job === undefined ? notFound('Job') : { status: 200, body: jobResource(job, asked.standIn.now()) };
  },
  cancel,
};

/** Answers a request as the service would, or as it was told to fail. */
export function replyTo(request: JsonRequest, standIn: StandIn): JsonReply {
  for (const [call, method, path] of routes) {
    const found = path.exec(request.path);
    if (found === null || method !== request.method) continue;
    const fault = standIn.switches.take(call);
    if (fault !== undefined) return faults[fault]();
    if (call !== 'token' && !standIn.iam.isGood(request.headers.authorization)) return unauthenticated();
    return methods[call]({ request, standIn, ids: found.slice(1).map(decodeURIComponent) });
  }
  return failure(404, 12, `Nothing answers ${request.method} ${request.path}.`);
}

function token({ request, standIn }: Asked): JsonReply {
  if (request.method === 'GET') {
    if (request.headers['metadata-flavor'] !== 'Google') return { status: 403, body: 'Metadata-Flavor is missing' };
    if (!standIn.hasMetadata) return { status: 404, body: 'not found' };
    const given = standIn.iam.handOut();
    const expires_in = Math.round((given.endsAtMs - standIn.now()) / 1000);
    return { status: 200, body: { access_token: given.token, expires_in, token_type: 'Bearer' } };
  }
  const given = standIn.iam.exchange(jwtIn(request.body));
  if ('refused' in given) return failure(401, 16, `The JWT is refused: ${given.refused}`);
  const expiresAt = new Date(given.endsAtMs).toISOString().replace('Z', '000000Z');
  return { status: 200, body: { iamToken: given.token, expiresAt } };
}

function jwtIn(text: string): unknown {
  try {
    return z.object({ jwt: z.unknown() }).parse(JSON.parse(text)).jwt;
  } catch {
    return undefined;
  }
}

function pageOf(key: string, all: readonly object[], { request, standIn }: Asked): JsonReply {
  const size = Number(request.query.get('pageSize') ?? '100');
  if (!Number.isInteger(size) || size < 1 || size > 1000) return failure(400, 3, 'pageSize must be at most 1000');
  const from = Number(request.query.get('pageToken') ?? '0');
  const to = from + Math.min(size, standIn.mostPerPage);
  const shown = all.slice(from, to);
  return {
    status: 200,
    body: { ...(shown.length > 0 && { [key]: shown }), nextPageToken: to < all.length ? String(to) : '' },
  };
}

function clusters(asked: Asked): JsonReply {
  const folder = asked.request.query.get('folderId');
  if (folder === null || folder === '') return failure(400, 3, 'folderId is required');
  const all = [...asked.standIn.store.clusters.values()].filter(({ spec }) => spec.folder === folder);
  return pageOf(
    'clusters',
    all.map(({ spec, createdAtMs }) => clusterResource(spec, createdAtMs)),
    asked,
  );
}

/** The newest come first, so that new ones push the others to later pages. */
function jobs(asked: Asked): JsonReply {
  const { standIn, ids } = asked;
  const [cluster = ''] = ids;
  if (!standIn.store.clusters.has(cluster)) return notFound('Cluster');
  const all = [...standIn.store.jobs.values()].filter(({ spec }) => spec.cluster === cluster).toReversed();
  return pageOf(
    'jobs',
    all.map((job) => jobResource(job, standIn.now())),
    asked,
  );
}

function jobAt({ standIn, ids: [cluster = '', id = ''] }: Asked): StoredJob | undefined {
  return standIn.store.jobs.get(`${cluster}/${id}`);
}

function cancel(asked: Asked): JsonReply {
  const job = jobAt(asked);
  if (job === undefined) return notFound('Job');
  const { onCancel } = job.spec;
  if (onCancel === 'denied') return denied();
  if (onCancel === 'refused') return failure(400, 9, 'The cluster is being updated');
  if (onCancel === 'unsupported') return failure(501, 12, 'Method is not implemented');
  const nowMs = asked.standIn.now();
  const status = statusOf(job, nowMs);
  if (['ERROR', 'DONE', 'CANCELLED', 'CANCELLING'].includes(status)) {
    return failure(400, 9, `Job in status ${status} cannot be cancelled`);
  }
  const failed = onCancel === undefined ? undefined : failedOperations[onCancel];
  if (failed !== undefined) return { status: 200, body: { ...operation(job, nowMs), done: true, error: failed } };
  job.cancelAskedAtMs ??= nowMs;
  return { status: 200, body: operation(job, nowMs) };
}

const failedOperations: Readonly<Partial<Record<OnCancel, object>>> = {
  operationFails: { code: 9, message: 'synthetic precondition', details: [] },
  operationDenied: { code: 7, message: 'synthetic denial', details: [] },
};

function operation({ spec }: StoredJob, nowMs: number): object {
  const at = new Date(nowMs).toISOString();
  const type = 'type.googleapis.com/yandex.cloud.dataproc.v1.CreateJobMetadata';
  const metadata = { '@type': type, clusterId: spec.cluster, jobId: spec.id };
  return { id: `op-${spec.id}`, description: '', createdAt: at, modifiedAt: at, done: false, metadata };
}
