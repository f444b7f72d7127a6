import type { ApiCall } from './call.ts';
import type { Permission } from './callers.ts';
import { accessDenied, jobNotFound } from './errors.ts';
import { stateAt } from './job-life.ts';
import type { LivingJob } from './job-life.ts';
import type { JsonObject } from './json.ts';
import { jobResource } from './resource.ts';

function addressed({ project, jobId = '', query, store }: ApiCall): LivingJob {
  const location = query.get('location') || undefined;
  const job = store.find({ project, jobId, location });
  if (!job) throw jobNotFound(project, jobId, location);
  return job;
}

/** Others' jobs need the permission, one's own only bigquery.jobs.create (BigQuery REST reference). */
function checkMay({ caller, project }: ApiCall, job: LivingJob, permission: Permission): void {
  const { permissions } = caller;
  const resource = `projects/${project}`;
  const own = job.record.spec.principal === caller.email && permissions.has('bigquery.jobs.create', resource);
  if (!own && !permissions.has(permission, resource)) throw accessDenied(`Job ${project}:${job.record.id}`, permission);
}

/** jobs.get: the job as it is now. */
export function getJob(call: ApiCall): JsonObject {
  const job = addressed(call);
  checkMay(call, job, 'bigquery.jobs.get');
  return jobResource(job, call.now());
}

/**
 * jobs.cancel: asks the job to stop and answers with the job as it is now; undefined stands for an empty body, which
 * the API is known to answer at times. A job that is done is answered normally.
 */
export function cancelJob(call: ApiCall): JsonObject | undefined {
  const job = addressed(call);
  checkMay(call, job, 'bigquery.jobs.update');
  const { how } = job.record.spec.onCancel;
  if (how === 'denied') throw accessDenied(`Job ${call.project}:${job.record.id}`, 'bigquery.jobs.update');
  const wasDone = stateAt(job.life, call.now()) === 'DONE';
  call.store.askToCancel(job);
  if (how === 'emptyBody' && !wasDone) return undefined;
  return { kind: 'bigquery#jobCancelResponse', job: jobResource(addressed(call), call.now()) };
}
