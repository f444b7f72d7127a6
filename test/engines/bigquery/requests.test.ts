import { OAuth2Client } from 'google-auth-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JobRef } from '../../../shared/jobs/job.ts';
import { bigQuery } from '../../../shared/engines/bigquery.ts';
import { apiBase, connect } from '../../../shared/engines/bigquery/connection.ts';
import { jobMask, listMask } from '../../../shared/engines/bigquery/fields.ts';
import { lostFailure, respondedFailure } from '../../../shared/engines/bigquery/lost.ts';
import { isFields, valueAt } from '../../../shared/engines/http/read.ts';
import { EngineError } from '../../../shared/engines/engine.ts';
import { aBudget } from '../../contracts/engine.ts';
import type { Reply, Server } from '../scripted-bigquery.ts';
import { apiError, aRecord, json, serve, text } from '../scripted-bigquery.ts';
import { recorded, recordings, recordingsAreHere } from './recorded.ts';

// All records, projects and tokens here are synthetic.
const target = { engine: 'bigquery', name: 'bigquery:p', project: 'p' } as const;
const ref: JobRef = { engine: 'bigquery', target: 'bigquery:p', project: 'p', location: 'EU', id: 'a' };
const job = { ...ref, state: 'running', redacted: false } as const;

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function against(
  reply: Reply,
  more: { authClient?: OAuth2Client; path?: string; timeoutMs?: number; requestsInFlight?: number } = {},
) {
  const server = await serve(reply);
  servers.push(server);
  const engine = bigQuery({
    endpoint: server.url + (more.path ?? ''),
    now: Date.now,
    random: () => 0,
    requestTimeoutMs: more.timeoutMs ?? 2000,
    ...(more.authClient && { authClient: more.authClient }),
    requestsInFlight: more.requestsInFlight,
  });
  return { ...engine, server };
}

type Engine = Awaited<ReturnType<typeof against>>;

async function pagesOf(engine: Engine) {
  const pages = [];
  for await (const page of engine.source.list(target, aBudget())) pages.push(page);
  return pages;
}

async function failureOf(promise: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof EngineError) return error;
  throw new Error('expected an EngineError', { cause: error });
}

/** A token with the marks of a real one. */
const token = 'ya29.synthetic-token';

function authorized(): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
  return client;
}

describe('bigquery requests', () => {
  it('lists running and pending jobs of all users, without a lower bound of time', async () => {
    const engine = await against(json({}));
    await pagesOf(engine);
    const [asked] = engine.server.asked;
    expect(asked).toMatchObject({ method: 'GET', path: '/bigquery/v2/projects/p/jobs', body: '' });
    expect([...(asked?.query ?? [])]).toEqual([
      ['allUsers', 'true'],
      ['projection', 'full'],
      ['stateFilter', 'running'],
      ['stateFilter', 'pending'],
      ['maxResults', '1000'],
      ['prettyPrint', 'false'],
      ['fields', listMask],
    ]);
    expect(asked?.query.get('fields')).not.toMatch(/query\(query/);
  });

  it('fetches with the location and the text of the statement', async () => {
    const engine = await against(json(aRecord({ id: 'a', state: 'running' })));
    expect(await engine.source.get(ref, aBudget())).toMatchObject({ id: 'a', queryText: 'SELECT 1' });
    const [asked] = engine.server.asked;
    expect(asked).toMatchObject({ method: 'GET', path: '/bigquery/v2/projects/p/jobs/a' });
    expect(asked?.query.get('location')).toBe('EU');
    expect(asked?.query.get('fields')).toMatch(/query\(query,/);
  });

  it('leaves the text of statements out of a list even if the service sends it', async () => {
    const engine = await against(json({ jobs: [aRecord({ id: 'a', state: 'running' })] }));
    expect(JSON.stringify(await pagesOf(engine))).not.toContain('SELECT 1');
  });

  it('cancels with the location, without a body and without a content type', async () => {
    const engine = await against(json({}));
    await engine.canceller.cancel(job, aBudget());
    const [asked] = engine.server.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/bigquery/v2/projects/p/jobs/a/cancel', body: '' });
    expect([...(asked?.query ?? [])]).toEqual([['location', 'EU']]);
    expect(asked?.headers).not.toHaveProperty('content-type');
    expect(asked?.headers['content-length']).toBe('0');
  });

  it('asks for the children of one parent', async () => {
    const engine = await against(json({}));
    await engine.source.activeChildren(ref, aBudget());
    expect(engine.server.asked[0]?.query.get('parentJobId')).toBe('a');
  });

  it.each([
    ['example.com:data', '/bigquery/v2/projects/example.com%3Adata/jobs'],
    ['a/b?c', '/bigquery/v2/projects/a%2Fb%3Fc/jobs'],
  ])('encodes the project %s', async (project, path) => {
    const engine = await against(json({}));
    for await (const page of engine.source.list({ ...target, project }, aBudget())) expect(page.jobs).toEqual([]);
    expect(engine.server.asked[0]?.path).toBe(path);
  });

  it.each(['..', '', '.', 'x/../y'])('sends nothing for the project %j', async (project) => {
    const engine = await against(json({}));
    const pages = engine.source.list({ ...target, project }, aBudget())[Symbol.asyncIterator]();
    expect(await failureOf(pages.next())).toMatchObject({ failure: 'rejected', retryable: false });
    expect(engine.server.asked).toEqual([]);
  });

  it('sends the token of the credentials it was given, and none to an endpoint without', async () => {
    const withToken = await against(json({}), { authClient: authorized() });
    await pagesOf(withToken);
    expect(withToken.server.asked[0]?.headers.authorization).toBe(`Bearer ${token}`);
    const without = await against(json({}));
    await pagesOf(without);
    expect(without.server.asked[0]?.headers).not.toHaveProperty('authorization');
  });

  it('share one connection, and so one token', async () => {
    const server = await serve(json({}));
    servers.push(server);
    let opened = 0;
    const options = {
      now: Date.now,
      get endpoint() {
        opened += 1;
        return server.url;
      },
    };
    const { source } = bigQuery(options);
    await Promise.all(['a', 'b', 'c'].map((id) => source.activeChildren({ ...ref, id }, aBudget())));
    expect([server.asked.length, opened]).toEqual([3, 1]);
  });

  it.each(['', '/', '/bigquery/v2', '/bigquery/v2/'])(
    'finds the API at an endpoint that ends with %j',
    async (path) => {
      const engine = await against(json({}), { path });
      await pagesOf(engine);
      expect(engine.server.asked[0]?.path).toBe('/bigquery/v2/projects/p/jobs');
    },
  );

  it.each([
    ['127.0.0.1:9050', 'http://127.0.0.1:9050/bigquery/v2'],
    ['localhost:9050', 'http://localhost:9050/bigquery/v2'],
    ['https://bigquery.example.com/', 'https://bigquery.example.com/bigquery/v2'],
    ['http://127.0.0.1:9050/other/base/', 'http://127.0.0.1:9050/other/base'],
  ])('reads the endpoint %s as %s', (endpoint, base) => {
    expect(apiBase(endpoint)).toBe(base);
  });

  it('go to Google where no endpoint is given, whatever the official client has read by itself', async () => {
    vi.stubEnv('BIGQUERY_EMULATOR_HOST', 'http://127.0.0.1:1');
    const { base } = await connect({ now: Date.now }, 'p');
    vi.unstubAllEnvs();
    expect(base).toBe('https://bigquery.googleapis.com/bigquery/v2');
  });

  it.each(['', 'http://', 'ftp://example.com', 'not an address'])(
    'names the endpoint %j as wrong',
    async (endpoint) => {
      const { source } = bigQuery({ endpoint, now: Date.now });
      const error = await failureOf(source.get(ref, aBudget()));
      expect(error).toMatchObject({ failure: 'rejected', retryable: false });
      expect(error.message).toContain(JSON.stringify(endpoint));
    },
  );
});

describe.runIf(recordingsAreHere)(`the fields masks, held against the schema in the ${recordings}`, () => {
  it.each([
    ['jobs.list', 'JobList', listMask],
    ['jobs.get', 'Job', jobMask],
  ])('of %s name nothing that the API does not have', (_, schema, mask) => {
    const schemas = valueAt(recorded('discovery-v2-20260811'), 'schemas');
    expect(unknownFields(mask, { $ref: schema }, schemas)).toEqual([]);
    expect(unknownFields(`${mask},nonsense`, { $ref: schema }, schemas)).toEqual(['nonsense']);
  });
});

/** The names of a mask that a schema of the discovery document does not have. */
function unknownFields(mask: string, schema: unknown, schemas: unknown): string[] {
  const named = valueAt(schema, '$ref');
  const resolved = typeof named === 'string' ? valueAt(schemas, named) : (valueAt(schema, 'items') ?? schema);
  return (
    mask.match(/\w+(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?/g)?.flatMap((part) => {
      const [, name = '', inner] = /^(\w+)(?:\((.*)\))?$/.exec(part) ?? [];
      const field = valueAt(resolved, `properties.${name}`);
      if (!isFields(field)) return [name];
      return inner === undefined ? [] : unknownFields(inner, field, schemas).map((missing) => `${name}.${missing}`);
    }) ?? []
  );
}

describe('bigquery answers', () => {
  const calls: readonly [string, string, (engine: Engine) => Promise<unknown>][] = [
    ['jobs.list', 'bigquery.jobs.listAll', (engine) => pagesOf(engine)],
    ['jobs.get', 'bigquery.jobs.get', (engine) => engine.source.get(ref, aBudget())],
    ['jobs.list', 'bigquery.jobs.listAll', (engine) => engine.source.activeChildren(ref, aBudget())],
  ];
  it.each(calls)('%s: a refusal names the project, the call and the permission', async (name, permission, call) => {
    const error = await failureOf(call(await against(apiError(403, 'accessDenied', 'Access Denied: synthetic'))));
    expect(error).toMatchObject({ failure: 'forbidden', retryable: false, status: 403 });
    for (const part of ['[bigquery]', name, 'project p', permission, 'Access Denied: synthetic']) {
      expect(error.message).toContain(part);
    }
  });

  it('a refused cancel names the permission too', async () => {
    const engine = await against(apiError(403, 'accessDenied'));
    expect(await engine.canceller.cancel(job, aBudget())).toEqual({
      kind: 'forbidden',
      why: expect.stringMatching(/jobs\.cancel of job a in project p: .*bigquery\.jobs\.update/),
    });
  });

  it.each<[string, Reply, Partial<EngineError>, number]>([
    ['400', apiError(400, 'invalid'), { failure: 'rejected', retryable: false, status: 400 }, 1],
    ['401', apiError(401, 'authError'), { failure: 'unauthenticated', retryable: false, status: 401 }, 1],
    ['403 quotaExceeded', apiError(403, 'quotaExceeded'), { failure: 'rate-limit', retryable: false }, 1],
    ['403 without a body', text('', 403), { failure: 'forbidden', retryable: false }, 1],
    ['403 rateLimitExceeded', apiError(403, 'rateLimitExceeded'), { failure: 'rate-limit', retryable: true }, 5],
    ['404', apiError(404, 'notFound'), { failure: 'not-found', retryable: false, status: 404 }, 1],
    ['404 in HTML', text('<html>Error 404</html>', 404), { failure: 'malformed', retryable: false }, 1],
    ['408', text('', 408), { failure: 'timeout', retryable: true }, 5],
    ['429', text('', 429), { failure: 'rate-limit', retryable: true, status: 429 }, 5],
    ['500', text('oops', 500), { failure: 'server', retryable: true, status: 500 }, 5],
    ['503', apiError(503, 'backendError'), { failure: 'server', retryable: true, status: 503 }, 5],
    ['a redirect', text('', 302, { location: 'http://127.0.0.1:1/' }), { failure: 'rejected', retryable: false }, 1],
    ['an empty body', text(''), { failure: 'malformed', retryable: false }, 1],
    ['a list', text('[]'), { failure: 'malformed', retryable: false }, 1],
    ['a number', text('7'), { failure: 'malformed', retryable: false }, 1],
    ['deep nesting', text('['.repeat(200_000)), { failure: 'malformed', retryable: false }, 1],
    ['jobs that are no list', json({ jobs: 'x' }), { failure: 'malformed', retryable: false }, 1],
    ['a page token that is no text', json({ nextPageToken: 7 }), { failure: 'malformed', retryable: false }, 1],
    [
      'bytes that are not gzip',
      text('bytes that are not gzip', 200, { 'content-encoding': 'gzip' }),
      { failure: 'network' },
      5,
    ],
  ])('jobs.list, answered by %s, fails by name', async (_, reply, expected, requests) => {
    const engine = await against(reply);
    const error = await failureOf(pagesOf(engine));
    expect(error).toMatchObject(expected);
    expect(error.message).toMatch(/^\[bigquery\] jobs\.list in project p: /);
    expect(error.message.length).toBeLessThan(600);
    expect(engine.server.asked).toHaveLength(requests);
  });

  it('does not confuse a page about secrets with a secret', async () => {
    const engine = await against(apiError(403, 'rateLimitExceeded', 'too many requests for table secrets'));
    expect(await failureOf(pagesOf(engine))).toMatchObject({ failure: 'rate-limit', retryable: true });
  });

  it('shows no debugInfo and no token in an error, nor in what caused it', async () => {
    const says = `denied for Bearer ${token} ${token}\nnext line`;
    const engine = await against(apiError(403, 'accessDenied', says), { authClient: authorized() });
    const error = await failureOf(pagesOf(engine));
    expect(error.cause).toBeInstanceOf(Error);
    const seen = [error, error.cause].map((each) => `${String(each)} ${JSON.stringify(each)}`).join(' ');
    expect(seen).not.toMatch(/DEBUG|ya29|\n/);
    expect(seen).toContain('[token]');
  });

  it('stops reading an answer that is too large', async () => {
    const part = ' '.repeat(1024 * 1024);
    const endless: Reply = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && response.write(part));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    const engine = await against(endless, { timeoutMs: 20_000 });
    expect(await failureOf(pagesOf(engine))).toMatchObject({ failure: 'malformed', retryable: false });
    expect(engine.server.asked).toHaveLength(1);
  });

  it('reports an unreadable list of skipped locations as skipped', async () => {
    const engine = await against(json({ jobs: [aRecord({ id: 'a', state: 'running' })], unreachable: 'EU' }));
    expect(await pagesOf(engine)).toMatchObject([{ jobs: [{ id: 'a' }], unreachable: ['(unreadable)'] }]);
  });

  it('names an unreadable record, and reads the others', async () => {
    const engine = await against(json({ jobs: [7, { id: 'p:EU.x' }, aRecord({ id: 'a', state: 'running' })] }));
    const [page] = await pagesOf(engine);
    expect(page?.jobs.map(({ id }) => id)).toEqual(['a']);
    expect(page?.unreadable).toEqual([expect.stringMatching(/^a record/), expect.stringContaining('p:EU.x')]);
  });

  it('does not list children, should the service send any', async () => {
    const engine = await against(json({ jobs: [aRecord({ id: 'a', state: 'running', parentId: 'script' })] }));
    expect(await pagesOf(engine)).toMatchObject([{ jobs: [] }]);
  });

  it.each([
    ['another id', { ...aRecord({ id: 'b', state: 'running' }) }],
    ['another location', { ...aRecord({ id: 'a', state: 'running' }), jobReference: { jobId: 'a', location: 'US' } }],
    ['no id', {}],
  ])('jobs.get refuses a record with %s', async (_, record) => {
    const engine = await against(json(record));
    expect(await failureOf(engine.source.get(ref, aBudget()))).toMatchObject({ failure: 'malformed' });
  });

  it('cannot tell from a 404 that a job is gone when its location is unknown', async () => {
    const engine = await against(apiError(404, 'notFound'));
    const nowhere = { ...job, location: undefined };
    expect(await engine.source.get(ref, aBudget())).toBeUndefined();
    expect(await failureOf(engine.source.get(nowhere, aBudget()))).toMatchObject({ failure: 'not-found' });
    expect(await failureOf(engine.canceller.cancel(nowhere, aBudget()))).toMatchObject({ failure: 'not-found' });
    expect(engine.server.asked.at(-1)?.query.has('location')).toBe(false);
  });

  it.each([
    ['nothing', text('')],
    ['no JSON', text('<html>')],
    ['a list', text('[]')],
    ['a running job', json({ job: aRecord({ id: 'a', state: 'running' }) })],
    ['another job that is done', json({ job: aRecord({ id: 'b', state: 'done' }) })],
    ['a job that cannot be read', json({ job: 7 })],
    ['204', text('', 204)],
  ])('a cancel that is answered by %s was accepted', async (_, reply) => {
    const engine = await against(reply);
    expect(await engine.canceller.cancel(job, aBudget())).toEqual({ kind: 'accepted' });
    expect(engine.server.asked).toHaveLength(1);
  });

  it.each([
    ['a record that cannot be read', json({ jobs: [{ id: 'p:EU.x' }] }), 'malformed'],
    ['the location of the parent skipped', json({ jobs: [], unreachable: ['eu'] }), 'malformed'],
  ])('the children are not known with %s', async (_, reply, failure) => {
    const engine = await against(reply);
    expect(await failureOf(engine.source.activeChildren(ref, aBudget()))).toMatchObject({ failure, retryable: true });
  });

  it('the children are known when another location was skipped, and those of another parent are left out', async () => {
    const child = aRecord({ id: 'a1', state: 'running', parentId: 'a' });
    const others = [
      aRecord({ id: 'b1', state: 'running', parentId: 'b' }),
      aRecord({ id: 'a2', state: 'done', parentId: 'a' }),
      { ...child, jobReference: { projectId: 'p', jobId: 'a3', location: 'US' } },
    ];
    const engine = await against(json({ jobs: [child, ...others], unreachable: ['us'] }));
    const children = await engine.source.activeChildren(ref, aBudget());
    expect(children.map(({ id }) => id)).toEqual(['a1']);
  });
});

describe('bigquery credentials', () => {
  /** Credentials whose token has to be fetched from `tokenUrl` first. */
  function refreshing(tokenUrl: string): OAuth2Client {
    const client = new OAuth2Client({ endpoints: { oauth2TokenUrl: tokenUrl } });
    client.setCredentials({ refresh_token: 'synthetic' });
    return client;
  }

  async function withTokenServer(reply: Reply) {
    const tokens = await serve(reply);
    servers.push(tokens);
    return against(apiError(500, 'backendError'), { authClient: refreshing(`${tokens.url}/token`), timeoutMs: 300 });
  }

  it('do not let a 404 of the token service pass for a job that is gone', async () => {
    const engine = await withTokenServer(text('no such account', 404));
    const expected = { failure: 'unauthenticated', retryable: false };
    expect(await failureOf(engine.source.get(ref, aBudget()))).toMatchObject(expected);
    expect(await failureOf(engine.canceller.cancel(job, aBudget()))).toMatchObject(expected);
    expect(engine.server.asked).toEqual([]);
  });

  it('are worth another try only when the token service fails for a moment', async () => {
    const engine = await withTokenServer(text('', 400));
    expect(await failureOf(engine.source.get(ref, aBudget()))).toMatchObject({ retryable: false });
    const passing = await withTokenServer(text('', 503));
    // The auth library tries again by itself, for longer than a request may take here.
    expect(await failureOf(passing.source.get(ref, aBudget()))).toMatchObject({ retryable: true });
  });

  it('that never come are a time-out, and end at once on abort', async () => {
    const engine = await withTokenServer(() => undefined);
    expect(await failureOf(engine.source.get(ref, aBudget()))).toMatchObject({ failure: 'timeout', retryable: true });
    const stop = new AbortController();
    const ended = failureOf(engine.source.get(ref, aBudget({ signal: stop.signal })));
    stop.abort();
    expect(await ended).toMatchObject({ failure: 'timeout' });
  });

  const api = 'http://api.example/x';
  const tokens = { config: { url: new URL('http://tokens.example/token') } };
  const ours = { config: { url: new URL(api) } };
  it.each([
    ['an unreachable API', { ...ours, code: 'ECONNREFUSED' }, 'network', true],
    ['an API whose answer breaks off', { ...ours, code: 'ERR_STREAM_PREMATURE_CLOSE' }, 'network', true],
    ['a broken line to nobody knows where', { code: 'ECONNRESET' }, 'network', true],
    ['an unreachable token service', { ...tokens, code: 'ECONNREFUSED' }, 'unauthenticated', true],
    ['a token service in trouble', { ...tokens, status: 503, response: {} }, 'unauthenticated', true],
    ['a busy token service', { ...tokens, status: 429, response: {} }, 'unauthenticated', true],
    ['a token service that refuses', { ...tokens, status: 400, response: {} }, 'unauthenticated', false],
    ['a token service that knows nobody', { ...tokens, status: 404, response: {} }, 'unauthenticated', false],
    ['no credentials at all', {}, 'unauthenticated', false],
  ])('%s is told from its like', (_, about, failure, retryable) => {
    const error = Object.assign(new Error('synthetic'), about);
    expect(
      respondedFailure({ api: 'jobs.list', method: 'GET', path: '/x', says: '', permission: '' }, api, error),
    ).toBeUndefined();
    expect(lostFailure(api, error)).toMatchObject({ failure, retryable });
  });

  it('that are missing are named', async () => {
    const engine = await against(json({}), { authClient: new OAuth2Client() });
    const error = await failureOf(pagesOf(engine));
    expect(error).toMatchObject({ failure: 'unauthenticated', retryable: false });
    expect(error.message).toContain('no access token');
  });
});

describe('the pace', () => {
  it('is that of the options for each method, and one method does not wait for another', async () => {
    const held: (() => void)[] = [];
    const { server, source } = await against(
      (asked, response) => {
        if (asked.path.endsWith('/jobs')) held.push(() => json({})(asked, response));
        else json(aRecord({ id: 'a', state: 'running' }))(asked, response);
      },
      { requestsInFlight: 2 },
    );
    const targets = ['a', 'b', 'c', 'd'].map((project) => ({ ...target, name: `bigquery:${project}`, project }));
    const listings = targets.map(async (one) => {
      for await (const { jobs } of source.list(one, aBudget())) expect(jobs).toEqual([]);
    });
    await vi.waitFor(() => expect(held).toHaveLength(2));
    await source.get(ref, aBudget());
    expect(server.asked).toHaveLength(3);
    held.shift()?.();
    await vi.waitFor(() => expect(held).toHaveLength(2));
    expect(server.asked).toHaveLength(4);
    while (server.asked.length < 5 || held.length > 0) {
      for (const answer of held.splice(0)) answer();
      await new Promise((resolve) => void setImmediate(resolve));
    }
    await Promise.all(listings);
  });

  it('holds all projects back while one is told that there are too many requests', async () => {
    let refusals = 1;
    const { server, source } = await against((asked, response) => {
      if (refusals > 0) {
        refusals -= 1;
        text('', 429, { 'retry-after': '1' })(asked, response);
      } else json({})(asked, response);
    });
    const list = async (project: string) => {
      for await (const { jobs } of source.list({ ...target, project }, aBudget())) expect(jobs).toEqual([]);
    };
    const first = list('a');
    await vi.waitFor(() => expect(server.asked).toHaveLength(1));
    await vi.waitFor(() => expect(refusals).toBe(0));
    // The answer is on its way; what is asked for after it waits.
    await new Promise((resolve) => void setTimeout(resolve, 50));
    const startedAtMs = performance.now();
    await list('b');
    expect(performance.now() - startedAtMs).toBeGreaterThan(800);
    await first;
  });
});
