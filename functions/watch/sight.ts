import { listAll, type Listing, type Sources } from '../../shared/engines/list.ts';
import type { CallBudget, TargetRef } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';

/** What was seen of one target. `complete` false: absence from the listing says nothing. */
export interface TargetReport {
  readonly target: string;
  readonly jobs: number;
  readonly redacted: number;
  readonly complete: boolean;
  readonly unreadable: readonly string[];
  readonly unreachable: readonly string[];
  readonly failed?: string;
}

/** What was seen in one sweep. */
export interface Sight {
  readonly targets: readonly TargetReport[];
  /** Unredacted top-level jobs. */
  readonly seen: number;
  /** Targets that were quiet and left out of this sweep. */
  readonly quiet?: number;
}

const concurrency = 16;
/** So many unreadable records of a target are told of by name. */
const maxNamed = 20;

/** What is said of a place of which nothing could be seen. */
const unseen = { jobs: 0, redacted: 0, complete: false, unreadable: [], unreachable: [] };

/** The report on a place in which not even the targets could be found. */
export function unfound(target: string, why: string): TargetReport {
  return { target, ...unseen, failed: why };
}

/** The time that a listing has, and how long it waits for an engine that is silent while the others are done. */
interface SightTime extends CallBudget {
  readonly patience: () => AbortSignal;
}

/** The report after one more piece of news; what the page held is handed on and not kept. */
function after(report: TargetReport, news: Listing, onJob: (job: Job) => void): TargetReport {
  if ('failed' in news) return { ...report, failed: news.failed.message };
  if ('complete' in news) return { ...report, complete: news.complete, unreachable: news.unreachable };
  const { jobs, unreadable } = news.page;
  const open = jobs.filter((job) => !job.redacted);
  for (const job of open) onJob(job);
  return {
    ...report,
    jobs: report.jobs + jobs.length,
    redacted: report.redacted + jobs.length - open.length,
    unreadable: [...report.unreadable, ...unreadable].slice(0, maxNamed),
  };
}

/**
 * Lists all targets at once and hands each job that is not redacted on as its page arrives. A target that fails is
 * reported and does not sink the others.
 */
export async function see(
  targets: readonly TargetRef[],
  sources: Sources,
  budget: SightTime,
  onJob: (job: Job) => void,
): Promise<Sight> {
  const reports = new Map<string, TargetReport>(targets.map(({ name }) => [name, { target: name, ...unseen }]));
  for await (const news of listAll(targets, sources, { budget, concurrency, patience: budget.patience })) {
    const { name } = news.target;
    reports.set(name, after(reports.get(name) ?? { target: name, ...unseen }, news, onJob));
  }
  const all = [...reports.values()];
  return { targets: all, seen: all.reduce((sum, one) => sum + one.jobs - one.redacted, 0) };
}
