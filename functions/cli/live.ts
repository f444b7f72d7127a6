import { EngineError, type CallBudget, type JobSource, type TargetRef } from '../../shared/engines/engine.ts';
import type { Job, JobRef } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Outside } from './command.ts';
import type { Read } from './policy-file.ts';

const longestMs = 120_000;

/** The time that a command may take over its calls. */
export function callBudget(outside: Outside): CallBudget {
  return { untilMs: outside.now() + longestMs, signal: AbortSignal.timeout(longestMs) };
}

/** The problem that an engine failed. What is no failure of an engine is thrown on. */
export function engineProblem(error: unknown, where: string): Problem {
  if (!(error instanceof EngineError)) throw error;
  const cure = error.retryable
    ? 'Try again in a moment.'
    : 'Check the project, the credentials and their permissions (bigquery.jobs.listAll and bigquery.jobs.get).';
  return { code: 'engine-failed', severity: 'error', where, says: error.message, try: cure };
}

/** Where a job is said to be; parts that are left out are looked for. */
export interface JobName {
  readonly project: string | undefined;
  readonly location: string | undefined;
  readonly id: string;
}

/** Reads `ID`, `LOCATION.ID`, `PROJECT:LOCATION.ID` as `bq` writes it, with or without the engine before it. */
export function parseJobName(text: string): JobName {
  const [, project, location, id = text] = /^(?:bigquery:)?(?:(.+):)?(?:([A-Za-z0-9-]+)\.)?([^:.]+)$/.exec(text) ?? [];
  return { project, location: location === '-' ? undefined : location, id };
}

/** Whether a job has the name, as far as the name goes. */
export function isNamed(job: JobRef, { project, location, id }: JobName): boolean {
  return (
    job.id === id &&
    (project === undefined || job.project === project) &&
    (location === undefined || job.location?.toLowerCase() === location.toLowerCase())
  );
}

async function listed(
  source: JobSource,
  target: TargetRef,
  name: JobName,
  budget: CallBudget,
): Promise<Job | undefined> {
  for await (const page of source.list(target, budget)) {
    const found = page.jobs.find((job) => isNamed(job, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function notFound(name: JobName, project: string): Problem {
  const place = name.location === undefined ? project : `${project}, ${name.location}`;
  const missing = name.location === undefined;
  return {
    code: 'job-not-found',
    severity: 'error',
    where: 'JOB',
    says: `There is no job ${name.id} in ${place}${missing ? ' that is running or waits' : ''}.`,
    try: missing ? 'A job that has ended is found with --location.' : 'Check the id, the project and the location.',
  };
}

/**
 * Fetches one job of a BigQuery project with its full record. Without a location the running and waiting jobs are listed
 * to find it.
 */
export async function fetchJob(name: JobName, project: string, outside: Outside): Promise<Read<Job>> {
  const budget = callBudget(outside);
  const target: TargetRef = { engine: 'bigquery', name: `bigquery:${project}`, project };
  try {
    const source = await outside.source('bigquery');
    outside.progress(`Looking for ${name.id} in ${project}`);
    const found = name.location === undefined ? await listed(source, target, { ...name, project }, budget) : undefined;
    const location = name.location ?? found?.location;
    if (location === undefined) return { problems: [notFound(name, project)] };
    const ref: JobRef = { engine: 'bigquery', target: target.name, project, location, id: name.id };
    const job = await source.get(ref, budget);
    return job === undefined ? { problems: [notFound({ ...name, location }, project)] } : { value: job };
  } catch (error) {
    return { problems: [engineProblem(error, project)] };
  }
}
