import { describe, expect, it } from 'vitest';
import { selectFields } from '../../../infra/local/bigquery/fields-mask.ts';
import { at, idsIn, jobsIn, stage } from './stage.ts';

const JOBS = '/bigquery/v2/projects/p/jobs';

/** What a watchdog asks of a listing: long, nested, and with fields that most jobs do not have. */
const LONG_MASK =
  'nextPageToken,unreachable,jobs(id,jobReference,state,status(state,errorResult(reason,message)),user_email,' +
  'principal_subject,statistics(creationTime,startTime,totalBytesProcessed,totalSlotMs,numChildJobs,parentJobId,' +
  'reservation_id,edition,sessionInfo,query(statementType,estimatedBytesProcessed,totalBytesProcessed,totalSlotMs,' +
  'timeline),load(inputFileBytes,outputBytes)),configuration(jobType,labels,jobTimeoutMs,reservation,dryRun,' +
  'query(priority,maximumBytesBilled,continuous,destinationTable),load(destinationTable),extract(sourceTable),' +
  'copy(destinationTable)))';

const JOB = {
  id: 'p:US.j',
  status: { state: 'DONE', errorResult: { reason: 'stopped', message: 'm' } },
  statistics: {
    creationTime: '1',
    query: { statementType: 'SELECT', timeline: [{ elapsedMs: '1', totalSlotMs: '2' }] },
  },
  configuration: { jobType: 'QUERY', labels: { team: 'x', env: 'dev' } },
};

describe('a selection of fields', () => {
  const { id, status, statistics, configuration } = JOB;
  const cases: readonly [string, unknown][] = [
    ['id', { id }],
    ['id,status', { id, status }],
    [' id , status ( state ) ', { id, status: { state: 'DONE' } }],
    ['status/state', { status: { state: 'DONE' } }],
    ['status.state', { status: { state: 'DONE' } }],
    ['status(state,errorResult/reason)', { status: { state: 'DONE', errorResult: { reason: 'stopped' } } }],
    ['status/state,status/errorResult/message', { status: { state: 'DONE', errorResult: { message: 'm' } } }],
    ['status/state,status', { status }],
    ['statistics(query(timeline(elapsedMs)))', { statistics: { query: { timeline: [{ elapsedMs: '1' }] } } }],
    ['statistics/query/*', { statistics: { query: statistics.query } }],
    ['*', JOB],
    ['configuration/labels/team', { configuration: { labels: { team: 'x' } } }],
    ['configuration', { configuration }],
    ['configuration/load', { configuration: {} }],
    ['user_email', {}],
  ];
  it.each(cases)('%s', (fields, wanted) => {
    expect(selectFields(JOB, 'Job', fields)).toEqual(wanted);
  });

  it('lets every listed job stay, even with nothing in it', () => {
    expect(selectFields({ jobs: [{ id: 'a' }, { id: 'b' }] }, 'JobList', 'jobs/user_email')).toEqual({
      jobs: [{}, {}],
    });
  });

  it.each([
    ['etc', 'etc'],
    ['status(state,reason)', 'status.reason'],
    ['id/inner', 'id'],
    ['statistics/query/speed', 'statistics.query.speed'],
    ['jobs(id)', 'jobs'],
  ])('%s names a field that jobs do not have: %s', async (fields, path) => {
    const { bigquery, call } = await stage();
    bigquery.addJob({ project: 'p', id: 'j' });
    const { status, body } = await call('GET', `${JOBS}/j?fields=${encodeURIComponent(fields)}`);
    expect([status, at(body, 'error', 'status')]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(at(body, 'error', 'details', 0, 'fieldViolations', 0, 'description')).toContain(`path '${path}'`);
  });

  it.each(['a(', 'id)', 'id,,status', 'id,', '(id)', 'status(state', 'id status'])(
    '%s cannot be read',
    async (fields) => {
      const { bigquery, call } = await stage();
      bigquery.addJob({ project: 'p', id: 'j' });
      expect((await call('GET', `${JOBS}/j?fields=${encodeURIComponent(fields)}`)).status).toBe(400);
    },
  );
});

describe('selected fields over HTTP', () => {
  it('make a listing a fraction of its size without losing a job', async () => {
    const { bigquery, call, pass } = await stage();
    for (let index = 0; index < 5; index += 1)
      bigquery.addJob({ project: 'p', id: `j${index}`, query: 'SELECT '.repeat(500) });
    pass(60_000);
    const path = `${JOBS}?allUsers=true&projection=full&maxResults=3`;
    const whole = await call('GET', path);
    const { status, body } = await call('GET', `${path}&fields=${encodeURIComponent(LONG_MASK)}`);
    expect(status).toBe(200);
    expect(idsIn(body)).toEqual(idsIn(whole.body));
    expect(body['nextPageToken']).toBe(whole.body['nextPageToken']);
    expect(body['kind']).toBeUndefined();
    expect(at(jobsIn(body)[0], 'configuration', 'query', 'query')).toBeUndefined();
    expect(at(jobsIn(body)[0], 'statistics', 'query', 'timeline', 9, 'totalSlotMs')).toBe('300000');
    expect(JSON.stringify(body).length).toBeLessThan(JSON.stringify(whole.body).length / 2);
  });

  it('work on get and cancel as well', async () => {
    const { bigquery, call } = await stage();
    bigquery.addJob({ project: 'p', id: 'j' });
    expect((await call('GET', `${JOBS}/j?fields=status/state`)).body).toEqual({ status: { state: 'RUNNING' } });
    const { body } = await call('POST', `${JOBS}/j/cancel?fields=job(id)`);
    expect(body).toEqual({ job: { id: 'p:US.j' } });
  });
});
