import { describe, expect, it, onTestFinished } from 'vitest';
import type { BatchSpec, OnCancel, SqlSpec } from '../../../infra/local/dli/spec.ts';
import { startDli } from '../../../infra/local/dli/server.ts';
import { dli } from '../../../shared/engines/dli.ts';
import { domainOf, placeOf } from '../../../shared/engines/dli/place.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { aBudget } from '../../contracts/engine.ts';

const target = { engine: 'dli', name: 'dli:otc/eu-de/p', project: 'p' } as const;
const hour = 3_600_000;

/** A project `p` on a clock that only moves when told. */
async function aProject() {
  let nowMs = Date.parse('2026-03-11T10:00:00Z');
  const now = () => nowMs;
  const standIn = await startDli({ now });
  onTestFinished(() => standIn.close());
  const engine = dli({ endpoint: standIn.url, now, random: () => 0, requestTimeoutMs: 500 });
  const budget = () => ({ ...aBudget(), untilMs: nowMs + 10_000 });
  const sql = (spec: Partial<SqlSpec> = {}) =>
    standIn.addSqlJob({ project: 'p', id: 'j', startedAgoMs: hour, ...spec });
  const batch = (spec: Partial<BatchSpec> = {}) =>
    standIn.addBatch({ project: 'p', id: 'b', startedAgoMs: hour, ...spec });
  const pages = () => engine.source.list(target, budget());
  const list = async () => {
    const found: Job[] = [];
    for await (const page of pages()) found.push(...page.jobs);
    return found;
  };
  const job = async (id = 'j') => engine.source.get({ engine: 'dli', target: target.name, project: 'p', id }, budget());
  const cancel = async (id = 'j') => {
    const found = await job(id);
    if (found === undefined) throw new Error(`${id} is missing`);
    return engine.canceller.cancel(found, budget());
  };
  const deletes = () => standIn.requests.filter(({ method }) => method === 'DELETE');
  return {
    standIn,
    engine,
    budget,
    sql,
    batch,
    pages,
    list,
    job,
    cancel,
    deletes,
    pass: (ms: number) => void (nowMs += ms),
  };
}

describe('a project', () => {
  it('shows SQL jobs and Spark batches that wait or run, with what each kind has to tell', async () => {
    const { sql, batch, list } = await aProject();
    sql({ id: 'runs', tags: { team: 'growth' }, inputSize: 24_000, cpuCost: 48_000, runsForMs: 24 * hour });
    sql({ id: 'waits', startedAgoMs: 0, pendingForMs: hour });
    sql({ id: 'ended', runsForMs: 1000 });
    batch({ id: 'runs' });
    batch({ id: 'starts', startedAgoMs: 0, pendingForMs: hour });
    batch({ id: 'recovers', state: 'recovering' });
    batch({ id: 'ended', runsForMs: 1000 });
    const jobs = await list();
    expect(jobs.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'waits pending',
      'runs running',
      'batches/starts pending',
      'batches/recovers running',
      'batches/runs running',
    ]);
    expect(jobs[1]).toMatchObject({ labels: { team: 'growth' }, bytesProcessed: 1000, slotMs: 2000, jobType: 'query' });
  });

  it('never shows the operations on its queues', async () => {
    const { sql, list } = await aProject();
    for (const type of ['SCALE_QUEUE', 'RESTART_QUEUE', 'QUERY']) sql({ id: type, type });
    expect((await list()).map(({ id }) => id)).toEqual(['QUERY']);
  });

  it('shows the jobs of all pages', async () => {
    const { sql, list, standIn } = await aProject();
    for (let index = 0; index < 250; index += 1) sql({ id: `j${index}` });
    expect(new Set((await list()).map(({ id }) => id)).size).toBe(250);
    expect(standIn.requests.filter(({ target: asked }) => asked.includes('job-status=RUNNING')).length).toBe(3);
  });

  it('shows each job once although the pages shift as others end, and none is left out', async () => {
    const { sql, pages, pass } = await aProject();
    for (let index = 0; index < 250; index += 1) {
      sql({ id: `j${index}`, startedAgoMs: hour, runsForMs: index < 20 ? hour + 1000 : 2 * hour });
    }
    const found: string[] = [];
    for await (const page of pages()) {
      found.push(...page.jobs.map(({ id }) => id));
      // The oldest twenty end once the first hundred were shown: all others move up by twenty.
      if (found.length === 100) pass(2000);
    }
    expect(found.length).toBe(new Set(found).size);
    expect(found.length).toBe(250);
  });

  it('is not all that there is when there are more jobs than pages can show, and says so', async () => {
    const { sql, pages } = await aProject();
    for (let index = 0; index < 10_050; index += 1) sql({ id: `j${index}` });
    const beyond: string[] = [];
    for await (const page of pages()) beyond.push(...page.unreachable);
    expect(beyond).toEqual(['all after the first 10000 in state RUNNING']);
  });

  it('shows a job once that begins to run between the listings', async () => {
    const { sql, pages, pass } = await aProject();
    sql({ id: 'a', startedAgoMs: 0, pendingForMs: 1000 });
    const found: string[] = [];
    for await (const page of pages()) {
      found.push(...page.jobs.map(({ id }) => id));
      pass(1000);
    }
    expect(found).toEqual(['a']);
  });

  it.each([
    ['404 of the gateway', 'malformed'],
    ['is_success false', 'malformed'],
    ['not json', 'malformed'],
    ['403', 'forbidden'],
  ] as const)('is not taken for empty after %s', async (kind, failure) => {
    const { standIn, list } = await aProject();
    standIn.switches.add({ call: 'list', kind });
    await expect(list()).rejects.toMatchObject({ failure, retryable: false });
  });

  it('is waited for as long as a 429 asks for', async () => {
    const { standIn, sql, list } = await aProject();
    sql();
    standIn.switches.add({ call: 'list', kind: '429', times: 1 });
    const beganMs = Date.now();
    expect((await list()).map(({ id }) => id)).toEqual(['j']);
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(990);
  });

  it('takes the word "true" for a success', async () => {
    const { standIn, sql, list, job } = await aProject();
    sql();
    standIn.switches.add({ call: 'list', kind: 'is_success in words' });
    standIn.switches.add({ call: 'get', kind: 'is_success in words' });
    expect((await list()).map(({ id }) => id)).toEqual(['j']);
    expect(await job()).toMatchObject({ state: 'running' });
  });
});

describe('a job', () => {
  it('is not known any more when the service says so, and only then', async () => {
    const { standIn, job } = await aProject();
    expect([await job('never-was'), await job('batches/never-was')]).toEqual([undefined, undefined]);
    standIn.switches.add({ kind: '404 of the gateway' });
    await expect(job()).rejects.toMatchObject({ failure: 'malformed' });
  });

  it('is told apart from a Spark batch of the same id', async () => {
    const { sql, batch, job, cancel, standIn } = await aProject();
    sql({ id: 'same' });
    batch({ id: 'same' });
    expect([(await job('same'))?.jobType, (await job('batches/same'))?.jobType]).toEqual(['query', 'spark-batch']);
    await cancel('batches/same');
    expect(standIn.requests.at(-1)?.target).toBe('/v2.0/p/batches/same');
  });
});

describe('a cancel of an SQL job', () => {
  const outcomes: readonly [OnCancel, object][] = [
    ['stops', { state: 'done', end: { how: 'stopped', reason: 'CANCELLED' } }],
    ['saysTrueInWords', { state: 'done', end: { how: 'stopped' } }],
    ['finishesFirst', { state: 'done', end: { how: 'succeeded' } }],
    ['ignored', { state: 'running' }],
  ];

  it.each(outcomes)('that is taken, of a job that then %s', async (onCancel, expected) => {
    const { sql, cancel, job, pass } = await aProject();
    sql({ onCancel, cancelTakesMs: 800 });
    expect(await cancel()).toEqual({ kind: 'accepted' });
    expect(await job()).toMatchObject({ state: 'running' });
    pass(800);
    expect(await job()).toMatchObject(expected);
  });

  it('is not taken with HTTP 200 alone', async () => {
    const { sql, cancel } = await aProject();
    sql({ onCancel: 'saysNo' });
    await expect(cancel()).rejects.toThrow('not accepted (synthetic refusal)');
  });

  it('of a job that has ended says how it ended', async () => {
    const { sql, cancel } = await aProject();
    sql({ runsForMs: 1000, fails: true });
    const end = { how: 'failed', reason: 'FAILED', message: 'synthetic failure' };
    expect(await cancel()).toMatchObject({ kind: 'already-done', job: { end } });
  });

  it('of a job that is gone says so', async () => {
    const { sql, job, engine, budget } = await aProject();
    sql();
    const found = await job();
    if (found === undefined) throw new Error('j is missing');
    expect(await engine.canceller.cancel({ ...found, id: 'never-was' }, budget())).toEqual({ kind: 'gone' });
  });

  it.each([
    ['denied', 'forbidden', /dli:queue:cancelJob/],
    ['unsupported', 'unsupported', /DLI\.0007/],
  ] as const)('that is %s says so', async (onCancel, kind, why) => {
    const { sql, cancel } = await aProject();
    sql({ onCancel });
    expect(await cancel()).toEqual({ kind, why: expect.stringMatching(why) });
  });

  it.each([
    ['an operation on a queue', { type: 'SCALE_QUEUE' }],
    ['another operation on a queue', { type: 'RESTART_QUEUE' }],
    ['a job that is scaling', { state: 'SCALING' }],
    ['a state that nobody knows', { state: 'HIBERNATING' }],
  ])('is never sent for %s', async (_, spec) => {
    const { sql, cancel, deletes } = await aProject();
    sql(spec);
    expect(await cancel()).toEqual({ kind: 'unsupported', why: expect.stringContaining('so nothing was sent') });
    expect(deletes()).toEqual([]);
  });

  it('is never sent for a queue operation, whatever state somebody says it is in', async () => {
    const { sql, job, engine, budget, deletes } = await aProject();
    sql({ type: 'SCALE_QUEUE' });
    const found = await job();
    if (found === undefined) throw new Error('j is missing');
    const asked = { ...found, state: 'running' } as const;
    expect(await engine.canceller.cancel(asked, budget())).toMatchObject({ kind: 'unsupported' });
    expect(await engine.canceller.cancel({ ...asked, jobType: undefined }, budget())).toMatchObject({
      kind: 'unsupported',
    });
    expect(deletes()).toEqual([]);
  });
});

describe('a cancel of a Spark batch', () => {
  it('that is taken is recognised when the batch is dead', async () => {
    const { batch, cancel, job, pass } = await aProject();
    batch();
    expect(await cancel('batches/b')).toEqual({ kind: 'accepted' });
    pass(800);
    expect(await job('batches/b')).toMatchObject({ state: 'done', end: { how: 'stopped', reason: 'dead' } });
  });

  it('is not made of a batch that died by itself', async () => {
    const { batch, job } = await aProject();
    batch({ runsForMs: 1000, fails: true });
    expect(await job('batches/b')).toMatchObject({ end: { how: 'failed', reason: 'dead' } });
  });

  it('is not taken without the word "deleted"', async () => {
    const { batch, cancel, standIn } = await aProject();
    batch();
    standIn.switches.add({ call: 'cancelBatch', kind: 'is_success false', times: 1 });
    await expect(cancel('batches/b')).rejects.toThrow('not accepted');
  });
});

describe('the place of a target', () => {
  it.each([
    ['dli:otc/eu-de/p', 'eu-de.otc.t-systems.com'],
    ['dli:huawei/cn-north-4/p', 'cn-north-4.myhuaweicloud.com'],
    ['dli:huawei/eu-west-101/p', 'eu-west-101.myhuaweicloud.eu'],
  ])('%s is below %s', (name, domain) => {
    expect(domainOf(placeOf(name))).toBe(domain);
  });

  it.each([
    'dli:aws/eu-de/p',
    'dli:otc/eu-de',
    'dli:otc/evil.example.com#/p',
    'dli:otc/eu-de.evil/p',
    'dli:otc/-eu/p',
    'dli:otc/EU-DE/p',
    'dli:otc/eu-de/p/q',
    'dli:otc//p',
    'otc/eu-de/p',
  ])('%s is none, and nothing is sent', (name) => {
    expect(() => placeOf(name)).toThrow('not written as dli:CLOUD/REGION/PROJECT');
  });
});
