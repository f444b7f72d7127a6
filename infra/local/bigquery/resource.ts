import { createHash } from 'node:crypto';
import { configurationOf } from './configuration.ts';
import { stateAt } from './job-life.ts';
import type { JobState, LivingJob } from './job-life.ts';
import type { JsonObject } from './json.ts';
import { present } from './json.ts';
import type { JobError } from './spec.ts';
import { statisticsOf } from './statistics.ts';

/** The parts of a Job resource that callers read most often, typed; everything else is plain JSON. */
export type JobResource = JsonObject & {
  readonly id: string;
  readonly jobReference: { readonly projectId: string; readonly jobId: string; readonly location: string };
  readonly status: {
    readonly state: JobState;
    readonly errorResult?: JobError & JsonObject;
    readonly errors?: readonly (JobError & JsonObject)[];
  };
  readonly statistics: JsonObject;
};

const API = 'https://bigquery.googleapis.com/bigquery/v2';

/** A hash of an answer, as the API puts one into `etag`. */
export function etagOf(value: JsonObject): string {
  return createHash('md5').update(JSON.stringify(value)).digest('base64');
}

function statusOf(job: LivingJob, now: number): JobResource['status'] {
  const state = stateAt(job.life, now);
  if (state !== 'DONE' || !job.life.error) return { state };
  const error = { ...job.life.error };
  return { errorResult: error, errors: [error], state };
}

/** First- and third-party identities as the API writes them into principal_subject. */
function subjectOf(principal: string): string {
  if (principal.includes('://')) return principal;
  return `${principal.endsWith('gserviceaccount.com') ? 'serviceAccount' : 'user'}:${principal}`;
}

function identity({ record: { spec } }: LivingJob): JsonObject {
  return { user_email: spec.principal, principal_subject: spec.principalSubject ?? subjectOf(spec.principal) };
}

function core(job: LivingJob, now: number): Pick<JobResource, 'id' | 'jobReference' | 'status' | 'statistics'> {
  const { project, location } = job.record.spec;
  return {
    id: `${project}:${location}.${job.record.id}`,
    jobReference: { projectId: project, jobId: job.record.id, location },
    status: statusOf(job, now),
    statistics: statisticsOf(job, now),
  };
}

/** A job as jobs.get, jobs.insert and jobs.cancel answer it (BigQuery REST reference, Job). */
export function jobResource(job: LivingJob, now: number): JobResource {
  const { project, location } = job.record.spec;
  const body = {
    kind: 'bigquery#job',
    ...core(job, now),
    selfLink: `${API}/projects/${project}/jobs/${job.record.id}?location=${location}`,
    configuration: configurationOf(job.record),
    jobCreationReason: { code: 'REQUESTED' },
    ...identity(job),
  };
  return { ...body, etag: etagOf(body) };
}

/** How much of a job a listing shows: everything, no configuration and identity, or that for lack of permission. */
export type ListView = 'full' | 'minimal';

/** A job as an item of jobs.list: with a state of its own at the top, without etag, selfLink and creation reason. */
export function listItem(job: LivingJob, now: number, view: ListView): JsonObject {
  const { status, ...rest } = core(job, now);
  return {
    kind: 'bigquery#job',
    ...rest,
    state: status.state,
    ...present({ errorResult: status.errorResult }),
    status,
    ...(view === 'full' ? { configuration: configurationOf(job.record), ...identity(job) } : {}),
  };
}
