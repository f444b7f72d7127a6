import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallBudget } from '../../../shared/engines/engine.ts';
import { EngineError } from '../../../shared/engines/engine.ts';
import type { HttpClient, HttpOptions } from '../../../shared/engines/http/client.ts';
import { httpClient } from '../../../shared/engines/http/client.ts';
import { tokenCredentials } from '../../../shared/engines/http/credentials.ts';
import { meter } from '../../../shared/engines/http/meter.ts';
import { aBudget } from '../../contracts/engine.ts';
import { json, serve, text, type Reply, type Server } from '../scripted-bigquery.ts';

// Synthetic: no such token or service exists.

let server: Server;
let replies: Reply[];

beforeEach(async () => {
  replies = [];
  server = await serve((asked, response) => (replies.shift() ?? json({ fine: true }))(asked, response));
});
afterEach(() => server.close());

const made = (options: Partial<HttpOptions> = {}): HttpClient =>
  httpClient({ engine: 'dli', now: Date.now, random: () => 0, requestTimeoutMs: 200, ...options });
const get = (client: HttpClient, budget: CallBudget = aBudget(), more: object = {}) =>
  client({ method: 'GET', url: `${server.url}/x`, says: 'jobs.get of j', ...more }, budget);

async function failureOf(promise: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof EngineError) return error;
  throw new Error('expected an EngineError', { cause: error });
}

/** Credentials that count how often they were fetched; `endsInMs` after that they end. */
function counted(about: { now?: () => number; endsInMs?: number; fail?: () => Error | undefined } = {}) {
  const { now = Date.now } = about;
  let fetched = 0;
  const credentials = tokenCredentials({
    fetchToken: async () => {
      fetched += 1;
      const error = about.fail?.();
      if (error !== undefined) throw error;
      return {
        text: `synthetic-${fetched}`,
        ...(about.endsInMs !== undefined && { endsAtMs: now() + about.endsInMs }),
      };
    },
    write: (token) => ({ authorization: `Bearer ${token}` }),
    now,
    earlyMs: 60_000,
  });
  return { credentials, fetched: () => fetched };
}

describe('a call', () => {
  it('resolves with the answer, its headers and its body as they came, also when that is empty', async () => {
    replies = [text('', 200, { 'x-subject-token': 'abc' })];
    const answer = await get(made());
    expect([answer.status, answer.headers.get('x-subject-token'), answer.body]).toEqual([200, 'abc', '']);
  });

  it('sends a body as JSON, and none where there is none', async () => {
    await get(made(), aBudget(), { method: 'POST', body: '{"a":1}' });
    await get(made());
    expect(server.asked.map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([
      ['POST', '{"a":1}', 'application/json'],
      ['GET', '', undefined],
    ]);
  });

  it.each([
    [400, 'rejected', false, 1],
    [403, 'forbidden', false, 1],
    [404, 'not-found', false, 1],
    [408, 'timeout', true, 5],
    [409, 'rejected', false, 1],
    [429, 'rate-limit', true, 5],
    [500, 'server', true, 5],
    [501, 'rejected', false, 1],
    [503, 'server', true, 5],
  ] as const)('that is answered %i fails as %s', async (status, failure, retryable, times) => {
    replies = Array.from({ length: 9 }, () => json({ error_code: 'DLI.0999', error_msg: 'synthetic' }, status));
    const error = await failureOf(get(made(), aBudget(), { takes: 'the role x' }));
    expect(error).toMatchObject({ engine: 'dli', failure, retryable, status });
    expect(error.message).toMatch(/^\[dli\] jobs\.get of j: .*synthetic/);
    expect(error.message.includes('this takes the role x')).toBe(status === 403);
    expect(server.asked).toHaveLength(times);
  });

  it('that is answered 404 by something else than the API is no "there is no such job"', async () => {
    replies = [text('<html>not here</html>', 404)];
    expect(await failureOf(get(made()))).toMatchObject({ failure: 'malformed', retryable: false });
  });

  it('waits as long as Retry-After says, and not at all when that is too long', async () => {
    replies = [text('', 429, { 'retry-after': '1' })];
    const beganMs = performance.now();
    await get(made());
    expect(performance.now() - beganMs).toBeGreaterThan(990);
    replies = [text('', 503, { 'retry-after': '3600' })];
    expect(await failureOf(get(made()))).toMatchObject({ failure: 'server', retryable: true });
    expect(server.asked).toHaveLength(3);
  });

  it('is not led elsewhere by a redirect', async () => {
    replies = [text('', 302, { location: `${server.url}/elsewhere` })];
    expect(await failureOf(get(made()))).toMatchObject({ failure: 'rejected', status: 302 });
    expect(server.asked.map(({ path }) => path)).toEqual(['/x']);
  });

  it('hangs up on an answer that does not end, and does not ask for it again', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    replies = [
      (_, response) => {
        const more = () => {
          while (response.write(chunk));
          response.once('drain', more);
        };
        response.on('error', () => undefined);
        more();
      },
    ];
    const error = await failureOf(get(made({ requestTimeoutMs: 5000 })));
    expect(error).toMatchObject({ failure: 'malformed', retryable: false });
    expect(error.message).toContain('larger than 32 MiB');
  });

  it('tells the date of each answer', async () => {
    const dates: string[] = [];
    await get(made({ onDate: (date) => void dates.push(date) }));
    expect(dates).toEqual([expect.stringMatching(/ GMT$/)]);
  });

  it('is counted: each attempt, which of them are repeats, and the bytes of the answer', async () => {
    const counted = meter();
    replies = [json({}, 503), json({ name: 'ü' })];
    await get(made({ meter: counted }));
    expect(counted.traffic()).toEqual({ calls: 2, retries: 1, bytesReceived: Buffer.byteLength('{"name":"ü"}') });
  });

  it('starts no attempt after its time, whatever Retry-After allows', async () => {
    let nowMs = 1000;
    const client = made({ now: () => nowMs });
    replies = [
      (asked, response) => {
        nowMs = 5000;
        json({}, 503)(asked, response);
      },
    ];
    const budget = { untilMs: 5000, signal: new AbortController().signal };
    expect(await failureOf(get(client, budget))).toMatchObject({ failure: 'server' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('credentials', () => {
  it('are fetched once for all who wait, and kept', async () => {
    const { credentials, fetched } = counted();
    const client = made({ credentials });
    await Promise.all([get(client), get(client), get(client)]);
    await get(client);
    expect(fetched()).toBe(1);
    expect(new Set(server.asked.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer synthetic-1']));
  });

  it('are fetched anew a minute before they end', async () => {
    let nowMs = Date.now();
    const { credentials, fetched } = counted({ now: () => nowMs, endsInMs: 600_000 });
    const client = made({ credentials });
    await get(client);
    nowMs += 530_000;
    await get(client);
    expect(fetched()).toBe(1);
    nowMs += 20_000;
    await get(client);
    expect(fetched()).toBe(2);
  });

  it('are renewed once after a 401, for all who were refused with them', async () => {
    const { credentials, fetched } = counted();
    const refuse: Reply = (asked, response) =>
      (asked.headers.authorization === 'Bearer synthetic-1' ? json({}, 401) : json({ fine: true }))(asked, response);
    replies = Array.from({ length: 9 }, () => refuse);
    const client = made({ credentials });
    await Promise.all([get(client), get(client), get(client)]);
    expect(fetched()).toBe(2);
    expect(server.asked).toHaveLength(6);
  });

  it('that are refused again are an error, after one more try', async () => {
    const { credentials } = counted();
    replies = Array.from({ length: 9 }, () => json({ message: 'synthetic' }, 401));
    expect(await failureOf(get(made({ credentials })))).toMatchObject({ failure: 'unauthenticated', retryable: false });
    expect(server.asked).toHaveLength(2);
  });

  it('are renewed once in a call, however often it is tried', async () => {
    const { credentials } = counted();
    replies = [json({}, 401), json({}, 503), json({}, 401)];
    expect(await failureOf(get(made({ credentials })))).toMatchObject({ failure: 'unauthenticated' });
    expect(server.asked).toHaveLength(3);
  });

  it('that cannot be had are an error of their own, never one about a job, and nothing is sent', async () => {
    const about = { failure: 'not-found', retryable: false } as const;
    const { credentials } = counted({ fail: () => new EngineError('dli', 'token: not found', about) });
    const error = await failureOf(get(made({ credentials })));
    expect(error).toMatchObject({
      failure: 'unauthenticated',
      retryable: false,
      message: expect.stringContaining('token: not found'),
    });
    expect(server.asked).toHaveLength(0);
  });

  it('that cannot be had for a moment are asked for again', async () => {
    let failures = 2;
    const about = { failure: 'server', retryable: true } as const;
    const fail = () => ((failures -= 1) >= 0 ? new EngineError('dli', 'token: 503', about) : undefined);
    const { credentials, fetched } = counted({ fail });
    await get(made({ credentials }));
    expect(fetched()).toBe(3);
  });

  it('that never come are a time-out', async () => {
    const never = new Promise<never>(() => undefined);
    const credentials = { proofOf: () => never };
    const budget = aBudget({ forMs: 500 });
    expect(await failureOf(get(made({ credentials }), budget))).toMatchObject({ failure: 'timeout', retryable: true });
  });
});
