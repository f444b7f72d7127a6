import { neverTells } from '../jobs/capabilities.ts';
import type { Job } from '../jobs/job.ts';
import type { MatchFields } from '../policy/match.ts';
import { every, not, some, type Truth } from './truth.ts';

function names(values: readonly string[] | undefined): boolean {
  return values?.some((value) => !value.startsWith('!')) ?? false;
}

/** Whether the kind of work is one that the block reaches: SELECT queries, or what it names. */
export function reachesWork(block: MatchFields, job: Job): Truth {
  if (names(block.statementType)) return true;
  const isQuery = job.jobType === undefined ? undefined : job.jobType === 'query';
  const isSelect = job.statementType === undefined ? undefined : job.statementType === 'SELECT';
  const otherType = names(block.jobType) ? not(isQuery) : false;
  return some([every([isQuery, isSelect]), otherType]);
}

/** Whether the job is no continuous query, or the block names such queries. */
export function reachesContinuous(block: MatchFields, job: Job): Truth {
  return block.continuous === true ? true : not(job.continuous);
}

/**
 * Whether the job is none of the watchdog's own, or the block names the watchdog. Where an engine never tells who ran a
 * job, none is: the watchdog itself runs none there.
 */
export function reachesPrincipal(block: MatchFields, job: Job, ownPrincipal: string | undefined): Truth {
  if (ownPrincipal === undefined) return true;
  const own = ownPrincipal.toLowerCase();
  if (block.principal?.some((written) => written.toLowerCase() === own)) return true;
  if (job.principal !== undefined) return job.principal !== own;
  return neverTells(job.engine, 'principal') ? true : undefined;
}

/**
 * Whether a cancel rule that matched by this block reaches the job. One that names no statement type reaches SELECT
 * queries only, and other job types only where `jobType` names them; continuous queries and the watchdog's own jobs
 * only where the block names them in so many words. Unknown reaches nothing.
 */
export function reaches(block: MatchFields, job: Job, ownPrincipal: string | undefined): Truth {
  return every([reachesWork(block, job), reachesContinuous(block, job), reachesPrincipal(block, job, ownPrincipal)]);
}
