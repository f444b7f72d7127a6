// All jobs here are made up.
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../infra/local/bigquery/json.ts';
import { startBigQuery } from '../../../infra/local/bigquery/server.ts';
import type { FaultInput } from '../../../infra/local/bigquery/faults.ts';
import { at, idsIn, stage } from './stage.ts';

const JOBS = '/bigquery/v2/projects/p/jobs';
const METHODS = [
  ['list', 'GET', JOBS],
  ['get', 'GET', `${JOBS}/j`],
  ['cancel', 'POST', `${JOBS}/j/cancel`],
  ['insert', 'POST', JOBS],
] as const;
const BODY = { configuration: { query: { query: 'SELECT 1' } } };

async function withJob() {
  const scene = await stage();
  scene.bigquery.addJob({ project: 'p', id: 'j' });
  return scene;
}

describe('a fault that is an error', () => {
  const errors: readonly [FaultInput['kind'], number, string, string][] = [
    ['403 rateLimitExceeded', 403, 'rateLimitExceeded', 'PERMISSION_DENIED'],
    ['403 accessDenied', 403, 'accessDenied', 'PERMISSION_DENIED'],
    ['429', 429, 'rateLimitExceeded', 'RESOURCE_EXHAUSTED'],
    ['500', 500, 'internalError', 'INTERNAL'],
    ['503', 503, 'backendError', 'UNAVAILABLE'],
  ];
  it.each(errors)(
    '%s: answers %i with reason %s and status %s, and the method is not carried out',
    async (kind, code, reason, status) => {
      for (const [method, verb, path] of METHODS) {
        const { bigquery, call, pass } = await withJob();
        bigquery.faults.add({ method, kind });
        const reply = await call(verb, path, method === 'insert' ? { body: BODY } : {});
        expect(reply.status).toBe(code);
        expect(at(reply.body, 'error')).toMatchObject({ code, status, errors: [{ reason }] });
        bigquery.faults.clear();
        pass(60_000);
        expect(bigquery.job('p', 'j')?.status.state).toBe('RUNNING');
        expect(idsIn((await call('GET', JOBS)).body)).toEqual(['j']);
      }
    },
  );
});

describe('a fault that spoils an answer', () => {
  const spoiled: readonly [FaultInput['kind'], (text: string) => unknown][] = [
    ['empty body', (text) => expect(text).toBe('')],
    ['not json', (text) => expect(text).toMatch(/^<!DOCTYPE html>/)],
    ['wrong shape', (text) => expect(JSON.parse(text)).toMatchObject({ status: 'RUNNING', job: [] })],
  ];
  it.each(spoiled)('%s: has status 200, and the cancel was carried out all the same', async (kind, check) => {
    for (const [method, verb, path] of METHODS) {
      const { bigquery, pass } = await withJob();
      bigquery.faults.add({ method, kind });
      const sent = method === 'insert' ? { body: JSON.stringify(BODY) } : {};
      const response = await fetch(`${bigquery.url}${path}`, { method: verb, ...sent });
      expect(response.status).toBe(200);
      check(await response.text());
      pass(60_000);
      expect(bigquery.job('p', 'j')?.status.state).toBe(method === 'cancel' ? 'DONE' : 'RUNNING');
    }
  });

  it('truncated body: the connection ends in the middle of the answer', async () => {
    for (const [method, verb, path] of METHODS.slice(0, 3)) {
      const { bigquery } = await withJob();
      bigquery.faults.add({ method, kind: 'truncated body' });
      const response = await fetch(`${bigquery.url}${path}`, { method: verb });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow('terminated');
    }
  });

  it('unreachable: leaves out the jobs of a location and names it', async () => {
    const { bigquery, call } = await withJob();
    bigquery.addJob({ project: 'p', id: 'eu', location: 'europe-west5' });
    bigquery.faults.add({ method: 'list', kind: 'unreachable', locations: ['europe-west5'], times: 1 });
    const { status, body } = await call('GET', `${JOBS}?allUsers=true`);
    expect([status, idsIn(body), body['unreachable']]).toEqual([200, ['j'], ['europe-west5']]);
    const { body: next } = await call('GET', `${JOBS}?allUsers=true`);
    expect([idsIn(next), next['unreachable']]).toEqual([['eu', 'j'], undefined]);
  });
});

describe('an answer that hangs', () => {
  it('ends when the client gives up, without any effect', async () => {
    const { bigquery, pass } = await withJob();
    bigquery.faults.add({ method: 'cancel', kind: 'hang', times: 1 });
    const given = AbortSignal.timeout(50);
    await expect(fetch(`${bigquery.url}${JOBS}/j/cancel`, { method: 'POST', signal: given })).rejects.toThrow(
      /timeout/,
    );
    pass(60_000);
    expect(bigquery.job('p', 'j')?.status.state).toBe('RUNNING');
    expect(bigquery.requests.at(-1)).toMatchObject({ path: `${JOBS}/j/cancel`, status: 0 });
  });

  it('is dropped when the stand-in closes, so that closing never waits', async () => {
    const bigquery = await startBigQuery();
    bigquery.faults.add({ method: 'list', kind: 'hang' });
    const hanging = fetch(`${bigquery.url}${JOBS}`).then(
      () => 'answered',
      () => 'dropped',
    );
    await expect.poll(() => bigquery.requests.length).toBe(1);
    await bigquery.close();
    expect(await hanging).toBe('dropped');
  });
});

describe('which call a fault meets', () => {
  it('is decided by method, project and job, as often as it says, the oldest first', async () => {
    const { bigquery, call } = await withJob();
    bigquery.addJob({ project: 'p', id: 'k' });
    bigquery.addJob({ project: 'q', id: 'j' });
    bigquery.faults.add({ method: 'get', project: 'p', jobId: 'j', kind: '503', times: 2 });
    bigquery.faults.add({ method: 'get', project: 'p', kind: '429', times: 1 });
    const statusOf = async (path: string) => (await call('GET', path)).status;
    expect(await statusOf(JOBS)).toBe(200);
    expect(await statusOf('/bigquery/v2/projects/q/jobs/j')).toBe(200);
    const got = [];
    for (const id of ['j', 'k', 'j', 'k', 'j']) got.push(await statusOf(`${JOBS}/${id}`));
    expect(got).toEqual([503, 429, 503, 200, 200]);
  });

  it('refuses a fault it does not know', async () => {
    const { call } = await stage();
    const { status, body } = await call('POST', '/local/faults', { body: { method: 'delete', kind: 'fire' } });
    expect(status).toBe(400);
    expect(at(body, 'error', 'message')).toMatch(/method.*kind/);
  });
});

describe('control from another process', () => {
  it('sets and clears faults, one or a list', async () => {
    const { call } = await withJob();
    const faults: readonly Json[] = [
      { method: 'get', kind: '500' },
      { method: 'list', kind: '503', times: 1 },
    ];
    expect((await call('POST', '/local/faults', { body: faults })).status).toBe(200);
    expect([(await call('GET', JOBS)).status, (await call('GET', `${JOBS}/j`)).status]).toEqual([503, 500]);
    expect((await call('DELETE', '/local/faults')).status).toBe(200);
    expect((await call('GET', `${JOBS}/j`)).status).toBe(200);
  });

  it('adds jobs, and says which of them it cannot', async () => {
    const { bigquery, call } = await stage();
    const spec = { project: 'p', id: 'j', runsForMs: 5_000, onCancel: 'ignored' };
    const { body } = await call('POST', '/local/jobs', { body: spec });
    expect(at(body, 'jobs', 0, 'id')).toBe('p:US.j');
    expect(bigquery.job('p', 'j')?.status.state).toBe('RUNNING');
    expect((await call('POST', '/local/jobs', { body: spec })).status).toBe(409);
    const bad = await call('POST', '/local/jobs', { body: [{ ...spec, id: 'k', speed: 1 }] });
    expect(bad.status).toBe(400);
    expect(at(bad.body, 'error', 'message')).toContain('speed');
    expect((await call('PUT', '/local/jobs', { body: spec })).status).toBe(404);
  });

  it('tells which requests were made, with their query as it stood and what came of them', async () => {
    const { bigquery, call } = await withJob();
    await call('GET', `${JOBS}?stateFilter=running&stateFilter=pending`);
    await call('POST', `${JOBS}/nope/cancel?location=EU`);
    const { body } = await call('GET', '/local/requests');
    expect(body['requests']).toEqual([
      { method: 'GET', path: JOBS, query: 'stateFilter=running&stateFilter=pending', status: 200 },
      { method: 'POST', path: `${JOBS}/nope/cancel`, query: 'location=EU', status: 404 },
      { method: 'GET', path: '/local/requests', query: '', status: 200 },
    ]);
    expect(bigquery.requests.length).toBe(3);
  });
});

describe('compression', () => {
  function encodingFor(url: string, accepted: string | undefined): Promise<IncomingMessage> {
    const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
    return new Promise((resolve, reject) => {
      const sent = request(url, { headers }, (response) => {
        response.resume();
        resolve(response);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it.each([
    ['gzip, deflate', 'gzip'],
    ['identity', undefined],
    [undefined, undefined],
  ])('of an answer to who accepts %j is %j', async (accepted, wanted) => {
    const { bigquery } = await withJob();
    const response = await encodingFor(`${bigquery.url}${JOBS}`, accepted);
    expect(response.headers['content-encoding']).toBe(wanted);
  });
});
