import type { IncomingMessage } from 'node:http';
import { allBuckets, oneBucket, storageLayout } from './buckets.ts';
import type { StorageCall } from './call.ts';
import type { StorageCaller } from './callers.ts';
import { callerOf } from './callers.ts';
import { StorageError, notPart } from './errors.ts';
import type { StorageFault } from './faults.ts';
import { errorOf } from './faults.ts';
import { selectFields } from './fields.ts';
import type { Answer } from './http.ts';
import { errorAnswer, readBody } from './http.ts';
import { insertAtOnce } from './insert.ts';
import type { Controlled } from './local-control.ts';
import { controlLocally } from './local-control.ts';
import { download } from './media.ts';
import { copy, describe, list, readable, remove, rewriteAnswer } from './objects.ts';
import { objectResource } from './resource.ts';
import type { Sessions } from './resumable.ts';
import type { Route } from './routes.ts';
import { answerTypeOf, methodOf, routeOf } from './routes.ts';
import type { ObjectStore } from './store.ts';

/** Everything that a request can reach. */
export interface StandIn extends Controlled {
  readonly store: ObjectStore;
  readonly sessions: Sessions;
  readonly callers: ReadonlyMap<string, StorageCaller> | undefined;
  readonly url: () => string;
}

/** What is to be sent: an answer, perhaps spoiled on the way, or nothing at all. */
export type Reply = { readonly answer: Answer; readonly spoiledBy?: StorageFault['kind'] | undefined } | 'never';

/** Finds the reply to a request, which is an error's where the API would answer with one. Never throws. */
export async function replyTo(request: IncomingMessage, standIn: StandIn): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const route = routeOf(request.method ?? 'GET', url.pathname, url.searchParams);
  const wantsBytes = route.to === 'object' && route.media;
  try {
    const body = await readBody(request);
    if (route.to === 'local') return { answer: controlLocally({ ...route, bodyText: body.toString('utf8') }, standIn) };
    const { headers } = request;
    const caller = callerOf(headers.authorization, standIn.callers);
    const resource = `buckets/${'bucket' in route ? route.bucket : ''}`;
    const { store } = standIn;
    const call = { query: url.searchParams, headers, body, caller, resource, store, url: standIn.url() };
    return apiReply(route, call, standIn);
  } catch (error) {
    return { answer: errorAnswer(error, wantsBytes) };
  }
}

/** A fault that is an error or a hang happens instead of the call, or after it when it says so; others always after it. */
function apiReply(route: Route, call: StorageCall, standIn: StandIn): Reply {
  const method = methodOf(route);
  const place = { bucket: 'bucket' in route ? route.bucket : undefined, name: nameOf(route, call.query) };
  const fault = method && standIn.faults.take({ method, ...place });
  const error = fault && errorOf(fault);
  if (fault === undefined) return { answer: answered(route, call, standIn) };
  if (error === undefined && fault.kind !== 'hang') {
    return { answer: answered(route, call, standIn), spoiledBy: fault.kind };
  }
  if (fault.carriedOut) carryOut(route, call, standIn);
  if (error) throw error;
  return 'never';
}

/** What comes of it nobody hears, be it a refusal. */
function carryOut(route: Route, call: StorageCall, standIn: StandIn): void {
  try {
    answered(route, call, standIn);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

/** The object a request is about; an upload may name it in its query only. */
function nameOf(route: Route, query: URLSearchParams): string | undefined {
  return 'name' in route ? route.name : (query.get('name') ?? undefined);
}

function answered(route: Route, call: StorageCall, standIn: StandIn): Answer {
  const answer = methodAnswer(route, call, standIn);
  const type = answerTypeOf(route);
  const fields = call.query.get('fields');
  if (type === undefined || fields === null || fields === '') return answer;
  if (answer.body === undefined || Buffer.isBuffer(answer.body)) return answer;
  return { ...answer, body: selectFields(answer.body, type, fields) };
}

function methodAnswer(route: Route, call: StorageCall, { sessions }: StandIn): Answer {
  switch (route.to) {
    case 'buckets':
      return { status: 200, body: allBuckets(route.verb, call) };
    case 'bucket':
      return oneBucket(route.bucket, route.verb, call);
    case 'layout':
      return { status: 200, body: storageLayout(route.bucket, call) };
    case 'list':
      return { status: 200, body: list(route.bucket, call) };
    case 'insert':
      return insert(route, call, sessions);
    case 'object':
      return objectAnswer(route, call);
    case 'rewrite':
      return { status: 200, body: rewriteAnswer(copy(route, route.target, call), call.url) };
    case 'copy':
      return { status: 200, body: objectResource(copy(route, route.target, call), call.url) };
    case 'unsupported':
      throw notPart(route.what);
    case 'local':
    case 'nothing':
      throw new StorageError({ status: 404, reason: 'notFound', message: 'Not Found' });
  }
}

/** What is uploaded in pieces has an `upload_id` from its second request on. */
function insert({ bucket, verb }: Extract<Route, { to: 'insert' }>, call: StorageCall, sessions: Sessions): Answer {
  const id = call.query.get('upload_id');
  if (id !== null) return verb === 'DELETE' ? sessions.cancel(id) : sessions.fill(id, call);
  return call.query.get('uploadType') === 'resumable' ? sessions.begin(bucket, call) : insertAtOnce(bucket, call);
}

function objectAnswer(route: Extract<Route, { to: 'object' }>, call: StorageCall): Answer {
  if (route.verb === 'DELETE') return remove(route, call);
  if (route.verb !== 'GET')
    return { status: 200, body: describe(route, call, route.verb === 'PUT' ? 'update' : 'patch') };
  const object = readable(route, call);
  return route.media ? download(object, call) : { status: 200, body: objectResource(object, call.url) };
}
