import { describe, expect, it, onTestFinished } from 'vitest';
import type { DliStandInOptions } from '../../../infra/local/dli/server.ts';
import { startDli } from '../../../infra/local/dli/server.ts';
import { authorizationOf, sdkDate } from '../../../shared/engines/dli/sign.ts';
import { isFields } from '../../../shared/engines/http/read.ts';
import { sample, samples, samplesAreHere } from '../../engines/samples.ts';

// Synthetic: no such user, key or project exists.
const user = { user: 'watch', password: 'synthetic-password', domain: 'OTC-EU-DE-1' };
const key = { accessKey: 'AKSYNTHETIC', secretKey: 'synthetic-secret' };
const auth = { users: [user], accessKeys: { [key.accessKey]: key.secretKey } };
const startMs = Date.parse('2026-03-11T10:00:00Z');

async function aScene(options: DliStandInOptions = {}) {
  let nowMs = startMs;
  const standIn = await startDli({ now: () => nowMs, ...options });
  onTestFinished(() => standIn.close());
  const call = async (
    method: string,
    path: string,
    about: { headers?: Record<string, string>; body?: unknown } = {},
  ) => {
    const sent = about.body === undefined ? {} : { body: JSON.stringify(about.body) };
    const response = await fetch(standIn.url + path, { method, headers: about.headers ?? {}, ...sent });
    const text = await response.text();
    const body: unknown = text.startsWith('{') ? JSON.parse(text) : text;
    return { status: response.status, body, token: response.headers.get('x-subject-token'), headers: response.headers };
  };
  const tokenFor = async (password = user.password) => {
    const identity = {
      methods: ['password'],
      password: { user: { name: user.user, password, domain: { name: user.domain } } },
    };
    return call('POST', '/v3/auth/tokens?nocatalog=1', {
      body: { auth: { identity, scope: { project: { id: 'p' } } } },
    });
  };
  const signed = async (
    method: string,
    path: string,
    change: { path?: string; atMs?: number; secretKey?: string } = {},
  ) => {
    const headers = {
      'x-sdk-date': sdkDate(change.atMs ?? nowMs),
      'x-project-id': 'p',
      host: new URL(standIn.url).host,
    };
    const by = { ...key, secretKey: change.secretKey ?? key.secretKey };
    const authorization = authorizationOf({ method, url: standIn.url + path, headers }, by);
    const { host: _, ...sent } = headers;
    return call(method, change.path ?? path, { headers: { ...sent, authorization } });
  };
  return { standIn, call, tokenFor, signed, pass: (ms: number) => void (nowMs += ms) };
}

const list = '/v1.0/p/jobs?page-size=2&current-page=1&job-status=RUNNING&order=start_time_asc';
const idsIn = (body: unknown, of = 'jobs', id = 'job_id'): unknown[] => {
  const found = isFields(body) ? body[of] : [];
  return Array.isArray(found) ? found.map((one: unknown) => (isFields(one) ? one[id] : one)) : [];
};

describe('who may call', () => {
  it('is who has a token, until it ends, for its project', async () => {
    const { call, tokenFor, pass } = await aScene({ auth });
    const { status, token, body } = await tokenFor();
    expect([status, body]).toMatchObject([201, { token: { expires_at: '2026-03-12T10:00:00.000000Z' } }]);
    const headers = { 'x-auth-token': token ?? '' };
    expect((await call('GET', list, { headers })).status).toBe(200);
    expect((await call('GET', list.replace('/p/', '/q/'), { headers })).status).toBe(401);
    pass(86_400_000);
    expect(await call('GET', list, { headers })).toMatchObject({ status: 401, body: { error_code: 'DLI.0014' } });
  });

  it('is not who has a wrong password', async () => {
    const { tokenFor } = await aScene({ auth });
    expect(await tokenFor('other')).toMatchObject({ status: 401, token: null });
  });

  it('is who signs what is sent', async () => {
    const { standIn, signed } = await aScene({ auth });
    standIn.addSqlJob({ project: 'p', id: 'j' });
    expect((await signed('GET', list)).status).toBe(200);
    expect((await signed('DELETE', '/v1.0/p/jobs/j')).status).toBe(200);
  });

  it.each([
    ['another path than was signed', { path: '/v1.0/p/jobs/other/status' }, 'the signature is wrong'],
    ['another query than was signed', { path: `${list}&owner=x` }, 'the signature is wrong'],
    ['another secret', { secretKey: 'other' }, 'the signature is wrong'],
    ['a signature of half an hour ago', { atMs: startMs - 1_800_000 }, 'too far away'],
  ])('is not who sends %s', async (_, change, why) => {
    const { signed } = await aScene({ auth });
    expect(await signed('GET', list, change)).toMatchObject({
      status: 401,
      body: { error_msg: expect.stringContaining(why) },
    });
  });

  it('is not who sends nothing', async () => {
    const { call } = await aScene({ auth });
    expect((await call('GET', list)).status).toBe(401);
  });

  it.runIf(samplesAreHere)(`is asked in the words of ${samples}`, async () => {
    const project = 'xxxxxxxxxxxxxxxxxx';
    const users = [{ user: 'username', password: '********', domain: 'domainname' }];
    const { call } = await aScene({ auth: { users } });
    const { token } = await call('POST', '/v3/auth/tokens', { body: sample('otc-iam-token') });
    const headers = { 'x-auth-token': token ?? '' };
    expect((await call('GET', `/v1.0/${project}/jobs`, { headers })).status).toBe(200);
  });
});

describe('the SQL jobs', () => {
  it('come in numbered pages, in one status, oldest first', async () => {
    const { standIn, call } = await aScene();
    for (const [id, ms] of [
      ['young', 1000],
      ['old', 9000],
      ['middle', 5000],
    ] as const) {
      standIn.addSqlJob({ project: 'p', id, startedAgoMs: ms });
    }
    standIn.addSqlJob({ project: 'p', id: 'waits', pendingForMs: 1000 });
    const first = await call('GET', list);
    expect([idsIn(first.body), isFields(first.body) && first.body['job_count']]).toEqual([['old', 'middle'], 3]);
    expect(idsIn((await call('GET', list.replace('page=1', 'page=2'))).body)).toEqual(['young']);
    expect(idsIn((await call('GET', '/v1.0/p/jobs?job-status=LAUNCHING')).body)).toEqual(['waits']);
  });

  it('are refused on pages of more than a hundred', async () => {
    const { call } = await aScene();
    expect(await call('GET', '/v1.0/p/jobs?page-size=101')).toMatchObject({
      status: 400,
      body: { error_code: 'DLI.0001' },
    });
  });

  it('end when they are cancelled, and can then not be cancelled', async () => {
    const { standIn, call, pass } = await aScene();
    standIn.addSqlJob({ project: 'p', id: 'j' });
    expect(await call('DELETE', '/v1.0/p/jobs/j')).toMatchObject({ status: 200, body: { is_success: true } });
    expect(standIn.job('p', 'j')).toMatchObject({ status: 'RUNNING' });
    pass(500);
    expect((await call('GET', '/v1.0/p/jobs/j/status')).body).toMatchObject({
      status: 'CANCELLED',
      end_time: startMs + 500,
    });
    expect(await call('DELETE', '/v1.0/p/jobs/j')).toMatchObject({ status: 400 });
  });

  it.runIf(samplesAreHere)(`have the fields of ${samples}`, async () => {
    const { standIn, call } = await aScene();
    standIn.addSqlJob({ project: 'p', id: 'j', runsForMs: 0 });
    const { body } = await call('GET', '/v1.0/p/jobs');
    const ours = Object.keys(Object(isFields(body) && Array.isArray(body['jobs']) ? body['jobs'][0] : {}));
    const documented = sample('dli-sql-jobs-list');
    const theirs = Object.keys(
      Object(isFields(documented) && Array.isArray(documented['jobs']) ? documented['jobs'][0] : {}),
    );
    expect(ours.toSorted()).toEqual(theirs.filter((name) => name !== 'with_column_header').toSorted());
  });
});

describe('the Spark batches', () => {
  it('come from an index on, in one state, and are dead when they were cancelled', async () => {
    const { standIn, call, pass } = await aScene();
    for (const id of ['1', '2', '3']) standIn.addBatch({ project: 'p', id, startedAgoMs: 1000 });
    const { body } = await call('GET', '/v2.0/p/batches?state=running&from=1&size=1');
    expect([idsIn(body, 'sessions', 'id'), isFields(body) && body['total']]).toEqual([['2'], 3]);
    expect((await call('DELETE', '/v2.0/p/batches/2')).body).toEqual({ msg: 'deleted' });
    pass(500);
    expect((await call('GET', '/v2.0/p/batches/2')).body).toMatchObject({ state: 'dead' });
    expect(await call('GET', '/v2.0/p/batches/9')).toMatchObject({ status: 400, body: { error_code: 'DLI.0002' } });
  });
});

describe('the switches', () => {
  it.each([
    ['401', 401],
    ['403', 403],
    ['429', 429],
    ['500', 500],
    ['503', 503],
    ['DLI.0002', 400],
    ['404 of the gateway', 404],
    ['is_success false', 200],
    ['is_success in words', 200],
    ['not json', 200],
  ] as const)('make the next call a %s, so many times', async (kind, status) => {
    const { standIn, call } = await aScene();
    standIn.switches.add({ call: 'list', kind, times: 1 });
    const failed = await call('GET', list);
    expect(failed.status).toBe(status);
    expect(failed.headers.get('retry-after')).toBe(kind === '429' ? '1' : null);
    expect(isFields(failed.body) && failed.body['is_success']).not.toBe(true);
    expect((await call('GET', list)).body).toMatchObject({ is_success: true });
  });
});
