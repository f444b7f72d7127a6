// All jobs here are made up.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../infra/local/bigquery/json.ts';
import { at, jobsIn, stage } from './stage.ts';

const MINUTE_MS = 60_000;
const JOBS = '/bigquery/v2/projects/p/jobs';

describe('what a job shows in each state', () => {
  /** Paths into a Job resource: those that must be there in a state, and those that must not. */
  const STATES: readonly {
    readonly state: string;
    readonly afterMs: number;
    readonly there: string;
    readonly not: string;
  }[] = [
    {
      state: 'PENDING',
      afterMs: 0,
      there: 'statistics.creationTime configuration.query.query configuration.labels.team configuration.query.priority',
      not: `statistics.startTime statistics.endTime statistics.query statistics.totalBytesProcessed
        statistics.totalSlotMs statistics.reservation_id statistics.edition status.errorResult`,
    },
    {
      state: 'RUNNING',
      afterMs: MINUTE_MS + 1_000,
      there: `statistics.creationTime statistics.startTime statistics.query.statementType statistics.reservation_id
        statistics.edition configuration.jobTimeoutMs`,
      not: `statistics.endTime statistics.totalBytesProcessed statistics.totalSlotMs statistics.query.timeline
        statistics.query.estimatedBytesProcessed statistics.query.totalBytesProcessed statistics.query.queryPlan`,
    },
    {
      state: 'RUNNING',
      afterMs: MINUTE_MS + 40_000,
      there: `statistics.totalBytesProcessed statistics.totalSlotMs statistics.query.timeline statistics.query.queryPlan
        statistics.query.estimatedBytesProcessed statistics.query.totalBytesProcessed`,
      not: `statistics.endTime statistics.query.totalBytesBilled statistics.query.cacheHit statistics.query.billingTier
        statistics.query.referencedTables statistics.finalExecutionDurationMs`,
    },
    {
      state: 'DONE',
      afterMs: 10 * MINUTE_MS,
      there: `statistics.creationTime statistics.startTime statistics.endTime statistics.totalBytesProcessed
        statistics.totalSlotMs statistics.query.timeline statistics.query.queryPlan statistics.query.totalBytesBilled
        statistics.query.cacheHit statistics.query.billingTier statistics.query.referencedTables
        statistics.query.estimatedBytesProcessed statistics.query.statementType statistics.reservation_id
        statistics.edition configuration.query.query`,
      not: 'status.errorResult status.errors',
    },
  ];
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

  it.each(STATES)('shows a $state job after $afterMs ms as the API does', async ({ state, afterMs, there, not }) => {
    const { bigquery, call, pass } = await stage();
    bigquery.addJob({
      project: 'p',
      id: 'j',
      query: 'SELECT * FROM `d.t`',
      labels: { team: 'x' },
      reservation: 'admin:US.bi',
      edition: 'STANDARD',
      jobTimeoutMs: 60 * MINUTE_MS,
      pendingForMs: MINUTE_MS,
      runsForMs: 5 * MINUTE_MS,
    });
    pass(afterMs);
    const { body: list } = await call('GET', `${JOBS}?allUsers=true&projection=full`);
    const { body: got } = await call('GET', `${JOBS}/j`);
    for (const job of [got, jobsIn(list)[0]] as const) {
      const shown = (path: string): Json | undefined => at(job, ...path.split('.'));
      expect(shown('status.state')).toBe(state);
      expect(words(there).filter((path) => shown(path) === undefined)).toEqual([]);
      expect(words(not).filter((path) => shown(path) !== undefined)).toEqual([]);
    }
  });

  it('has the state and the error of a list item at the top as well, and no etag, link or creation reason', async () => {
    const { bigquery, call, pass } = await stage();
    bigquery.addJob({ project: 'p', id: 'j', runsForMs: 1_000, ends: { reason: 'invalidQuery', message: 'Bad' } });
    pass(5_000);
    const { body } = await call('GET', `${JOBS}?projection=full`);
    const { body: got } = await call('GET', `${JOBS}/j`);
    const item = jobsIn(body)[0];
    expect(item).toMatchObject({ state: 'DONE', errorResult: { reason: 'invalidQuery' }, status: { state: 'DONE' } });
    expect(['etag', 'selfLink', 'jobCreationReason'].filter((key) => at(item, key) !== undefined)).toEqual([]);
    expect(['state', 'errorResult'].filter((key) => at(got, key) !== undefined)).toEqual([]);
    expect(got).toMatchObject({
      status: { errorResult: { reason: 'invalidQuery' }, errors: [{ reason: 'invalidQuery' }] },
    });
  });

  it('gives scripts the number of their statements and statements their script', async () => {
    const { bigquery, call, pass } = await stage();
    const children = [{ id: 'first', query: 'SELECT 1', runsForMs: MINUTE_MS }, { id: 'second' }];
    bigquery.addJob({ project: 'p', id: 'script', reservation: 'admin:US.bi', children });
    pass(90_000);
    const { body: parent } = await call('GET', `${JOBS}/script`);
    const { body: child } = await call('GET', `${JOBS}/first`);
    expect(parent).toMatchObject({ statistics: { numChildJobs: '2', query: { statementType: 'SCRIPT' } } });
    expect(child).toMatchObject({
      statistics: { parentJobId: 'script', scriptStatistics: { evaluationKind: 'STATEMENT' } },
    });
    expect([parent, child].map((job) => at(job, 'statistics', 'parentJobId'))).toEqual([undefined, 'script']);
    expect([parent, child].map((job) => at(job, 'statistics', 'reservation_id'))).toEqual([undefined, 'admin:US.bi']);
  });
});
