// All jobs here are made up.
import { describe, expect, it } from 'vitest';
import type { JobSpec } from '../../../infra/local/bigquery/spec.ts';
import { at, oneJob } from './stage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const JOBS = '/bigquery/v2/projects/p/jobs';
const STOPPED = { reason: 'stopped', message: 'Job execution was cancelled: User requested cancellation' };

describe('a cancel request', () => {
  it('is answered at once, while the job takes a moment to stop', async () => {
    const { pass, state, error, time, cancel } = await oneJob({});
    pass(MINUTE_MS);
    const { status, body } = await cancel();
    expect(status).toBe(200);
    expect(at(body, 'job', 'status')).toEqual({ state: 'RUNNING' });
    pass(1_499);
    expect(state()).toBe('RUNNING');
    pass(1);
    expect(state()).toBe('DONE');
    expect(error()).toEqual(STOPPED);
    expect(time('endTime')).toBe(MINUTE_MS + 1_500);
  });

  it('is counted from the first time it is asked', async () => {
    const { pass, time, cancel } = await oneJob({ onCancel: { how: 'stops', afterMs: 10_000 } });
    await cancel();
    pass(9_000);
    await cancel();
    pass(HOUR_MS);
    expect(time('endTime')).toBe(10_000);
  });

  it('is answered normally when the job is done, and changes nothing', async () => {
    const { pass, error, cancel } = await oneJob({ runsForMs: 1_000 });
    pass(5_000);
    const { status, body } = await cancel();
    expect(status).toBe(200);
    expect(at(body, 'job', 'status')).toEqual({ state: 'DONE' });
    pass(HOUR_MS);
    expect(error()).toBeUndefined();
  });

  it('stops a job in the queue, which then shows the same time for start and end', async () => {
    const { pass, error, time, cancel } = await oneJob({ pendingForMs: HOUR_MS });
    await cancel();
    pass(2_000);
    expect(error()).toEqual(STOPPED);
    expect([time('startTime'), time('endTime')]).toEqual([1_500, 1_500]);
  });

  it('comes too late for a job that would have ended before', async () => {
    const { pass, error, time, cancel } = await oneJob({ runsForMs: 1_000 });
    pass(900);
    await cancel();
    pass(HOUR_MS);
    expect(time('endTime')).toBe(1_000);
    expect(error()).toBeUndefined();
  });

  const other = { reason: 'internalError', message: 'Lost' };
  const ends: readonly [string, JobSpec['onCancel'], number, unknown][] = [
    ['finishes first', 'finishesFirst', 1_500, undefined],
    ['ignores it', 'ignored', HOUR_MS, undefined],
    ['answers with an empty body', 'emptyBody', 1_500, STOPPED],
    ['fails otherwise', { how: 'failsOtherwise', afterMs: 700, error: other }, 700, other],
  ];
  it.each(ends)('lets a job that %s end in its own way', async (_, onCancel, endsAtMs, wanted) => {
    const { pass, error, time, cancel } = await oneJob(onCancel === undefined ? {} : { onCancel });
    expect((await cancel()).status).toBe(200);
    pass(2 * HOUR_MS);
    expect(time('endTime')).toBe(endsAtMs);
    expect(error()).toEqual(wanted);
  });

  it('may be answered with nothing at all, although it is accepted', async () => {
    const { bigquery } = await oneJob({ onCancel: 'emptyBody' });
    const response = await fetch(`${bigquery.url}${JOBS}/j/cancel`, { method: 'POST' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.text()).toBe('');
  });

  it('may be denied by one job, which runs on', async () => {
    const { pass, state, cancel } = await oneJob({ onCancel: 'denied' });
    const { status, body } = await cancel();
    expect(status).toBe(403);
    expect(at(body, 'error', 'errors', 0, 'reason')).toBe('accessDenied');
    pass(MINUTE_MS);
    expect(state()).toBe('RUNNING');
  });
});

describe('a script', () => {
  const children: NonNullable<JobSpec['children']> = [
    { id: 'first', query: 'SELECT 1', runsForMs: MINUTE_MS, bytesPerSecond: 1_000, slots: 10 },
    { id: 'second', query: 'SELECT 2', runsForMs: MINUTE_MS, bytesPerSecond: 2_000, slots: 20 },
    { id: 'third', query: 'SELECT 3', runsForMs: MINUTE_MS },
  ];

  it('runs its statements one after the other, and none is there before its time', async () => {
    const { pass, state, call } = await oneJob({ children });
    pass(30_000);
    expect([state('first'), state('second'), state('third')]).toEqual(['RUNNING', undefined, undefined]);
    expect((await call('GET', `${JOBS}/second`)).status).toBe(404);
    pass(MINUTE_MS);
    expect([state('first'), state('second'), state('third'), state()]).toEqual([
      'DONE',
      'RUNNING',
      undefined,
      'RUNNING',
    ]);
    pass(2 * MINUTE_MS);
    expect([state('third'), state()]).toEqual(['DONE', 'DONE']);
  });

  it('adds up what its statements have used', async () => {
    const { pass, job } = await oneJob({ children });
    pass(90_000);
    expect(job()?.statistics).toMatchObject({
      numChildJobs: '2',
      totalBytesProcessed: String(60_000 + 60_000),
      totalSlotMs: String(600_000 + 600_000),
    });
  });

  it('stops with its running statement a moment later, and starts no other', async () => {
    const { pass, state, error, time, cancel } = await oneJob({ children });
    pass(90_000);
    await cancel();
    pass(1_500);
    expect([state(), state('second')]).toEqual(['DONE', 'RUNNING']);
    pass(HOUR_MS);
    expect(error()).toEqual(STOPPED);
    expect(error('second')).toEqual(STOPPED);
    expect(time('endTime', 'second')).toBe(91_900);
    expect(state('third')).toBeUndefined();
  });

  it('leaves its running statement alone when that is asked for, so that it must be cancelled itself', async () => {
    const { pass, state, error, cancel } = await oneJob({ children, childrenOnCancel: 'leftRunning' });
    pass(70_000);
    await cancel();
    pass(10_000);
    expect([state(), state('second')]).toEqual(['DONE', 'RUNNING']);
    await cancel('second');
    pass(2_000);
    expect(error('second')).toEqual(STOPPED);
  });

  it('fails with the statement that fails', async () => {
    const failing = { id: 'bad', runsForMs: 1_000, ends: { reason: 'invalidQuery', message: 'Bad' } };
    const { pass, state, error } = await oneJob({ children: [failing, { id: 'never' }] });
    pass(MINUTE_MS);
    expect(error()).toEqual({ reason: 'invalidQuery', message: 'Bad' });
    expect(state('never')).toBeUndefined();
  });
});
