import { caseId } from '../audit/event.ts';
import type { Job } from '../jobs/job.ts';
import type { Case, LedgerDocument } from './document.ts';

const dayMs = 86_400_000;

/** Whether a cancel of the case was ever held back because its owner keeps the job. */
function wasKept({ reported }: Case): boolean {
  return Object.keys(reported).some((key) => key.endsWith('.opt-out'));
}

/**
 * How many other jobs the same principal kept by a label, of those whose story began in the last 24 hours. 0 for a job that
 * was kept itself, which goes on being kept, and for one whose principal is not known.
 */
export function keptBefore({ cases }: Pick<LedgerDocument, 'cases'>, job: Job, nowMs: number): number {
  const own = cases[caseId(job)];
  if (job.principal === undefined || (own !== undefined && wasKept(own))) return 0;
  const isOther = (one: Case) => one.job.principal === job.principal && nowMs - one.openedAtMs < dayMs;
  return Object.values(cases).filter((one) => isOther(one) && wasKept(one)).length;
}
