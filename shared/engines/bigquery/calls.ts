import type { JobRef } from '../../jobs/job.ts';
import { EngineError } from '../engine.ts';
import { briefly } from './failure.ts';
import { jobMask, listMask } from './fields.ts';

/** One call of the BigQuery REST API: `path` stands below `/bigquery/v2`; `permission` is what a 403 asks for. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Names the call in messages: `jobs.get of job x in project y`. */
  readonly says: string;
  readonly permission: string;
}

/** `jobs.list`: running and pending jobs of all users, top-level ones, or the children of `parentJobId`. */
export function listCall(project: string, about: { parentJobId?: string; pageToken?: string }): Call {
  const children = about.parentJobId === undefined ? '' : ` (children of job ${briefly(about.parentJobId)})`;
  const says = `jobs.list in project ${briefly(project)}${children}`;
  const query = new URLSearchParams([
    ['allUsers', 'true'],
    ['projection', 'full'],
    ['stateFilter', 'running'],
    ['stateFilter', 'pending'],
    ['maxResults', '1000'],
    ['prettyPrint', 'false'],
    ['fields', listMask],
  ]);
  if (about.parentJobId !== undefined) query.set('parentJobId', about.parentJobId);
  if (about.pageToken !== undefined) query.set('pageToken', about.pageToken);
  const path = `/projects/${segment(project, says)}/jobs?${query.toString()}`;
  return { method: 'GET', path, says, permission: 'bigquery.jobs.listAll' };
}

/** `jobs.get` with the statement's text. The location is named wherever it is known: without it a job elsewhere is a 404. */
export function getCall(ref: JobRef): Call {
  const says = `jobs.get ${ofJob(ref)}`;
  const query = withLocation(ref, { prettyPrint: 'false', fields: jobMask });
  return { method: 'GET', path: `${jobPath(ref, says)}?${query}`, says, permission: 'bigquery.jobs.get' };
}

/** `jobs.cancel`, which has no body. Cancelling somebody else's job takes `bigquery.jobs.update` (BigQuery IAM reference). */
export function cancelCall(ref: JobRef): Call {
  const says = `jobs.cancel ${ofJob(ref)}`;
  const query = withLocation(ref, {});
  const path = `${jobPath(ref, says)}/cancel${query === '' ? '' : `?${query}`}`;
  return { method: 'POST', path, says, permission: 'bigquery.jobs.update' };
}

function ofJob(ref: JobRef): string {
  return `of job ${briefly(ref.id)} in project ${briefly(ref.project)}`;
}

function jobPath(ref: JobRef, says: string): string {
  return `/projects/${segment(ref.project, says)}/jobs/${segment(ref.id, says)}`;
}

function withLocation(ref: JobRef, query: Record<string, string>): string {
  return new URLSearchParams(ref.location === undefined ? query : { location: ref.location, ...query }).toString();
}

/**
 * Percent-encodes an id as one path segment. URLs have no spelling for a segment `.` or `..` (even `%2e%2e` is resolved
 * away), an empty one would name the collection, and some proxies decode `%2F` first: such an id is refused unsent.
 */
function segment(id: string, says: string): string {
  const climbs = id.split(/[/\\]/).some((part) => part === '.' || part === '..');
  if (id !== '' && !climbs && id.isWellFormed()) return encodeURIComponent(id);
  throw new EngineError('bigquery', `${says}: this id cannot be written in an address, so nothing was sent`, {
    failure: 'rejected',
    retryable: false,
  });
}
