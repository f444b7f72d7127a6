import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobSpec, OnCancel } from '../../../infra/local/yandex-data-proc/spec.ts';
import { startYandexDataProc } from '../../../infra/local/yandex-data-proc/server.ts';
import { yandexDataProc } from '../../../shared/engines/yandex-data-proc.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { aBudget } from '../../contracts/engine.ts';

const target = { engine: 'yandex-data-proc', name: 'yandex-data-proc:f', project: 'f' } as const;
const hour = 3_600_000;

/** A folder `f` with cluster `c` and the jobs given, on a clock that only moves when told. */
async function aFolder(jobs: readonly Partial<JobSpec>[] = [], about: { mostPerPage?: number } = {}) {
  let nowMs = Date.parse('2026-03-11T10:00:00Z');
  const now = () => nowMs;
  const standIn = await startYandexDataProc({ now, ...about });
  onTestFinished(() => standIn.close());
  standIn.addCluster({ id: 'c', folder: 'f', labels: { env: 'prod' }, zone: 'ru-central1-b' });
  for (const job of jobs) standIn.addJob({ cluster: 'c', id: 'j', startedAgoMs: hour, ...job });
  const engine = yandexDataProc({ endpoint: standIn.url, now, random: () => 0, requestTimeoutMs: 500 });
  const budget = () => ({ ...aBudget(), untilMs: nowMs + 10_000 });
  const list = async () => {
    const found: Job[] = [];
    let failed: unknown;
    try {
      for await (const page of engine.source.list(target, budget())) found.push(...page.jobs);
    } catch (error) {
      failed = error;
    }
    return { ids: found.map(({ id }) => id), jobs: found, failed };
  };
  const job = async (id = 'c/j', project = 'f') => {
    const ref = { engine: 'yandex-data-proc', target: target.name, project, location: 'ru-central1-b', id } as const;
    return engine.source.get(ref, budget());
  };
  const cancel = async () => {
    const found = await job();
    if (found === undefined) throw new Error('c/j is missing');
    return engine.canceller.cancel(found, budget());
  };
  return { standIn, list, job, cancel, pass: (ms: number) => void (nowMs += ms) };
}

describe('a folder', () => {
  it('shows the jobs of all its clusters that can have any, on all pages', async () => {
    const { standIn, list } = await aFolder([], { mostPerPage: 1 });
    standIn.addCluster({ id: 'failing', folder: 'f', status: 'ERROR' });
    standIn.addCluster({ id: 'off', folder: 'f', status: 'STOPPED' });
    standIn.addCluster({ id: 'elsewhere', folder: 'g' });
    for (const cluster of ['c', 'failing', 'off', 'elsewhere']) {
      standIn.addJob({ cluster, id: '1', startedAgoMs: hour });
      standIn.addJob({ cluster, id: '2', pendingForMs: hour });
    }
    expect((await list()).ids).toEqual(['c/2', 'c/1', 'failing/2', 'failing/1']);
  });

  it('leaves out what has ended, which the service lists as well', async () => {
    const jobs = ['a', 'b', 'c', 'd', 'e'].map((id, index) => ({ id, runsForMs: index % 2 === 0 ? 1000 : 2 * hour }));
    const { list } = await aFolder(jobs, { mostPerPage: 2 });
    expect((await list()).ids.toSorted()).toEqual(['c/b', 'c/d']);
  });

  it('goes on with the other clusters when one fails, and says so at the end', async () => {
    const { standIn, list } = await aFolder([{ id: '1' }]);
    standIn.addCluster({ id: 'd', folder: 'f' });
    standIn.addJob({ cluster: 'd', id: '2' });
    standIn.switches.add({ call: 'jobs', kind: '403', times: 1 });
    const { ids, failed } = await list();
    expect(ids).toEqual(['d/2']);
    expect(String(failed)).toMatch(/the jobs of cluster c: access denied .* the role dataproc\.viewer on the folder/);
  });

  it('takes a proxy that knows nothing for a failure, not for a folder without jobs', async () => {
    const { standIn, list } = await aFolder([{ id: '1' }]);
    standIn.switches.add({ call: 'jobs', kind: '404 of a proxy', times: 1 });
    expect((await list()).failed).toMatchObject({ failure: 'malformed' });
  });

  it('is refused where its name is written otherwise', async () => {
    const { source } = yandexDataProc({ endpoint: 'http://127.0.0.1:1', now: Date.now });
    const pages = source.list({ ...target, name: 'f' }, aBudget());
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toThrow('not written as yandex-data-proc:FOLDER');
  });
});

describe('a job', () => {
  it('takes zone and labels from its cluster, in the listing and alone', async () => {
    const { list, job } = await aFolder([{ kind: 'hive', queries: ['SELECT 1'] }]);
    const expected = { location: 'ru-central1-b', labels: { env: 'prod' }, jobType: 'hive', project: 'f' };
    const { jobs } = await list();
    expect(jobs[0]).toMatchObject(expected);
    expect(jobs[0]).not.toHaveProperty('queryText');
    expect(await job()).toMatchObject({ ...expected, queryText: 'SELECT 1' });
  });

  it('is gone together with its cluster', async () => {
    const { job } = await aFolder([{}]);
    expect(await job('another/j')).toBeUndefined();
  });

  it('is not taken from another folder, whatever its id says', async () => {
    const { job } = await aFolder([{}]);
    await expect(job('c/j', 'g')).rejects.toThrow('its cluster is in folder f, not in g');
  });

  it.each(['j', '/j', ''])('is not asked for by the id %j, which names no cluster', async (id) => {
    const { job, standIn } = await aFolder([{}]);
    await expect(job(id)).rejects.toThrow('not written as CLUSTER/JOB');
    expect(standIn.requests).toEqual([]);
  });
});

describe('a cancel', () => {
  const outcomes: readonly [OnCancel, object][] = [
    ['stops', { state: 'done', end: { how: 'stopped', reason: 'CANCELLED' } }],
    ['finishesFirst', { state: 'done', end: { how: 'succeeded' } }],
    ['failsLater', { state: 'done', end: { how: 'failed', reason: 'ERROR' } }],
    ['ignored', { state: 'running' }],
  ];

  it.each(outcomes)('that is taken, of a job that then %s', async (onCancel, expected) => {
    const { cancel, job, pass } = await aFolder([{ onCancel, cancelTakesMs: 800 }]);
    expect(await cancel()).toEqual({ kind: 'accepted' });
    expect(await job()).toMatchObject({ state: 'running' });
    pass(800);
    expect(await job()).toMatchObject(expected);
  });

  it('is accepted again while the job is stopping', async () => {
    const { cancel, standIn } = await aFolder([{}]);
    await cancel();
    expect(await cancel()).toEqual({ kind: 'accepted' });
    expect(standIn.requests.filter(({ method }) => method === 'POST').map(({ status }) => status)).toEqual([200, 400]);
  });

  it('of a job that has ended says how it ended', async () => {
    const { cancel } = await aFolder([{ runsForMs: 1000, ends: 'ERROR' }]);
    expect(await cancel()).toMatchObject({ kind: 'already-done', job: { end: { how: 'failed' } } });
  });

  it.each([
    ['denied', 'forbidden', /the role dataproc\.editor on the folder/],
    ['unsupported', 'unsupported', /does not support/],
  ] as const)('that is %s says so', async (onCancel, kind, why) => {
    const { cancel } = await aFolder([{ onCancel }]);
    expect(await cancel()).toEqual({ kind, why: expect.stringMatching(why) });
  });

  it('that is refused for another reason fails with the words of the service', async () => {
    const { cancel } = await aFolder([{ onCancel: 'refused' }]);
    await expect(cancel()).rejects.toThrow(/the cancel of job j of cluster c: .*The cluster is being updated/);
  });

  it('whose operation fails at once fails, or is forbidden, with the words of the operation', async () => {
    const failing = await aFolder([{ onCancel: 'operationFails' }]);
    await expect(failing.cancel()).rejects.toThrow('the operation failed (synthetic precondition)');
    const denied = await aFolder([{ onCancel: 'operationDenied' }]);
    expect(await denied.cancel()).toMatchObject({ kind: 'forbidden' });
  });

  it('is not sent for a job in a state that nobody knows', async () => {
    const { cancel, standIn } = await aFolder([{ status: 'HIBERNATING' }]);
    expect(await cancel()).toMatchObject({ kind: 'unsupported' });
    expect(standIn.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('is no cancel where the answer is no operation', async () => {
    const { cancel, standIn } = await aFolder([{}]);
    standIn.switches.add({ call: 'cancel', kind: 'not json', times: 1 });
    await expect(cancel()).rejects.toMatchObject({ failure: 'malformed' });
  });
});
