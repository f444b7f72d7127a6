// Permissions, limits and faults of the stand-in. All objects and tokens here are made up.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../infra/local/bigquery/json.ts';
import type { StorageCaller, StoragePermission } from '../../../infra/local/storage/callers.ts';
import type { StorageFaultInput } from '../../../infra/local/storage/faults.ts';
import { startStorage } from '../../../infra/local/storage/server.ts';
import type { Stage } from './stage.ts';
import { at, stage } from './stage.ts';

const O = '/storage/v1/b/b/o';
const MEDIA = '/upload/storage/v1/b/b/o?uploadType=media';
const x = Buffer.from('x');

type Act = (call: Stage['call'], headers: Readonly<Record<string, string>>) => ReturnType<Stage['call']>;

const acts: Readonly<Record<string, Act>> = {
  get: (call, headers) => call('GET', `${O}/a`, { headers }),
  download: (call, headers) => call('GET', `${O}/a?alt=media`, { headers }),
  list: (call, headers) => call('GET', O, { headers }),
  create: (call, headers) => call('POST', `${MEDIA}&name=new`, { headers, body: x }),
  replace: (call, headers) => call('POST', `${MEDIA}&name=a`, { headers, body: x }),
  begin: (call, headers) =>
    call('POST', '/upload/storage/v1/b/b/o?uploadType=resumable&name=new', { headers, body: {} }),
  patch: (call, headers) => call('PATCH', `${O}/a`, { headers, body: {} }),
  delete: (call, headers) => call('DELETE', `${O}/a`, { headers }),
  copy: (call, headers) => call('POST', `${O}/a/rewriteTo/b/b/o/new`, { headers, body: {} }),
  'get a bucket': (call, headers) => call('GET', '/storage/v1/b/b', { headers }),
  'list buckets': (call, headers) => call('GET', '/storage/v1/b?project=p', { headers }),
  'create a bucket': (call, headers) => call('POST', '/storage/v1/b?project=p', { headers, body: { name: 'new' } }),
  'patch a bucket': (call, headers) => call('PATCH', '/storage/v1/b/b', { headers, body: {} }),
  'delete a bucket': (call, headers) => call('DELETE', '/storage/v1/b/v', { headers }),
};

/** What each act takes. */
const needs: Readonly<Record<string, readonly StoragePermission[]>> = {
  get: ['storage.objects.get'],
  download: ['storage.objects.get'],
  list: ['storage.objects.list'],
  create: ['storage.objects.create'],
  replace: ['storage.objects.create', 'storage.objects.delete'],
  begin: ['storage.objects.create'],
  patch: ['storage.objects.update'],
  delete: ['storage.objects.delete'],
  copy: ['storage.objects.get', 'storage.objects.create'],
  'get a bucket': ['storage.buckets.get'],
  'list buckets': ['storage.buckets.list'],
  'create a bucket': ['storage.buckets.create'],
  'patch a bucket': ['storage.buckets.update'],
  'delete a bucket': ['storage.buckets.delete'],
};
const everything = [...new Set(Object.values(needs).flat())];

function callers(permissions: readonly StoragePermission[]): ReadonlyMap<string, StorageCaller> {
  return new Map([
    ['admin', { email: 'admin@example.com', permissions: new Set(everything) }],
    ['t', { email: 'ana@example.com', permissions: new Set(permissions) }],
  ]);
}

async function withObject(permissions: readonly StoragePermission[]) {
  const scene = await stage({ callers: callers(permissions) });
  await scene.call('POST', `${MEDIA}&name=a`, { body: x, headers: { authorization: 'Bearer admin' } });
  return scene;
}

describe('a caller', () => {
  it.each(Object.keys(acts))('needs just the permissions to %s, and is told which one is missing', async (name) => {
    const token = { authorization: 'Bearer t' };
    const enough = await withObject(needs[name] ?? []);
    expect((await acts[name]?.(enough.call, token))?.status).toBeLessThan(300);
    for (const missing of needs[name] ?? []) {
      const { call } = await withObject(everything.filter((one) => one !== missing));
      const reply = await acts[name]?.(call, token);
      const message = name === 'download' ? reply?.text : at(reply?.body, 'error', 'message');
      expect([reply?.status, message]).toEqual([
        403,
        expect.stringContaining(`ana@example.com does not have ${missing} access`),
      ]);
      expect(message).toContain(`Permission '${missing}' denied on resource (or it may not exist).`);
    }
  });

  it('without the right to list does not hear that an object is missing', async () => {
    const { call } = await withObject(['storage.objects.get', 'storage.objects.delete']);
    const headers = { authorization: 'Bearer t' };
    for (const verb of ['GET', 'DELETE']) expect((await call(verb, `${O}/none`, { headers })).status).toBe(403);
  });

  it('without a token, or with an unknown one, is a 401', async () => {
    const { call } = await withObject([]);
    const none = await call('GET', `${O}/a`);
    expect([none.status, at(none.body, 'error', 'errors', 0, 'reason')]).toEqual([401, 'required']);
    const unknown = await call('GET', `${O}/a`, { headers: { authorization: 'Bearer x' } });
    expect([unknown.status, at(unknown.body, 'error', 'errors', 0, 'reason')]).toEqual([401, 'authError']);
  });
});

describe('more than one write a second to an object', () => {
  it('is a 429, until a second has passed', async () => {
    const { call, upload, pass } = await stage({ writeLimit: true });
    expect((await upload('b', 'a', '1')).status).toBe(200);
    expect((await upload('b', 'other', '1')).status).toBe(200);
    pass(999);
    const refused = await upload('b', 'a', '2');
    expect([refused.status, at(refused.body, 'error', 'errors', 0)]).toEqual([
      429,
      {
        domain: 'usageLimits',
        reason: 'rateLimitExceeded',
        message: expect.stringContaining('b/a exceeded the rate limit'),
      },
    ]);
    for (const verb of ['PATCH', 'DELETE'])
      expect((await call(verb, `${O}/a`, verb === 'PATCH' ? { body: {} } : {})).status).toBe(429);
    expect((await upload('b', 'a', '2', { ifGenerationMatch: '0' })).status).toBe(412);
    expect((await call('GET', `${O}/a?alt=media`)).text).toBe('1');
    pass(1);
    expect((await upload('b', 'a', '2')).status).toBe(200);
    pass(1000);
    expect((await call('DELETE', `${O}/a`)).status).toBe(204);
    expect((await upload('b', 'a', '3')).status).toBe(429);
  });

  it('is the rule unless it is switched off', async () => {
    const storage = await startStorage();
    try {
      storage.createBucket('b');
      const put = () => fetch(`${storage.url}${MEDIA}&name=a`, { method: 'POST', body: 'x' });
      expect([(await put()).status, (await put()).status]).toEqual([200, 429]);
    } finally {
      await storage.close();
    }
  });
});

const METHODS = [
  ['get', 'get'],
  ['download', 'download'],
  ['list', 'list'],
  ['insert', 'create'],
  ['patch', 'patch'],
  ['delete', 'delete'],
  ['rewrite', 'copy'],
  ['buckets', 'get a bucket'],
] as const;

async function faulty() {
  const scene = await stage();
  await scene.upload('b', 'a', 'first');
  return scene;
}

describe('a fault that is an error', () => {
  const errors: readonly [StorageFaultInput['kind'], number, string][] = [
    ['403 rateLimitExceeded', 403, 'rateLimitExceeded'],
    ['403 accessDenied', 403, 'forbidden'],
    ['429', 429, 'rateLimitExceeded'],
    ['500', 500, 'internalError'],
    ['503', 503, 'backendError'],
  ];
  it.each(errors)(
    '%s: answers %i with reason %s, and nothing is carried out unless it says so',
    async (kind, code, reason) => {
      for (const [method, act] of METHODS) {
        const { storage, call } = await faulty();
        storage.faults.add({ method, kind, times: 1, retryAfterSeconds: 7 });
        const reply = await acts[act]?.(call, {});
        expect([reply?.status, reply?.headers.get('retry-after')]).toEqual([code, '7']);
        if (method === 'download') expect(reply?.headers.get('content-type')).toBe('text/html; charset=UTF-8');
        else expect(at(reply?.body, 'error')).toMatchObject({ code, errors: [{ reason }] });
        expect(storage.object({ bucket: 'b', name: 'a' })?.resource).toMatchObject({ metageneration: '1' });
        expect(storage.object({ bucket: 'b', name: 'new' })).toBeUndefined();
      }
      const { storage, call } = await faulty();
      storage.faults.add({ method: 'insert', kind, carriedOut: true });
      expect((await acts['create']?.(call, {}))?.status).toBe(code);
      expect(storage.object({ bucket: 'b', name: 'new' })?.bytes.toString()).toBe('x');
      storage.faults.add({ method: 'delete', kind, carriedOut: true });
      expect((await call('DELETE', `${O}/none`))?.status).toBe(code);
    },
  );
});

describe('a fault that spoils an answer', () => {
  it.each(['empty body', 'not json', 'wrong shape'] as const)(
    '%s: comes with the status of success, after the call',
    async (kind) => {
      for (const [method, act] of METHODS.filter(([one]) => one !== 'delete')) {
        const { storage, call } = await faulty();
        storage.faults.add({ method, kind });
        const reply = await acts[act]?.(call, {});
        expect(reply?.status).toBe(200);
        if (kind === 'empty body') expect(reply?.text).toBe('');
        if (kind === 'not json') expect(reply?.text).toMatch(/^<!DOCTYPE html>/);
        if (kind === 'wrong shape') expect(reply?.body).toMatchObject({ items: { first: 1 }, name: 5 });
        if (method === 'download') expect(reply?.headers.has('x-goog-generation')).toBe(kind === 'empty body');
        expect(storage.object({ bucket: 'b', name: 'new' }) !== undefined).toBe(
          method === 'insert' || method === 'rewrite',
        );
      }
    },
  );

  it('truncated body: the connection ends in the middle of the answer', async () => {
    for (const [method, act] of METHODS.filter(([one]) => one !== 'delete')) {
      const { storage, call } = await faulty();
      storage.faults.add({ method, kind: 'truncated body' });
      await expect(acts[act]?.(call, {})).rejects.toThrow('terminated');
      expect(storage.object({ bucket: 'b', name: 'new' }) !== undefined).toBe(
        method === 'insert' || method === 'rewrite',
      );
    }
  });
});

describe('an answer that hangs', () => {
  it.each([false, true])('ends when the client gives up; carried out: %s', async (carriedOut) => {
    const { storage } = await faulty();
    storage.faults.add({ method: 'insert', kind: 'hang', carriedOut });
    const signal = AbortSignal.timeout(100);
    const put = fetch(`${storage.url}${MEDIA}&name=new`, { method: 'POST', body: 'x', signal });
    await expect(put).rejects.toThrow(/timeout/);
    expect(storage.object({ bucket: 'b', name: 'new' }) !== undefined).toBe(carriedOut);
    expect(storage.requests.at(-1)).toMatchObject({ path: '/upload/storage/v1/b/b/o', status: 0 });
  });

  it('is dropped when the stand-in closes, so that closing never waits', async () => {
    const storage = await startStorage();
    storage.faults.add({ method: 'buckets', kind: 'hang' });
    const hanging = fetch(`${storage.url}/storage/v1/b`).then(
      () => 'answered',
      () => 'dropped',
    );
    await expect.poll(() => storage.requests.length).toBe(1);
    await storage.close();
    expect(await hanging).toBe('dropped');
  });
});

describe('which call a fault meets', () => {
  it('is decided by method, bucket and object, as often as it says, the oldest first', async () => {
    const { storage, call, upload } = await faulty();
    await upload('b', 'other', 'x');
    await upload('v', 'a', 'x');
    storage.faults.add({ method: 'get', bucket: 'b', name: 'a', kind: '503', times: 2 });
    storage.faults.add({ method: 'get', bucket: 'b', kind: '429', times: 1 });
    const got = [];
    for (const name of ['a', 'other', 'a', 'other', 'a']) got.push((await call('GET', `${O}/${name}`)).status);
    expect(got).toEqual([503, 429, 503, 200, 200]);
    expect((await call('GET', '/storage/v1/b/v/o/a')).status).toBe(200);
    storage.faults.add({ method: 'insert', name: 'x/y', kind: '503' });
    expect([(await upload('b', 'x/y', '')).status, (await upload('b', 'x', '')).status]).toEqual([503, 200]);
  });

  it('is also decided from another process', async () => {
    const { call } = await faulty();
    const faults: readonly Json[] = [
      { method: 'get', kind: '500' },
      { method: 'list', kind: '503', times: 1 },
    ];
    expect((await call('POST', '/local/faults', { body: faults })).status).toBe(200);
    expect([
      (await call('GET', `${O}/a`)).status,
      (await call('GET', O)).status,
      (await call('GET', O)).status,
    ]).toEqual([500, 503, 200]);
    expect((await call('DELETE', '/local/faults')).status).toBe(200);
    expect((await call('GET', `${O}/a`)).status).toBe(200);
    const { body } = await call('GET', '/local/requests');
    expect(at(body, 'requests', 2)).toEqual({ method: 'GET', path: `${O}/a`, query: '', status: 500 });
    const wrong = await call('POST', '/local/faults', { body: { method: 'eat', kind: 'fire' } });
    expect([wrong.status, at(wrong.body, 'error', 'message')]).toEqual([400, expect.stringMatching(/method.*kind/)]);
    expect((await call('POST', '/local/faults', { body: Buffer.from('no') })).status).toBe(400);
    expect((await call('PUT', '/local/faults')).status).toBe(404);
  });
});

describe('the stand-in', () => {
  it('remembers its last 5,000 requests', async () => {
    const { storage, call } = await stage();
    for (let from = 0; from < 5_010; from += 30) {
      await Promise.all(Array.from({ length: 30 }, (_, index) => call('GET', `/storage/v1/b/b?n=${from + index}`)));
    }
    expect(storage.requests).toHaveLength(5_000);
    expect(storage.requests.at(-1)).toMatchObject({ method: 'GET', path: '/storage/v1/b/b', status: 200 });
  });

  it('does not start where somebody else listens', async () => {
    const { storage } = await stage();
    await expect(startStorage({ port: storage.port })).rejects.toThrow('EADDRINUSE');
  });
});
