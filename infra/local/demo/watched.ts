import { formatDuration } from '../../../shared/jobs/duration.ts';
import type { JobResource } from '../bigquery/resource.ts';
import type { StandInBigQuery } from '../bigquery/server.ts';
import type { ScenarioJob } from '../bigquery/scenario-job.ts';
import type { ScenarioNews } from '../scenario.ts';
import { fit, type Screen } from './screen.ts';

/** A job of the scenario as it is at the moment. */
export interface Watched {
  readonly name: string;
  readonly who: string;
  readonly project: string;
  readonly id: string;
  readonly state: string;
  readonly ranMs: number | undefined;
  /** BigQuery's own words about how it ended. */
  readonly end: string | undefined;
}

function millis(value: unknown): number | undefined {
  return typeof value === 'string' ? Number(value) : undefined;
}

function watched(job: ScenarioJob, resource: JobResource, nowMs: number): Watched {
  const { startTime, endTime } = resource.statistics;
  const startMs = millis(startTime);
  const error = resource.status.errorResult;
  return {
    name: job.name ?? resource.jobReference.jobId,
    who: job.principal.split('@')[0] ?? job.principal,
    project: resource.jobReference.projectId,
    id: resource.jobReference.jobId,
    state: resource.status.state,
    ranMs: startMs === undefined ? undefined : (millis(endTime) ?? nowMs) - startMs,
    end: error === undefined ? undefined : `${error.reason}: ${error.message}`,
  };
}

/** Follows the jobs of a scenario in the stand-in. */
export function watchJobs(bigquery: Pick<StandInBigQuery, 'job'>) {
  const added: { readonly job: ScenarioJob; readonly projectId: string; readonly jobId: string }[] = [];
  return {
    onNews: (news: ScenarioNews): void => {
      if ('refused' in news) throw new Error('[demo] the stand-in refused a job', { cause: news.refused });
      added.push({ job: news.job, ...news.added.jobReference });
    },
    all: (nowMs: number): readonly Watched[] =>
      added.flatMap(({ job, projectId, jobId }) => {
        const resource = bigquery.job(projectId, jobId);
        return resource === undefined ? [] : [watched(job, resource, nowMs)];
      }),
  };
}

const barWidth = 24;

function bar(screen: Screen, ranMs: number, limitMs: number): string {
  const share = Math.min(1, ranMs / limitMs);
  const full = Math.round(share * barWidth);
  const text = '█'.repeat(full) + '░'.repeat(barWidth - full);
  return screen.paint(share >= 1 ? 'red' : share > 0.99 ? 'yellow' : 'green', text);
}

/** The running jobs as a board: who, how long, and how near to the limit; long-lived work has no bar. */
export function boardOf(screen: Screen, jobs: readonly Watched[], limitMs: number): readonly string[] {
  const running = jobs.filter((job) => job.state !== 'DONE');
  const rows = running.map((job) => {
    const ranMs = job.ranMs ?? 0;
    const near = ranMs <= limitMs * 1.05;
    const meter = near ? bar(screen, ranMs, limitMs) : screen.paint('dim', 'not under this rule'.padEnd(barWidth));
    const name = fit(job.name, 36).padEnd(36);
    return `  ${job.state.toLowerCase().padEnd(8)} ${name} ${fit(job.who, 14).padEnd(14)} ${meter} ${formatDuration(ranMs)}`;
  });
  return ['', screen.paint('dim', `  ${running.length} jobs in BigQuery now`), ...rows];
}
