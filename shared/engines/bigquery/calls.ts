import type { JobRef } from '../../jobs/job.ts';
import { briefly } from '../http/failure.ts';
import { segment } from '../http/segment.ts';
import { jobMask, listMask } from './fields.ts';

/** One call of the BigQuery REST API: `path` stands below `/bigquery/v2`; `permission` is what a 403 asks for. */
export interface Call {
  /** The method of the API: each has a quota of its own. */
  readonly api: 'jobs.list' | 'jobs.get' | 'jobs.cancel';
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
  const path = `/projects/${segment('bigquery', project, { says })}/jobs?${query.toString()}`;
  return { api: 'jobs.list', method: 'GET', path, says, permission: 'bigquery.jobs.listAll' };
}

/** `jobs.get` with the statement's text. The location is named wherever it is known: without it a job elsewhere is a 404. */
export function getCall(ref: JobRef): Call {
  const says = `jobs.get ${ofJob(ref)}`;
  const query = withLocation(ref, { prettyPrint: 'false', fields: jobMask });
  const path = `${jobPath(ref, says)}?${query}`;
  return { api: 'jobs.get', method: 'GET', path, says, permission: 'bigquery.jobs.get' };
}

/** `jobs.cancel`, which has no body. Cancelling somebody else's job takes `bigquery.jobs.update` (BigQuery IAM reference). */
export function cancelCall(ref: JobRef): Call {
  const says = `jobs.cancel ${ofJob(ref)}`;
  const query = withLocation(ref, {});
  const path = `${jobPath(ref, says)}/cancel${query === '' ? '' : `?${query}`}`;
  return { api: 'jobs.cancel', method: 'POST', path, says, permission: 'bigquery.jobs.update' };
}

function ofJob(ref: JobRef): string {
  return `of job ${briefly(ref.id)} in project ${briefly(ref.project)}`;
}

function jobPath(ref: JobRef, says: string): string {
  return `/projects/${segment('bigquery', ref.project, { says })}/jobs/${segment('bigquery', ref.id, { says })}`;
}

function withLocation(ref: JobRef, query: Record<string, string>): string {
  return new URLSearchParams(ref.location === undefined ? query : { location: ref.location, ...query }).toString();
}
