import type { JobRef } from '../../jobs/job.ts';
import { EngineError, type TargetRef } from '../engine.ts';

export const engine = 'yandex-data-proc';

/** Where a job is: no folder is needed to fetch it, its cluster is. */
export interface JobPlace {
  readonly cluster: string;
  readonly job: string;
}

/** The id of a job in Jobwarden: the API names a job only together with its cluster. */
export function idOf({ cluster, job }: JobPlace): string {
  return `${cluster}/${job}`;
}

/** The cluster and the job that an id names; throws for an id that names none. */
export function placeOf({ id }: Pick<JobRef, 'id'>): JobPlace {
  const slash = id.indexOf('/');
  if (slash > 0) return { cluster: id.slice(0, slash), job: id.slice(slash + 1) };
  const says = `the id ${JSON.stringify(id)} is not written as CLUSTER/JOB, so nothing was sent`;
  throw new EngineError(engine, says, { failure: 'rejected', retryable: false });
}

/** The folder of a target, which is named `yandex-data-proc:FOLDER`; throws for any other name. */
export function folderOf({ name }: Pick<TargetRef, 'name'>): string {
  const [, folder] = /^yandex-data-proc:(.+)$/.exec(name) ?? [];
  if (folder !== undefined) return folder;
  const says = `the target ${JSON.stringify(name)} is not written as yandex-data-proc:FOLDER`;
  throw new EngineError(engine, says, { failure: 'rejected', retryable: false });
}
