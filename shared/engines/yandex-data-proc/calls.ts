import type { HttpCall } from '../http/client.ts';
import { briefly } from '../http/failure.ts';
import { segment } from '../http/segment.ts';
import { engine, type JobPlace } from './place.ts';

/** The smallest role that can cancel; looking takes `dataproc.viewer` (Yandex Cloud role reference). */
const editor = 'the role dataproc.editor on the folder';
const viewer = 'the role dataproc.viewer on the folder';

/** The API's largest page (Data Proc REST reference). */
const pageSize = '1000';

/** `Cluster.list`: the clusters of a folder, in whatever state. */
export function clustersCall(base: string, folder: string): HttpCall {
  const says = `the clusters of folder ${briefly(folder)}`;
  const query = new URLSearchParams({ folderId: folder, pageSize }).toString();
  return { method: 'GET', url: `${base}/dataproc/v1/clusters?${query}`, says, takes: viewer };
}

/** `Cluster.get`. */
export function clusterCall(base: string, cluster: string): HttpCall {
  const says = `cluster ${briefly(cluster)}`;
  return { method: 'GET', url: `${base}${clusterPath(cluster, says)}`, says, takes: viewer };
}

/** `Job.list`. Its filter knows names only (Data Proc REST reference): finished jobs come as well. */
export function jobsCall(base: string, cluster: string): HttpCall {
  const says = `the jobs of cluster ${briefly(cluster)}`;
  const url = `${base}${clusterPath(cluster, says)}/jobs?pageSize=${pageSize}`;
  return { method: 'GET', url, says, takes: viewer };
}

/** `Job.get`. */
export function jobCall(base: string, place: JobPlace): HttpCall {
  const says = `job ${briefly(place.job)} of cluster ${briefly(place.cluster)}`;
  return { method: 'GET', url: `${base}${jobPath(place, says)}`, says, takes: viewer };
}

/** `Job.cancel`, which answers with an operation. */
export function cancelCall(base: string, place: JobPlace): HttpCall {
  const says = `the cancel of job ${briefly(place.job)} of cluster ${briefly(place.cluster)}`;
  return { method: 'POST', url: `${base}${jobPath(place, says)}:cancel`, says, takes: editor, body: '{}' };
}

function clusterPath(cluster: string, says: string): string {
  return `/dataproc/v1/clusters/${segment(engine, cluster, { says })}`;
}

/** A colon in an id would be read as the beginning of a verb by some proxies; the encoded one is not. */
function jobPath({ cluster, job }: JobPlace, says: string): string {
  return `${clusterPath(cluster, says)}/jobs/${segment(engine, job, { says })}`;
}
