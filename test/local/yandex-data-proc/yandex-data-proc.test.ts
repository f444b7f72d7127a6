import { createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { YandexDataProcOptions } from '../../../infra/local/yandex-data-proc/server.ts';
import { startYandexDataProc } from '../../../infra/local/yandex-data-proc/server.ts';
import { jwtOf } from '../../../shared/engines/yandex-data-proc/jwt.ts';
import { isFields } from '../../../shared/engines/http/read.ts';
import { sample, samples, samplesAreHere } from '../../engines/samples.ts';

// Synthetic: a key that was made for this test.
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const key = { id: 'key-1', serviceAccountId: 'aje-1', privateKey: pair.privateKey };
const keys = { 'key-1': { serviceAccountId: 'aje-1', publicKey: pair.publicKey } };
const startMs = Date.parse('2026-03-11T10:00:00Z');

async function aScene(options: YandexDataProcOptions = {}) {
  let nowMs = startMs;
  const standIn = await startYandexDataProc({ now: () => nowMs, ...options });
  onTestFinished(() => standIn.close());
  standIn.addCluster({ id: 'c', folder: 'f', labels: { env: 'prod' } });
  const call = async (
    method: string,
    path: string,
    about: { token?: string; body?: unknown; headers?: object } = {},
  ) => {
    const headers = { ...(about.token !== undefined && { authorization: `Bearer ${about.token}` }), ...about.headers };
    const sent = about.body === undefined ? {} : { body: JSON.stringify(about.body) };
    const response = await fetch(standIn.url + path, { method, headers, ...sent });
    const text = await response.text();
    const body: unknown = text.startsWith('{') ? JSON.parse(text) : text;
    return { status: response.status, body };
  };
  const exchange = async (jwt: string) => call('POST', '/iam/v1/tokens', { body: { jwt } });
  return { standIn, call, exchange, pass: (ms: number) => void (nowMs += ms) };
}

const jobs = '/dataproc/v1/clusters/c/jobs';
const namesIn = (body: unknown, list: string): unknown[] => {
  const found = isFields(body) ? (body[list] ?? []) : [];
  return Array.isArray(found) ? found.map((one: unknown) => (isFields(one) ? one['id'] : one)) : [];
};

describe('the exchange of a JWT for a token', () => {
  it('gives a token that is let in until it ends', async () => {
    const { call, exchange, pass } = await aScene({ auth: { keys, tokenLastsMs: 3_600_000 } });
    const { status, body } = await exchange(jwtOf(key, startMs));
    expect([status, body]).toEqual([
      200,
      { iamToken: expect.stringMatching(/^t1\./), expiresAt: '2026-03-11T11:00:00.000000000Z' },
    ]);
    const token = String(isFields(body) && body['iamToken']);
    expect((await call('GET', '/dataproc/v1/clusters?folderId=f', { token })).status).toBe(200);
    pass(3_600_000);
    expect(await call('GET', '/dataproc/v1/clusters?folderId=f', { token })).toMatchObject({
      status: 401,
      body: { code: 16 },
    });
  });

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'aje-1',
    aud: 'https://iam.api.cloud.yandex.net/iam/v1/tokens',
    iat: startMs / 1000,
    exp: startMs / 1000 + 60,
  };
  const withRs256 = () => {
    const text = `${part({ typ: 'JWT', alg: 'RS256', kid: 'key-1' })}.${part(claims)}`;
    return `${text}.${createSign('sha256').update(text).sign(pair.privateKey, 'base64url')}`;
  };
  const unsigned = `${part({ alg: 'none', kid: 'key-1' })}.${part(claims)}.`;

  it.each([
    ['another algorithm', withRs256(), 'alg is RS256'],
    ['no signature', unsigned, 'alg is none'],
    ['an unknown key', jwtOf({ ...key, id: 'other' }, startMs), 'kid names no key'],
    ['another service account', jwtOf({ ...key, serviceAccountId: 'aje-2' }, startMs), 'iss'],
    ['an old one', jwtOf(key, startMs - 7_200_000), 'not valid now'],
    ['one of the future', jwtOf(key, startMs + 600_000), 'not valid now'],
    ['a changed claim', jwtOf(key, startMs).replace(/\.[^.]+\./, `.${part(claims)}.`), 'the signature is wrong'],
    ['nonsense', 'nonsense', 'it is no JWT'],
  ])('is refused for %s', async (_, jwt, why) => {
    const { exchange } = await aScene({ auth: { keys } });
    expect(await exchange(jwt)).toMatchObject({ status: 401, body: { message: expect.stringContaining(why) } });
  });
});

describe('the metadata service', () => {
  const path = '/computeMetadata/v1/instance/service-accounts/default/token';

  it('gives a token to who asks with its header, and to nobody else', async () => {
    const { call } = await aScene({ auth: { metadata: true } });
    const headers = { 'metadata-flavor': 'Google' };
    expect(await call('GET', path, { headers })).toMatchObject({
      status: 200,
      body: { expires_in: 43_200, token_type: 'Bearer' },
    });
    expect((await call('GET', path)).status).toBe(403);
  });
});

describe('the clusters and jobs', () => {
  it('come in pages, newest first, ended ones among them', async () => {
    const { standIn, call } = await aScene({ mostPerPage: 2 });
    for (const id of ['1', '2', '3'])
      standIn.addJob({ cluster: 'c', id, startedAgoMs: 1000, runsForMs: id === '2' ? 500 : 9e6 });
    const first = await call('GET', `${jobs}?pageSize=1000`);
    expect([namesIn(first.body, 'jobs'), isFields(first.body) && first.body['nextPageToken']]).toEqual([
      ['3', '2'],
      '2',
    ]);
    expect(namesIn((await call('GET', `${jobs}?pageToken=2`)).body, 'jobs')).toEqual(['1']);
  });

  it('are refused on pages of more than a thousand, and without a folder', async () => {
    const { call } = await aScene();
    expect(await call('GET', `${jobs}?pageSize=1001`)).toMatchObject({ status: 400, body: { code: 3 } });
    expect(await call('GET', '/dataproc/v1/clusters')).toMatchObject({ status: 400 });
  });

  it.runIf(samplesAreHere)(`have the fields of ${samples}`, async () => {
    const { standIn, call } = await aScene();
    standIn.addJob({ cluster: 'c', id: 'j', startedAgoMs: 1000 });
    const keysOf = (value: unknown, list: string): string[] => {
      const found = isFields(value) && Array.isArray(value[list]) ? value[list][0] : {};
      return Object.keys(Object(found)).toSorted();
    };
    const listed = (await call('GET', jobs)).body;
    expect(keysOf(listed, 'jobs')).toEqual(keysOf(sample('yandex-jobs-list'), 'jobs'));
    const clusters = (await call('GET', '/dataproc/v1/clusters?folderId=f')).body;
    const documented = keysOf(sample('yandex-clusters-list'), 'clusters').filter((name) => name !== 'serviceAccountId');
    expect(keysOf(clusters, 'clusters')).toEqual(documented);
  });
});

describe('a cancel', () => {
  it('is an operation; the job is CANCELLING, then CANCELLED, and can then not be cancelled', async () => {
    const { standIn, call, pass } = await aScene();
    standIn.addJob({ cluster: 'c', id: 'j', startedAgoMs: 1000 });
    const operation = await call('POST', `${jobs}/j:cancel`, { body: {} });
    expect(operation).toMatchObject({ status: 200, body: { done: false, metadata: { jobId: 'j' } } });
    expect(standIn.job('c', 'j')).toMatchObject({ status: 'CANCELLING' });
    pass(500);
    expect(standIn.job('c', 'j')).toMatchObject({ status: 'CANCELLED', finishedAt: '2026-03-11T10:00:00.500Z' });
    expect(await call('POST', `${jobs}/j:cancel`, { body: {} })).toMatchObject({ status: 400, body: { code: 9 } });
  });

  it('of a job that is not there is a 404', async () => {
    const { call } = await aScene();
    expect(await call('POST', `${jobs}/never-was:cancel`)).toMatchObject({ status: 404, body: { code: 5 } });
  });
});

describe('the switches', () => {
  it.each([
    ['401', 401],
    ['403', 403],
    ['429', 429],
    ['500', 500],
    ['503', 503],
    ['not json', 200],
  ] as const)('make the next call a %s, so many times', async (kind, status) => {
    const { standIn, call } = await aScene();
    standIn.switches.add({ call: 'jobs', kind, times: 1 });
    const failed = await call('GET', jobs);
    expect([failed.status, typeof failed.body]).toEqual([status, kind === 'not json' ? 'string' : 'object']);
    expect(await call('GET', jobs)).toMatchObject({ status: 200, body: { nextPageToken: '' } });
  });

  it('leave a call hanging or drop it, until they are cleared', async () => {
    const { standIn, call } = await aScene();
    standIn.switches.add({ kind: 'reset' });
    await expect(call('GET', jobs)).rejects.toThrow('fetch failed');
    standIn.switches.clear();
    expect((await call('GET', jobs)).status).toBe(200);
    standIn.switches.add({ kind: 'hang' });
    await expect(fetch(standIn.url + jobs, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
  });
});
