import type { Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { namedTargets, type Compiled } from '../../shared/evaluate/compile.ts';
import { judge, needsLook } from '../../shared/evaluate/evaluate.ts';
import type { Found } from './sweep-live.ts';

/** What was found in a file of jobs, and what of it a sweep would not look at, in sentences. */
export interface FileFound extends Found {
  readonly leftOut: readonly string[];
}

/** Why a sweep does not look at a job; undefined when it does. */
function leftOutBecause(job: Job): string | undefined {
  if (typeof job.parentId === 'string') return 'parts of scripts, which are judged as a whole';
  return job.state === 'done' ? 'ended' : undefined;
}

/** Whether a sweep lists the job: it has not ended and is a whole one. */
export function isListed(job: Job): boolean {
  return leftOutBecause(job) === undefined;
}

function outsiders({ policy }: Compiled, jobs: readonly Job[]): readonly string[] {
  const targets = new Set(namedTargets(policy).map(({ name }) => name));
  const projects = [...new Set(jobs.filter(({ target }) => !targets.has(target)).map(({ project }) => project))];
  if (projects.length === 0) return [];
  return [`No target names ${projects.join(', ')}: a sweep does not list jobs there; they are judged as observed.`];
}

const count = (number: number, singular: string, plural: string) => `${number} ${number === 1 ? singular : plural}`;

function leftOutWords(compiled: Compiled, jobs: readonly Job[], nowMs: number): readonly string[] {
  const reasons = new Map<string, number>();
  for (const why of jobs.map(leftOutBecause)) if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  const looked = jobs.filter(isListed);
  const redacted = looked.filter((job) => job.redacted).length;
  const unread = looked.filter((job) => needsLook(compiled, job, nowMs)).length;
  const unreadWords = `${count(unread, 'job', 'jobs')} would be fetched by a sweep: the file does not say enough to judge it.`;
  return [
    ...[...reasons].map(([why, number]) => `${count(number, 'job', 'jobs')} of the file left out: ${why}.`),
    ...(redacted === 0 ? [] : [`${count(redacted, 'job is', 'jobs are')} redacted and not judged.`]),
    ...(unread === 0 ? [] : [unreadWords]),
    ...outsiders(compiled, looked),
  ];
}

/** Judges the jobs of a file as a sweep judges those that it lists. */
export function lookAtFile(
  compiled: Compiled,
  jobs: readonly Job[],
  problems: readonly Problem[],
  nowMs: number,
): FileFound {
  const looked = jobs.filter(isListed);
  return {
    verdicts: looked.flatMap((job) => judge(compiled, job, nowMs)),
    seen: looked.filter((job) => !job.redacted).length,
    targets: [],
    problems,
    leftOut: leftOutWords(compiled, jobs, nowMs),
  };
}
