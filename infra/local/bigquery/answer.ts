import type { IncomingMessage } from 'node:http';
import type { ApiCall } from './call.ts';
import type { Caller } from './callers.ts';
import { callerOf } from './callers.ts';
import { ApiError } from './errors.ts';
import type { Fault } from './faults.ts';
import { errorOf } from './faults.ts';
import { selectFields } from './fields-mask.ts';
import { cancelJob, getJob } from './get-and-cancel.ts';
import type { Answer } from './http.ts';
import { readText } from './http.ts';
import { insertJob } from './insert.ts';
import type { JsonObject } from './json.ts';
import { listJobs } from './list.ts';
import { controlLocally } from './local-control.ts';
import type { Controlled } from './local-control.ts';
import { routeOf } from './routes.ts';
import type { Route } from './routes.ts';

/** Everything that a request can reach. */
export interface StandIn extends Controlled {
  readonly callers: ReadonlyMap<string, Caller> | undefined;
}

/** What is to be sent: an answer, perhaps spoiled on the way, or nothing at all. */
export type Reply = { readonly answer: Answer; readonly spoiledBy?: Fault['kind'] | undefined } | 'never';

const METHODS: Readonly<Record<Fault['method'], (call: ApiCall) => JsonObject | undefined>> = {
  list: listJobs,
  get: getJob,
  cancel: cancelJob,
  insert: insertJob,
};

/** The answer of a jobs method. A fault that is an error or a hang happens instead of the method, others after it. */
function jobsReply(route: Extract<Route, { to: 'jobs' }>, call: ApiCall): Reply {
  const kind = call.fault?.kind;
  if (kind === 'hang') return 'never';
  const error = kind && errorOf(kind);
  if (error) throw error;
  const body = METHODS[route.method](call);
  const fields = call.query.get('fields');
  const shown = body && fields ? selectFields(body, route.answers, fields) : body;
  return { answer: { status: 200, body: shown }, spoiledBy: kind };
}

/** Finds the reply to a request; throws an ApiError where the API would answer with an error. */
export async function replyTo(request: IncomingMessage, standIn: StandIn): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const verb = request.method ?? 'GET';
  const route = routeOf(verb, url.pathname);
  const bodyText = await readText(request);
  switch (route.to) {
    case 'jobs': {
      const caller = callerOf(request.headers.authorization, standIn.callers);
      const fault = standIn.faults.take(route);
      const { store, now } = standIn;
      const place = { project: route.project, jobId: route.jobId, query: url.searchParams };
      return jobsReply(route, { ...place, bodyText, caller, fault, store, now });
    }
    case 'local':
      return { answer: controlLocally({ ...route, bodyText }, standIn) };
    case 'unsupported':
      throw new ApiError({
        status: 501,
        reason: 'notImplemented',
        message: `${route.what} is not part of the stand-in.`,
      });
    case 'nothing':
      throw new ApiError({ status: 404, reason: 'notFound', message: `Nothing answers ${verb} ${url.pathname}.` });
  }
}
