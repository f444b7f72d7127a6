// What is sent to Cloud Storage, and how its answers are read. All objects, buckets and tokens here are made up.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import { GoogleAuth, PassThroughClient } from 'google-auth-library';
import sinon from 'sinon';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StorageCaller, StoragePermission } from '../../infra/local/storage/callers.ts';
import { cloudStorageObjects } from '../../shared/objects/cloud-storage.ts';
import { apiBase, connect } from '../../shared/objects/cloud-storage/connection.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { bytesOf, entries, plenty, textIn, write } from '../contracts/objects.ts';
import { aBucket, failureOf } from './bucket.ts';

interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A service that gives one answer after the other, the last one for ever, and keeps what it was asked. */
async function scripted(...answers: readonly Scripted[]) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const { status = 200, headers = {}, body = '' } = answers[Math.min(heard.length, answers.length - 1)] ?? {};
    heard.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    request.resume().on('end', () => response.writeHead(status, headers).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const objects = cloudStorageObjects({ bucket: 'state', endpoint, now: Date.now, random: () => 0 });
  return { heard, endpoint, objects };
}

const every = (objects: Objects): readonly (() => Promise<unknown>)[] => [
  () => objects.get('a', plenty()),
  () => objects.put('a', { bytes: bytesOf('x'), ifGeneration: 'absent' }, plenty()),
  () => objects.delete('a', {}, plenty()),
  () => entries(objects),
  () => objects.versions('a', plenty()),
];

const described = { name: 'a', generation: '5', timeCreated: '2026-11-24T08:00:00.123Z', size: '1' };

describe('a request', () => {
  it('names the object in one segment, the generation, and the fields it needs', async () => {
    const { heard, objects } = await scripted({ status: 404, body: 'No such object: state/x' });
    await objects.get('claims/ä ?#%2F', plenty(), '17');
    await objects.get('a', plenty());
    expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /storage/v1/b/state/o/claims%2F%C3%A4%20%3F%23%252F?alt=media&generation=17',
      'GET /storage/v1/b/state/o/a?alt=media',
    ]);
  });

  it('that writes brings everything at once, and bears a mark of its own', async () => {
    const { storage, objects } = await aBucket();
    await objects.put('a', { bytes: bytesOf('{}'), ifGeneration: 'absent', contentType: 'application/json' }, plenty());
    const one = storage.object({ bucket: 'state', name: 'a' })?.resource;
    expect(one).toMatchObject({ contentType: 'application/json' });
    expect(one?.['metadata']).toEqual({
      'jobwarden-write': expect.stringMatching(/^[\da-f-]{36}$/),
      'jobwarden-over': 'absent',
    });
    await write(objects, 'a', '{}', (await objects.get('a', plenty()))?.generation);
    const two = storage.object({ bucket: 'state', name: 'a' })?.resource;
    expect(two).toMatchObject({
      contentType: 'application/octet-stream',
      metadata: { 'jobwarden-over': one?.['generation'] },
    });
    await write(objects, 'a', '{}');
    const three = storage.object({ bucket: 'state', name: 'a' })?.resource;
    expect(three?.['metadata']).toEqual({ 'jobwarden-write': expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(storage.requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
  });

  it('goes to an endpoint without credentials, and none are looked for', async () => {
    const search = sinon.stub(GoogleAuth.prototype, 'getClient').rejects(new Error('looked for credentials'));
    onTestFinished(() => search.restore());
    const { heard, objects } = await scripted({ status: 404, body: 'No such object: state/a' });
    expect(await objects.get('a', plenty())).toBeUndefined();
    expect(heard[0]?.headers['authorization']).toBeUndefined();
    expect(heard[0]?.headers['user-agent']).toContain('jobwarden');
  });

  it('goes to Cloud Storage of the credentials’ universe with them', async () => {
    const { endpoint } = await connect({ bucket: 'state', now: Date.now, authClient: new PassThroughClient() }).then(
      ({ base }) => ({ endpoint: base }),
    );
    expect(endpoint).toBe('https://storage.googleapis.com');
    const elsewhere = new PassThroughClient({ universeDomain: 'example.org' });
    expect((await connect({ bucket: 'state', now: Date.now, authClient: elsewhere })).base).toBe(
      'https://storage.example.org',
    );
    const found = sinon.stub(GoogleAuth.prototype, 'getClient').resolves(elsewhere);
    onTestFinished(() => found.restore());
    expect(await connect({ bucket: 'state', now: Date.now })).toEqual({
      base: 'https://storage.example.org',
      auth: elsewhere,
    });
  });

  it.each([
    ['127.0.0.1:9023', 'http://127.0.0.1:9023'],
    ['http://127.0.0.1:9023/', 'http://127.0.0.1:9023'],
    ['http://127.0.0.1:9023/storage/v1', 'http://127.0.0.1:9023'],
    ['http://127.0.0.1:9023/storage/v1/', 'http://127.0.0.1:9023'],
    ['https://example.org/gcs/storage/v1/', 'https://example.org/gcs'],
    ['https://example.org/gcs', 'https://example.org/gcs'],
  ])('takes the endpoint %s for %s', (endpoint, base) => {
    expect(apiBase(endpoint)).toBe(base);
  });

  it.each(['', 'ftp://example.org', 'http://'])('refuses the endpoint "%s"', async (endpoint) => {
    const objects = cloudStorageObjects({ bucket: 'state', endpoint, now: Date.now });
    const error = await failureOf(objects.get('a', plenty()));
    expect(error).toMatchObject({ failure: 'rejected', retryable: false });
    expect(error.message).toContain('is no address; write it like http://127.0.0.1:9023');
  });
});

describe('a token that cannot be had', () => {
  /** A client whose token request fails with the answer of another service. */
  function withoutToken(status: number): PassThroughClient {
    const client = new PassThroughClient();
    const error = Object.assign(new Error(`Request failed with status code ${status}`), {
      status,
      response: { status, data: { error: 'not found' }, headers: new Headers() },
      config: { url: new URL('http://metadata.google.internal/token') },
    });
    sinon.stub(client, 'request').rejects(error);
    return client;
  }

  it.each([
    [404, false],
    [412, false],
    [401, false],
    [503, true],
    [429, true],
  ])('is never taken for an answer: HTTP %i', async (status, retryable) => {
    const authClient = withoutToken(status);
    const objects = cloudStorageObjects({ bucket: 'state', now: Date.now, random: () => 0, authClient });
    for (const call of every(objects)) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ failure: 'unauthenticated', retryable, unsettled: false });
      expect(error.message).toContain('no access token');
    }
  });

  it('is asked for again by the next call', async () => {
    const search = sinon.stub(GoogleAuth.prototype, 'getClient');
    onTestFinished(() => search.restore());
    search.onCall(0).rejects(new Error('Could not load the default credentials.'));
    const client = new PassThroughClient();
    search.onCall(1).resolves(client);
    sinon.stub(client, 'request').rejects(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    const objects = cloudStorageObjects({ bucket: 'state', now: Date.now, random: () => 0 });
    const first = await failureOf(objects.get('a', plenty()));
    expect(first).toMatchObject({ failure: 'unauthenticated', retryable: false });
    expect(first.message).toContain('Could not load the default credentials.');
    expect(await failureOf(objects.get('a', plenty()))).toMatchObject({ failure: 'network', retryable: true });
  });
});

describe('a refusal', () => {
  const all: readonly StoragePermission[] = [
    'storage.objects.get',
    'storage.objects.list',
    'storage.objects.create',
    'storage.objects.delete',
  ];
  const without = (...missing: readonly StoragePermission[]): ReadonlyMap<string, StorageCaller> =>
    new Map([['t', { email: 'watch@example.com', permissions: new Set(all.filter((one) => !missing.includes(one))) }]]);
  const tokenOf = (token: string): PassThroughClient => {
    const client = new PassThroughClient();
    const request = client.request.bind(client);
    sinon.stub(client, 'request').callsFake((options) => {
      const headers = new Headers(options.headers);
      headers.set('authorization', `Bearer ${token}`);
      return request({ ...options, headers });
    });
    return client;
  };

  it.each([
    ['storage.objects.get', 0, 'get of gs://state/a'],
    ['storage.objects.create', 1, 'put of gs://state/a'],
    ['storage.objects.delete', 2, 'delete of gs://state/a'],
    ['storage.objects.list', 3, 'list of gs://state/*'],
  ] as const)('names the missing permission %s and the object', async (permission, call, says) => {
    const { another } = await aBucket({ callers: without(permission) });
    const objects = another({ authClient: tokenOf('t') });
    if (permission !== 'storage.objects.create') await write(objects, 'a', 'one', 'absent');
    const error = await failureOf(every(objects)[call]?.() ?? Promise.resolve());
    expect(error).toMatchObject({ failure: 'forbidden', retryable: false, unsettled: false, status: 403 });
    expect(error.message).toMatch(/^\[objects\] /);
    expect(error.message).toContain(`${says}: access denied (HTTP 403`);
    expect(error.message).toContain(`this takes the permission ${permission}`);
  });

  it('to replace an object names the permission to delete', async () => {
    const { another } = await aBucket({ callers: without('storage.objects.delete') });
    const objects = another({ authClient: tokenOf('t') });
    const generation = await write(objects, 'a', 'one', 'absent');
    const error = await failureOf(write(objects, 'a', 'two', generation));
    expect(error.message).toContain('storage.objects.create, and storage.objects.delete to replace an object');
  });

  it('of an object that is not there is no "not there", without the right to list', async () => {
    const { another } = await aBucket({ callers: without('storage.objects.list') });
    const error = await failureOf(another({ authClient: tokenOf('t') }).get('none', plenty()));
    expect(error.message).toContain('storage.objects.list where the object may be missing');
  });

  it('of the credentials says so', async () => {
    const { another } = await aBucket({ callers: without() });
    for (const call of every(another({ authClient: tokenOf('unknown') }))) {
      expect(await failureOf(call())).toMatchObject({ failure: 'unauthenticated', retryable: false, status: 401 });
    }
  });

  it.each([
    ['rateLimitExceeded', 'Too fast'],
    ['userRateLimitExceeded', 'Too fast'],
    ['forbidden', 'Rate Limit Exceeded'],
  ])('that asks for patience gets it: %s, "%s"', async (reason, message) => {
    const body = JSON.stringify({ error: { code: 403, message, errors: [{ reason }] } });
    const { heard, objects } = await scripted({ status: 403, body });
    expect(await failureOf(objects.get('a', plenty()))).toMatchObject({ failure: 'rate-limit', retryable: true });
    expect(heard).toHaveLength(5);
  });

  it('is told without line breaks and tokens of the service’s text', async () => {
    const message = `first line\nBearer abc.def ya29.secret ${'x'.repeat(500)}`;
    const body = JSON.stringify({ error: { code: 403, message, errors: [{ reason: 'forbidden' }] } });
    const { objects } = await scripted({ status: 403, body });
    const error = await failureOf(objects.get('a', plenty()));
    expect(error.message).toContain('forbidden: first line [token] [token] xxx');
    expect(error.message.length).toBeLessThan(600);
    expect(error.message).not.toContain('\n');
  });
});

describe('a bucket that is not there', () => {
  it('is an error of every call, and no missing object', async () => {
    const { another } = await aBucket();
    for (const call of every(another({ bucket: 'nowhere' }))) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ failure: 'not-found', retryable: false, status: 404 });
      expect(error.message).toContain('The specified bucket does not exist.');
    }
  });
});

describe('an answer', () => {
  it.each([
    ['a page of a proxy', '<html><title>Not Found</title></html>', /not in the API's words: is the endpoint right/],
    ['nothing', '', /not in the API's words/],
    ['JSON of something else', '{"message": "no route"}', /not in the API's words/],
    ['plain words', 'Not Found', /not found \(HTTP 404 Not Found\)/],
  ])('404 with %s does not mean that there is no object', async (_, body, says) => {
    const { objects } = await scripted({ status: 404, body });
    for (const call of every(objects)) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ failure: 'not-found', retryable: false });
      expect(error.message).toMatch(says);
    }
  });

  it('404 in the API’s words does, in JSON and in plain text', async () => {
    const error = { code: 404, message: 'No such object: state/a', errors: [{ reason: 'notFound' }] };
    const { objects } = await scripted(
      { status: 404, body: 'No such object: state/a' },
      { status: 404, body: JSON.stringify({ error }) },
    );
    expect(await objects.get('a', plenty())).toBeUndefined();
    expect(await objects.get('a', plenty())).toBeUndefined();
    expect(await objects.delete('a', {}, plenty())).toBe(false);
  });

  it.each([
    ['without a generation', { 'last-modified': 'Tue, 24 Nov 2026 08:00:00 GMT' }],
    ['without a time', { 'x-goog-generation': '5' }],
    ['with an odd generation', { 'x-goog-generation': 'five', 'last-modified': 'Tue, 24 Nov 2026 08:00:00 GMT' }],
  ])('%s is no object', async (_, headers) => {
    const { heard, objects } = await scripted({ body: 'x', headers });
    expect(await failureOf(objects.get('a', plenty()))).toMatchObject({ failure: 'malformed', retryable: false });
    expect(heard).toHaveLength(1);
  });

  it('that is shorter than the object is tried again', async () => {
    const headers = {
      'x-goog-generation': '5',
      'last-modified': 'Tue, 24 Nov 2026 08:00:00 GMT',
      'x-goog-stored-content-length': '3',
    };
    const { objects } = await scripted({ body: 'on', headers }, { body: 'one', headers });
    expect(await objects.get('a', plenty())).toMatchObject({ generation: '5', updatedAtMs: Date.UTC(2026, 10, 24, 8) });
    const short = await scripted({ body: 'on', headers });
    const error = await failureOf(short.objects.get('a', plenty()));
    expect(error).toMatchObject({ failure: 'network', retryable: true });
    expect(error.message).toContain('cut short: 2 of 3 bytes (tried 5 times)');
  });

  it('of an object that was stored compressed is unpacked', async () => {
    const { storage, objects } = await aBucket();
    const text = 'rules: []\n'.repeat(100);
    const query = 'uploadType=media&name=a&contentEncoding=gzip';
    await fetch(`${storage.url}/upload/storage/v1/b/state/o?${query}`, { method: 'POST', body: gzipSync(text) });
    expect(await textIn(objects, 'a')).toBe(text);
  });

  it('that leads elsewhere is not followed', async () => {
    const { heard, objects, endpoint } = await scripted({ status: 302, headers: { location: '/elsewhere' } });
    for (const call of every(objects))
      expect(await failureOf(call())).toMatchObject({ failure: 'rejected', status: 302 });
    expect(heard.every(({ url }) => !url.includes('elsewhere'))).toBe(true);
    expect(endpoint).toContain('127.0.0.1');
  });

  it('that is too large is not read', async () => {
    const headers = { 'content-length': String(65 * 1024 * 1024) };
    const { objects } = await scripted({ headers });
    const error = await failureOf(objects.get('a', plenty()));
    expect(error).toMatchObject({ failure: 'malformed', retryable: false });
    expect(error.message).toContain('larger than 64 MiB');
  });

  it.each([
    ['no list', { items: { first: 1 } }],
    ['an item without a name', { items: [{ ...described, name: undefined }] }],
    ['an item without a generation', { items: [{ ...described, generation: 5 }] }],
    ['an item without a time', { items: [{ ...described, timeCreated: 'yesterday' }] }],
    ['an item of no size', { items: [{ ...described, size: 'large' }] }],
    ['an odd token', { items: [described], nextPageToken: 5 }],
    ['a list as a whole', [described]],
  ])('is no page of a listing when it has %s', async (_, page) => {
    const body = Array.isArray(page) ? '"page"' : JSON.stringify(page);
    const { objects } = await scripted({ body });
    expect(await failureOf(entries(objects))).toMatchObject({ failure: 'malformed', retryable: false });
  });

  it('that goes round in circles ends the listing', async () => {
    const page = (nextPageToken: string) => ({ body: JSON.stringify({ items: [described], nextPageToken }) });
    const { heard, objects } = await scripted(page('p2'), page('p3'), page('p2'));
    const error = await failureOf(entries(objects));
    expect(error).toMatchObject({ failure: 'malformed' });
    expect(error.message).toContain('goes round in circles');
    expect(heard.map(({ url }) => new URL(url, 'http://x').searchParams.get('pageToken'))).toEqual([null, 'p2', 'p3']);
  });

  it('without items is an empty page, and an empty token the end', async () => {
    const { objects } = await scripted(
      { body: JSON.stringify({ nextPageToken: 'more' }) },
      { body: JSON.stringify({ items: [described], nextPageToken: '' }) },
    );
    expect(await entries(objects)).toEqual([
      { name: 'a', generation: '5', updatedAtMs: Date.UTC(2026, 10, 24, 8, 0, 0, 123), sizeBytes: 1 },
    ]);
  });

  it('to an upload that is about another object is not believed', async () => {
    const { heard, objects } = await scripted({ body: JSON.stringify({ ...described, name: 'b' }) });
    const error = await failureOf(write(objects, 'a', 'x', 'absent'));
    expect(error).toMatchObject({ failure: 'malformed', unsettled: true });
    expect(heard).toHaveLength(5);
  });
});
