import type { JobRef } from '../../jobs/job.ts';
import { briefly } from '../http/failure.ts';
import { segment } from '../http/segment.ts';
import { jobMask, listMask } from './fields.ts';

/** One call of the BigQuery REST API, or of Resource Manager: `path` stands below `/bigquery/v2` or `/v3`. */
export interface Call {
  /** The method of the API: each has a quota of its own. */
  readonly api: 'jobs.list' | 'jobs.get' | 'jobs.cancel' | 'resource-manager';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Names the call in messages: `jobs.get of job x in project y`. */
  readonly says: string;
  /** What a 403 asks for, and where it is needed: in that project unless it says otherwise. */
  readonly permission: string;
  readonly on?: string;
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

/**
 * `projects.list` or `folders.list`: the active ones directly below a folder or an organization. Unlike searching, listing
 * is strongly consistent, and refuses what the caller may not see instead of leaving it out (Resource Manager v3 reference).
 */
export function belowCall(what: 'projects' | 'folders', parent: string, pageToken: string | undefined): Call {
  const fields = what === 'projects' ? 'projects(projectId,state)' : 'folders(name,state)';
  const query = new URLSearchParams({
    parent,
    pageSize: '300',
    prettyPrint: 'false',
    fields: `${fields},nextPageToken`,
  });
  if (pageToken !== undefined) query.set('pageToken', pageToken);
  const permission = `resourcemanager.${what}.list`;
  const says = `${what}.list below ${briefly(parent)}`;
  return { api: 'resource-manager', method: 'GET', path: `/${what}?${query.toString()}`, says, permission, on: parent };
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
