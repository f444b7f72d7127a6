import { caseId } from '../../shared/audit/event.ts';
import { jobEvent } from '../../shared/audit/job-event.ts';
import { aJob, aVerdict, minutes, nowMs, type JobFields } from '../make.ts';

// Synthetic: no such project, person or job exists.

/** The sweep that the events of these tests are of. */
export const context = { source: '//jobwarden/test', sweepId: 's1', nowMs, policy: { sha256: 'a1', where: 'p.yaml' } };

/** The audit event of a cancel that worked. */
export function cancelled(fields: JobFields = {}) {
  const job = aJob({ runTimeMs: minutes(31), state: 'done', endedAtMs: nowMs, ...fields });
  const verdict = aVerdict({ job });
  const outcome = { verdict, did: 'cancelled' as const, why: 'It was stopped.', job };
  return jobEvent({ name: 'cancel.confirmed', verdict, outcome, case: caseId(job), sequence: 2, attempt: 1, context });
}

/** The audit event of a cancel that was held back: nobody is told of it. */
export function heldBack() {
  const event = cancelled();
  const data = { ...event.data, outcome: { did: 'held-back' as const, why: 'Held back.' } };
  return { ...event, type: 'dev.jobwarden.cancel.held-back.v1', data };
}
