import type { ApiMethod } from './faults.ts';
import type { KnownType } from './known-fields.ts';

/** What a request is for, read from its verb and path alone. */
export type Route =
  | {
      readonly to: 'jobs';
      readonly method: ApiMethod;
      readonly project: string;
      readonly jobId?: string;
      readonly answers: KnownType;
    }
  | { readonly to: 'local'; readonly resource: 'faults' | 'jobs' | 'requests'; readonly verb: string }
  | { readonly to: 'unsupported'; readonly what: string }
  | { readonly to: 'nothing' };

const JOBS = /^\/bigquery\/v2\/projects\/([^/]+)\/jobs(?:\/([^/]+?)(\/cancel)?)?\/?$/;
const UPLOAD = /^\/(?:resumable\/)?upload\/bigquery\/v2\/projects\/[^/]+\/jobs$/;
const LOCAL = /^\/local\/(faults|jobs|requests)$/;
const OTHER_METHODS = /^\/bigquery\/v2\/projects\/[^/]+\/(queries|datasets)\b/;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function jobsRoute(verb: string, [, project = '', jobId, cancel]: RegExpExecArray): Route {
  const place = { to: 'jobs' as const, project: decoded(project) };
  if (jobId === undefined) {
    if (verb === 'GET') return { ...place, method: 'list', answers: 'JobList' };
    return verb === 'POST' ? { ...place, method: 'insert', answers: 'Job' } : { to: 'nothing' };
  }
  const job = { ...place, jobId: decoded(jobId) };
  if (cancel === undefined) return verb === 'GET' ? { ...job, method: 'get', answers: 'Job' } : { to: 'nothing' };
  return verb === 'POST' ? { ...job, method: 'cancel', answers: 'JobCancelResponse' } : { to: 'nothing' };
}

function localRoute(verb: string, [, name]: RegExpExecArray): Route {
  const resource = (['faults', 'jobs', 'requests'] as const).find((each) => each === name);
  return resource ? { to: 'local', resource, verb } : { to: 'nothing' };
}

/** Finds out what a request is for. */
export function routeOf(verb: string, path: string): Route {
  const jobs = JOBS.exec(path);
  if (jobs) return jobsRoute(verb, jobs);
  const local = LOCAL.exec(path);
  if (local) return localRoute(verb, local);
  if (UPLOAD.test(path)) return { to: 'unsupported', what: 'Loading data through the upload path' };
  const [, other] = OTHER_METHODS.exec(path) ?? [];
  return other === undefined ? { to: 'nothing' } : { to: 'unsupported', what: `The resource "${other}"` };
}
