import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ApiCall } from './call.ts';
import { completeConfiguration, unknownName } from './client-configuration.ts';
import { accessDenied, ApiError, invalid } from './errors.ts';
import type { JsonObject } from './json.ts';
import { int64, isJsonObject, parseJson, present } from './json.ts';
import { estimatedBytesOf } from './measure.ts';
import { etagOf, jobResource } from './resource.ts';
import { jobSpec } from './spec.ts';
import type { FullJobSpec, JobSpec } from './spec.ts';
import { guessStatementType, hintsIn } from './sql.ts';

const clientJob = z.object({
  jobReference: z
    .object({ projectId: z.string().optional(), jobId: z.string().optional(), location: z.string().optional() })
    .default({}),
  configuration: z.object({
    dryRun: z.boolean().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    jobTimeoutMs: z.coerce.number().int().nonnegative().optional(),
    query: z
      .object({
        query: z.string(),
        priority: z.enum(['INTERACTIVE', 'BATCH']).optional(),
        continuous: z.boolean().optional(),
      })
      .optional(),
  }),
});

type ClientJob = z.output<typeof clientJob>;
type JobType = FullJobSpec['jobType'];

const WORK: readonly (readonly [string, JobType])[] = [
  ['query', 'QUERY'],
  ['load', 'LOAD'],
  ['extract', 'EXTRACT'],
  ['copy', 'COPY'],
];

function readBody(call: ApiCall): JsonObject {
  const body = parseJson(call.bodyText);
  if (!isJsonObject(body)) throw new ApiError({ status: 400, reason: 'parseError', message: 'Parse Error' });
  const unknown = unknownName(body, 'Job', 'job');
  if (unknown) {
    const message = `Invalid JSON payload received. Unknown name "${unknown.name}" at '${unknown.path}': Cannot find field.`;
    throw new ApiError({ status: 400, reason: 'badRequest', message });
  }
  return body;
}

function readJob(body: JsonObject, project: string): ClientJob {
  const parsed = clientJob.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`Invalid value at '${issue?.path.join('.') ?? 'job'}': ${issue?.message ?? 'cannot be read'}`);
  }
  const named = parsed.data.jobReference.projectId ?? project;
  if (named !== project) throw invalid(`Value '${named}' in content does not agree with value '${project}'.`);
  return parsed.data;
}

function jobTypeOf(configuration: JsonObject): JobType {
  const kinds = WORK.filter(([key]) => configuration[key] !== undefined);
  const [only] = kinds;
  if (only && kinds.length === 1) return only[1];
  throw invalid(
    `Job configuration must contain exactly one job-specific configuration object, but there were ${kinds.length}.`,
  );
}

/** The spec of a client's job: what its configuration says, and what a comment in its SQL asks for. */
function specOf(call: ApiCall, job: ClientJob, sent: JsonObject): JobSpec {
  const { query, labels, jobTimeoutMs } = job.configuration;
  const jobType = jobTypeOf(sent);
  const statementType = query && guessStatementType(query.query);
  const work = { project: call.project, jobType, statementType, seed: job.jobReference.jobId ?? randomUUID() };
  return {
    project: call.project,
    location: job.jobReference.location,
    id: job.jobReference.jobId,
    principal: call.caller.email,
    jobType,
    statementType,
    query: query?.query,
    priority: query?.priority,
    continuous: query?.continuous,
    labels,
    jobTimeoutMs,
    configuration: completeConfiguration(sent, work),
    ...hintsIn(query?.query ?? ''),
  };
}

function fullSpec(spec: JobSpec): FullJobSpec {
  const parsed = jobSpec.safeParse(spec);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`Invalid value for: ${issue?.path.join('.') ?? 'job'} is not a valid value`);
}

/** The answer to a dry run: an estimate, and a job that exists nowhere. */
function dryRun(call: ApiCall, spec: FullJobSpec): JsonObject {
  const bytes = int64(estimatedBytesOf(spec));
  const body = {
    kind: 'bigquery#job',
    id: `${spec.project}:${spec.location}.`,
    jobReference: { projectId: spec.project, location: spec.location },
    configuration: spec.configuration ?? {},
    status: { state: 'DONE' },
    statistics: {
      creationTime: int64(call.now()),
      totalBytesProcessed: bytes,
      query: present({
        statementType: spec.statementType,
        totalBytesProcessed: bytes,
        totalBytesBilled: '0',
        totalBytesProcessedAccuracy: 'PRECISE',
        cacheHit: false,
      }),
    },
    user_email: spec.principal,
  };
  return { ...body, etag: etagOf(body) };
}

/** jobs.insert: starts the job of a client, or estimates it when it is a dry run. */
export function insertJob(call: ApiCall): JsonObject {
  if (!call.caller.permissions.has('bigquery.jobs.create', `projects/${call.project}`)) {
    throw accessDenied(`Project ${call.project}`, 'bigquery.jobs.create');
  }
  const body = readBody(call);
  const job = readJob(body, call.project);
  const sent = isJsonObject(body['configuration']) ? body['configuration'] : {};
  const spec = fullSpec(specOf(call, job, sent));
  if (job.configuration.dryRun === true) return dryRun(call, spec);
  return jobResource(call.store.add(spec), call.now());
}
