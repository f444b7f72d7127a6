import type { Asked } from './http-proxy.ts';

const jobs = /^\/bigquery\/v2\/projects\/([^/?]+)\/jobs(?:\/([^/?]+)(\/cancel)?)?(?:\?(.*))?$/;

/** The job that a request asks to be cancelled; undefined where it asks for something else. */
export function cancelledBy({ path }: Asked): string | undefined {
  const [, , id, cancel] = jobs.exec(path) ?? [];
  return cancel === undefined || id === undefined ? undefined : decodeURIComponent(id);
}

/** A request to BigQuery in a few words: `jobs.get runaway`. */
export function bigqueryName({ method, path }: Asked): string {
  const [, project, id, cancel, query = ''] = jobs.exec(path) ?? [];
  if (project === undefined) return `${method} ${path}`;
  if (id === undefined) return `jobs.list ${project}${/(^|&)parentJobId=/.test(query) ? ' children' : ''}`;
  return `${cancel === undefined ? 'jobs.get' : 'jobs.cancel'} ${decodeURIComponent(id)}`;
}

/** A request to Slack: its method. */
export function slackName({ path }: Asked): string {
  return path.replace(/^\/api\//, '').replace(/\?.*$/, '');
}
