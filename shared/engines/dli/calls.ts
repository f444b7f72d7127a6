import type { HttpCall } from '../http/client.ts';
import { briefly } from '../http/failure.ts';
import { segment } from '../http/segment.ts';
import { engine, type JobPlace, type Place } from './place.ts';
import { reservedEncoded, strictlyEncoded } from './sign.ts';

/** Cancelling on a queue takes this; looking takes `DLI ReadOnlyAccess` (DLI permissions reference). */
const mayCancel = 'dli:queue:cancelJob, or CANCEL_JOB on the queue';
const mayLook = 'the policy DLI ReadOnlyAccess in that project';

/** The largest page of both listings (DLI API reference). */
export const pageSize = 100;

/** States of SQL jobs and of Spark batches, of which a listing shows one at a time. */
export type ListedState =
  | { readonly kind: 'sql'; readonly state: 'LAUNCHING' | 'RUNNING' }
  | { readonly kind: 'batch'; readonly state: 'starting' | 'recovering' | 'running' };

/** One page, counted from 0, of the jobs in one state, of all users and queues; SQL jobs come oldest first. */
export function listCall(base: string, place: Place, about: ListedState & { readonly page: number }): HttpCall {
  const { kind, state, page } = about;
  const says = `the ${kind === 'sql' ? 'SQL jobs' : 'Spark batches'} in state ${state} of project ${briefly(place.project)}`;
  const query: Readonly<Record<string, string | number>> =
    kind === 'sql'
      ? { 'page-size': pageSize, 'current-page': page + 1, 'job-status': state, order: 'start_time_asc' }
      : { from: page * pageSize, size: pageSize, state };
  const url = `${base}${collection(place, kind, says)}?${queryOf(query)}`;
  return { method: 'GET', url, says, takes: mayLook, headers };
}

/** The status of an SQL job, with its statement, or the details of a Spark batch. */
export function getCall(base: string, place: JobPlace): HttpCall {
  const says = nameOf(place);
  const url = `${base}${jobPath(place, says)}${place.kind === 'sql' ? '/status' : ''}`;
  return { method: 'GET', url, says, takes: mayLook, headers };
}

/** The cancel of an SQL job or of a Spark batch. */
export function cancelCall(base: string, place: JobPlace): HttpCall {
  const says = `the cancel of ${nameOf(place)}`;
  return { method: 'DELETE', url: `${base}${jobPath(place, says)}`, says, takes: mayCancel, headers };
}

/** Otherwise messages come in the language of the account. */
const headers = { 'x-language': 'en-us' };

function nameOf({ kind, id, project }: JobPlace): string {
  return `${kind === 'sql' ? 'SQL job' : 'Spark batch'} ${briefly(id)} in project ${briefly(project)}`;
}

function collection({ project }: Place, kind: JobPlace['kind'], says: string): string {
  const encoded = segment(engine, project, { says });
  return kind === 'sql' ? `/v1.0/${encoded}/jobs` : `/v2.0/${encoded}/batches`;
}

/** What is sent is written as it is signed, so that the service need not guess. */
function jobPath(place: JobPlace, says: string): string {
  return `${collection(place, place.kind, says)}/${reservedEncoded(segment(engine, place.id, { says }))}`;
}

function queryOf(fields: Readonly<Record<string, string | number>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${strictlyEncoded(name)}=${strictlyEncoded(String(value))}`)
    .join('&');
}
