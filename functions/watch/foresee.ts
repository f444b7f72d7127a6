import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Plan } from '../../shared/evaluate/safety.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { dueTooLate } from './soon.ts';
import type { Run } from './world.ts';

// A limit on time, or a grace, may end after a sweep's last moment to cancel. Its job is handed over in the ledger, and the
// next sweep looks at it before it has listed anything.

type HandedOver = NonNullable<LedgerDocument['foreseen']>;

/** Sweeps begin so far apart (the scheduler's period), and up to so much later than they should. */
const everyMs = 60_000;
const lateMs = 2000;
/** What is due later than this in the next sweep is found by its listing. */
const mostListingMs = 20_000;
/** So many jobs are handed over, those first that are due first. */
const mostHandedOver = 50;
const mostNoted = 1000;

/** What a listing shows of jobs that will be due too late for its own sweep. */
export interface Foreseen extends Pick<HandedOver, 'jobs' | 'count'> {}

const byDue = (a: HandedOver['jobs'][number], b: HandedOver['jobs'][number]) => a.dueMs - b.dueMs;

/**
 * Collects, job by job, what will be due after the last moment to cancel. `until` closes the list: with what is due before
 * about the end of the next listing if that takes as long as this one took. `count` counts those that are left out as well.
 */
export function foreseeing(run: Run) {
  const endMs = run.startedAtMs + everyMs + lateMs;
  const names = new Set<string>();
  let noted: HandedOver['jobs'] = [];
  const onJob = (job: Job): void => {
    const due = dueTooLate(run, job, endMs + mostListingMs);
    // A list that changes while it is read may show a job twice.
    if (due === undefined || names.has(jobName(job))) return;
    names.add(jobName(job));
    const { engine, target, project, location, id, createdAtMs, principal } = job;
    noted.push({
      job: { engine, target, project, location, id, createdAtMs, principal },
      rule: due.rule,
      dueMs: due.dueMs,
    });
    if (noted.length >= mostNoted) noted = noted.toSorted(byDue).slice(0, mostHandedOver);
  };
  const until = (listedMs: number): Foreseen => {
    const inTime = noted.filter(({ dueMs }) => dueMs < endMs + Math.min(listedMs, mostListingMs));
    return { jobs: inTime.toSorted(byDue).slice(0, mostHandedOver), count: names.size };
  };
  return { onJob, until };
}

/**
 * What is handed over to the next sweep; undefined: nothing. Where breaker or budgets hold a cancel back they will have to
 * choose again, and no job may come before that.
 */
export function handOver(
  run: Run,
  { jobs, count }: Foreseen,
  { plan, seen }: { readonly plan: Plan; readonly seen: number },
): LedgerDocument['foreseen'] {
  const isShort = ({ heldBack }: Plan['verdicts'][number]) => heldBack?.by === 'breaker' || heldBack?.by === 'budget';
  if (jobs.length === 0 || plan.breaker.open || plan.verdicts.some(isShort)) return undefined;
  return { atMs: run.startedAtMs, seen, count, jobs };
}
