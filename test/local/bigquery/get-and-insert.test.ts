// All jobs here are made up.
import { describe, expect, it } from 'vitest';
import type { Caller, Permission } from '../../../infra/local/bigquery/callers.ts';
import type { Json } from '../../../infra/local/bigquery/json.ts';
import { at, MORNING_MS, stage } from './stage.ts';

const JOBS = '/bigquery/v2/projects/p/jobs';
const MINUTE_MS = 60_000;

describe('the location of a job', () => {
  const cases: readonly [string, string, number][] = [
    ['US', '', 200],
    ['US', '?location=US', 200],
    ['US', '?location=us', 200],
    ['US', '?location=EU', 404],
    ['EU', '', 200],
    ['europe-west3', '', 404],
    ['europe-west3', '?location=europe-west3', 200],
    ['europe-west3', '?location=EU', 404],
    ['us-central1', '?location=US', 404],
  ];
  it.each(cases)('a job in %s asked for with "%s" gives %i to get and cancel', async (location, query, wanted) => {
    const { bigquery, call } = await stage();
    bigquery.addJob({ project: 'p', id: 'j', location });
    const got = await call('GET', `${JOBS}/j${query}`);
    const cancelled = await call('POST', `${JOBS}/j/cancel${query}`);
    expect([got.status, cancelled.status]).toEqual([wanted, wanted]);
  });

  it('that is wrong is a job not found, in the words of the API', async () => {
    const { bigquery, call } = await stage();
    bigquery.addJob({ project: 'p', id: 'j', location: 'europe-west3' });
    const { body } = await call('GET', `${JOBS}/j?location=EU`);
    const message = 'Not found: Job p:EU.j';
    expect(body['error']).toEqual({
      code: 404,
      message,
      errors: [{ message, domain: 'global', reason: 'notFound' }],
      status: 'NOT_FOUND',
    });
  });

  it('belongs to its name: the same id may be in two locations', async () => {
    const { bigquery, call } = await stage();
    bigquery.addJob({ project: 'p', id: 'j', location: 'EU' });
    bigquery.addJob({ project: 'p', id: 'j', location: 'europe-west3' });
    expect(at((await call('GET', `${JOBS}/j`)).body, 'id')).toBe('p:EU.j');
    expect(at((await call('GET', `${JOBS}/j?location=europe-west3`)).body, 'id')).toBe('p:europe-west3.j');
    expect(() => bigquery.addJob({ project: 'p', id: 'j', location: 'eu' })).toThrow('Already Exists: Job p:eu.j');
  });

  it('is one thing, the project another: domain-scoped projects work, foreign ones see nothing', async () => {
    const { bigquery, call } = await stage();
    bigquery.addJob({ project: 'example.com:p', id: 'j' });
    expect((await call('GET', '/bigquery/v2/projects/example.com%3Ap/jobs/j')).status).toBe(200);
    expect((await call('GET', '/bigquery/v2/projects/example.com:p/jobs/j')).status).toBe(200);
    expect((await call('GET', `${JOBS}/j`)).status).toBe(404);
  });
});

describe('what a caller may do with a job', () => {
  const who = (...permissions: readonly Permission[]): ReadonlyMap<string, Caller> =>
    new Map([['t', { email: 'ana@example.com', permissions: new Set(permissions) }]]);
  const cases: readonly [readonly Permission[], string, readonly [number, number, number]][] = [
    [[], 'ana@example.com', [403, 403, 403]],
    [['bigquery.jobs.create'], 'ana@example.com', [200, 200, 200]],
    [['bigquery.jobs.create'], 'ben@example.com', [403, 403, 200]],
    [['bigquery.jobs.get'], 'ben@example.com', [200, 403, 403]],
    [['bigquery.jobs.get', 'bigquery.jobs.update'], 'ben@example.com', [200, 200, 403]],
    [['bigquery.jobs.listAll', 'bigquery.jobs.list'], 'ben@example.com', [403, 403, 403]],
  ];
  it.each(cases)('ana with %j, a job of %s: get, cancel, insert give %j', async (allowed, principal, wanted) => {
    const { bigquery, call, pass } = await stage(who(...allowed));
    bigquery.addJob({ project: 'p', id: 'j', principal });
    const options = { token: 't' };
    const got = await call('GET', `${JOBS}/j`, options);
    const cancelled = await call('POST', `${JOBS}/j/cancel`, options);
    const inserted = await call('POST', JOBS, {
      ...options,
      body: { configuration: { query: { query: 'SELECT 1' } } },
    });
    expect([got.status, cancelled.status, inserted.status]).toEqual(wanted);
    pass(MINUTE_MS);
    expect(bigquery.job('p', 'j')?.status.state).toBe(cancelled.status === 200 ? 'DONE' : 'RUNNING');
  });

  it('is refused with accessDenied, and with the name of the permission that lacks', async () => {
    const { bigquery, call } = await stage(who('bigquery.jobs.get'));
    bigquery.addJob({ project: 'p', id: 'j', principal: 'ben@example.com' });
    const { body } = await call('POST', `${JOBS}/j/cancel`, { token: 't' });
    expect(at(body, 'error', 'errors', 0, 'reason')).toBe('accessDenied');
    expect(at(body, 'error', 'message')).toMatch(/Access Denied: Job p:j: .*bigquery\.jobs\.update/);
  });

  it.each([
    [undefined, 'required'],
    ['wrong', 'authError'],
  ])('with token %j is nothing, and the answer says %s', async (token, reason) => {
    const { call } = await stage(who('bigquery.jobs.get'));
    const { status, body } = await call('GET', `${JOBS}/j`, token === undefined ? {} : { token });
    expect([status, at(body, 'error', 'errors', 0, 'reason')]).toEqual([401, reason]);
  });
});

describe('jobs that clients insert', () => {
  const insert = (query: string, more: Record<string, Json> = {}) => ({
    body: {
      jobReference: { projectId: 'p', jobId: 'mine' },
      configuration: { query: { query, useLegacySql: false }, ...more },
    },
  });

  it('run for an hour, as the caller, with what was sent and what the API fills in', async () => {
    const { bigquery, call, pass } = await stage();
    const { body } = await call('POST', JOBS, insert('SELECT 1', { labels: { team: 'x' }, jobTimeoutMs: 5e6 }));
    expect(body).toMatchObject({
      id: 'p:US.mine',
      user_email: 'demo@example.com',
      status: { state: 'RUNNING' },
      configuration: {
        jobType: 'QUERY',
        labels: { team: 'x' },
        jobTimeoutMs: '5000000',
        query: { priority: 'INTERACTIVE' },
      },
      statistics: { creationTime: String(MORNING_MS), query: { statementType: 'SELECT' } },
    });
    pass(60 * MINUTE_MS - 1);
    expect(bigquery.job('p', 'mine')?.status.state).toBe('RUNNING');
    pass(1);
    expect(bigquery.job('p', 'mine')?.status.state).toBe('DONE');
  });

  it('do what a comment in their SQL says', async () => {
    const { bigquery, call, pass } = await stage();
    const sql = `-- pending 2s, runs 10s
      SELECT 'runs 1s' /* estimates 3 TB; slots 200 */ FROM d.t`;
    await call('POST', JOBS, insert(sql));
    pass(1_999);
    expect(bigquery.job('p', 'mine')?.status.state).toBe('PENDING');
    pass(5_001);
    expect(bigquery.job('p', 'mine')?.statistics).toMatchObject({
      totalSlotMs: '600000',
      query: { estimatedBytesProcessed: '3000000000000', totalBytesProcessed: '900000000000' },
    });
    pass(5_000);
    expect(bigquery.job('p', 'mine')?.status).toEqual({ state: 'DONE' });
  });

  it.each([
    ['SELECT 1 # ignores cancel', 'RUNNING', undefined],
    ['SELECT 1 -- finishes first', 'DONE', undefined],
    ['SELECT 1', 'DONE', 'stopped'],
    ['SELECT 1 /* fails, runs 1s */', 'DONE', 'invalidQuery'],
  ])('%s: is %s with error %s a while after a cancel', async (sql, state, reason) => {
    const { bigquery, call, pass } = await stage();
    await call('POST', JOBS, insert(sql));
    await call('POST', `${JOBS}/mine/cancel`);
    pass(MINUTE_MS);
    const status = bigquery.job('p', 'mine')?.status;
    expect([status?.state, status?.errorResult?.reason]).toEqual([state, reason]);
  });

  it('get an id when they bring none, each its own', async () => {
    const { call } = await stage();
    const body = { configuration: { query: { query: 'SELECT 1' } } };
    const ids = [await call('POST', JOBS, { body }), await call('POST', JOBS, { body })].map(
      (reply) => reply.body['id'],
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('are estimated and forgotten when it is a dry run', async () => {
    const { bigquery, call } = await stage();
    const { status, body } = await call('POST', JOBS, insert('SELECT 1 -- estimates 3 TB', { dryRun: true }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: { state: 'DONE' }, statistics: { totalBytesProcessed: '3000000000000' } });
    expect(at(body, 'jobReference', 'jobId')).toBeUndefined();
    expect(bigquery.job('p', 'mine')).toBeUndefined();
  });

  it('are refused the second time under the same id', async () => {
    const { call } = await stage();
    await call('POST', JOBS, insert('SELECT 1'));
    const { status, body } = await call('POST', JOBS, insert('SELECT 1'));
    expect(status).toBe(409);
    expect(at(body, 'error', 'errors', 0)).toMatchObject({
      reason: 'duplicate',
      message: 'Already Exists: Job p:US.mine',
    });
  });

  const query = { query: 'SELECT 1' };
  const bad: readonly [string, Json, string][] = [
    ['no JSON object', ['x'], 'Parse Error'],
    ['no configuration', {}, 'configuration'],
    ['no work', { configuration: { labels: {} } }, 'exactly one'],
    ['two kinds of work', { configuration: { query, load: {} } }, 'exactly one'],
    ['a query without text', { configuration: { query: {} } }, 'query'],
    ['an id with a slash', { jobReference: { jobId: 'a/b' }, configuration: { query } }, 'id'],
    ['another project', { jobReference: { projectId: 'q' }, configuration: { query } }, 'does not agree'],
    ['an unknown field', { configuration: { query: { ...query, speed: 9 } } }, `"speed" at 'job.configuration.query'`],
  ];
  it.each(bad)('are refused with %s', async (_, body, says) => {
    const { call } = await stage();
    const reply = await call('POST', JOBS, { body });
    expect(reply.status).toBe(400);
    expect(at(reply.body, 'error', 'message')).toContain(says);
  });
});

describe('paths that are not served', () => {
  it.each([
    ['GET', '/$discovery/rest?version=v2', 404],
    ['GET', '/bigquery/v2/projects/p/jobs/j/cancel', 404],
    ['DELETE', '/bigquery/v2/projects/p/jobs/j', 404],
    ['POST', '/upload/bigquery/v2/projects/p/jobs?uploadType=multipart', 501],
    ['POST', '/resumable/upload/bigquery/v2/projects/p/jobs', 501],
    ['GET', '/bigquery/v2/projects/p/queries/j', 501],
    ['POST', '/bigquery/v2/projects/p/queries', 501],
  ])('%s %s is a %i in the shape of the API', async (verb, path, wanted) => {
    const { call } = await stage();
    const { status, body } = await call(verb, path);
    expect([status, at(body, 'error', 'code')]).toEqual([wanted, wanted]);
  });

  it('a body of more than 1 MiB is refused', async () => {
    const { call } = await stage();
    const { status } = await call('POST', JOBS, {
      body: { configuration: { query: { query: 'x'.repeat(1_100_000) } } },
    });
    expect(status).toBe(413);
  });
});
