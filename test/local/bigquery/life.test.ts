// All jobs here are made up.
import { describe, expect, it } from 'vitest';
import { at, oneJob } from './stage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('the life of a job', () => {
  it('goes from the queue over running to done by the clock alone', async () => {
    const { pass, state, time } = await oneJob({ pendingForMs: 5_000, runsForMs: 10_000 });
    expect(state()).toBe('PENDING');
    pass(4_999);
    expect(state()).toBe('PENDING');
    pass(1);
    expect(state()).toBe('RUNNING');
    pass(9_999);
    expect(state()).toBe('RUNNING');
    pass(1);
    expect(state()).toBe('DONE');
    expect([time('creationTime'), time('startTime'), time('endTime')]).toEqual([0, 5_000, 15_000]);
  });

  it('may have begun long before it is added', async () => {
    const { state, time } = await oneJob({ startedAgoMs: 29 * MINUTE_MS, pendingForMs: 2_000 });
    expect(state()).toBe('RUNNING');
    expect([time('creationTime'), time('startTime')]).toEqual([-29 * MINUTE_MS - 2_000, -29 * MINUTE_MS]);
  });

  it('may have been waiting long before it is added', async () => {
    const { state, time } = await oneJob({ createdAgoMs: 6 * HOUR_MS, pendingForMs: 7 * HOUR_MS });
    expect(state()).toBe('PENDING');
    expect(time('creationTime')).toBe(-6 * HOUR_MS);
  });

  it('ends with the error it is meant to end with', async () => {
    const { pass, error } = await oneJob({ runsForMs: 1_000, ends: { reason: 'invalidQuery', message: 'Bad' } });
    expect(error()).toBeUndefined();
    pass(1_000);
    expect(error()).toEqual({ reason: 'invalidQuery', message: 'Bad' });
  });

  it('is stopped by its own time-out, counted from its creation, with a message of its own', async () => {
    const { pass, error, time } = await oneJob({ pendingForMs: 30_000, jobTimeoutMs: 90_000 });
    pass(HOUR_MS);
    expect(time('endTime')).toBe(90_000);
    expect(error()).toEqual({ reason: 'stopped', message: 'Job execution was cancelled: Job timed out after 90 sec' });
  });
});

describe('the numbers of a job', () => {
  it('are unknown at first, and then change in steps, not with every look', async () => {
    const { pass, job } = await oneJob({ bytesPerSecond: 1_000, slots: 20 });
    const seen = () => [
      at(job(), 'statistics', 'totalBytesProcessed'),
      at(job(), 'statistics', 'totalSlotMs'),
      at(job(), 'statistics', 'query', 'estimatedBytesProcessed'),
    ];
    pass(2_999);
    expect(seen()).toEqual([undefined, undefined, undefined]);
    pass(1);
    expect(seen()).toEqual(['3000', '60000', '3600000']);
    pass(2_999);
    expect(seen()).toEqual(['3000', '60000', '3600000']);
    pass(1);
    expect(seen()).toEqual(['6000', '120000', '3600000']);
  });

  it('never show more bytes than were estimated', async () => {
    const { pass, job } = await oneJob({ bytesPerSecond: 1e9, estimatedBytes: 5e9 });
    pass(30 * MINUTE_MS);
    expect(at(job(), 'statistics', 'totalBytesProcessed')).toBe('5000000000');
  });

  it('stop growing when the job is cancelled, and what was read is billed in whole MiB', async () => {
    const { pass, job, cancel } = await oneJob({ bytesPerSecond: 1e9, slots: 10 });
    pass(10_000);
    await cancel();
    pass(HOUR_MS);
    const statistics = job()?.statistics;
    expect(statistics).toMatchObject({ totalBytesProcessed: '11500000000', totalSlotMs: '115000' });
    expect(at(statistics, 'query', 'totalBytesBilled')).toBe(String(Math.ceil(11.5e9 / 2 ** 20) * 2 ** 20));
  });

  it('bills 10 MiB at least, and nothing for a query that failed', async () => {
    const small = await oneJob({ runsForMs: 1_000, estimatedBytes: 5 });
    small.pass(1_000);
    expect(at(small.job(), 'statistics', 'query', 'totalBytesBilled')).toBe('10485760');
    const failed = await oneJob({
      runsForMs: 1_000,
      estimatedBytes: 5e9,
      ends: { reason: 'invalidQuery', message: 'Bad' },
    });
    failed.pass(1_000);
    expect(at(failed.job(), 'statistics', 'query', 'totalBytesBilled')).toBe('0');
  });

  it('hide bytes for good where rows are protected, but not slots', async () => {
    const { pass, job } = await oneJob({ hidesBytes: true, runsForMs: MINUTE_MS });
    for (const ms of [30_000, MINUTE_MS]) {
      pass(ms);
      expect(at(job(), 'statistics', 'totalBytesProcessed')).toBeUndefined();
      expect(at(job(), 'statistics', 'query', 'totalBytesBilled')).toBeUndefined();
      expect(at(job(), 'statistics', 'totalSlotMs')).toBeDefined();
    }
  });

  it('are missing for a continuous query that runs', async () => {
    const { pass, job } = await oneJob({ continuous: true });
    pass(24 * HOUR_MS);
    expect(job()?.status.state).toBe('RUNNING');
    expect(at(job(), 'statistics', 'totalSlotMs')).toBeUndefined();
  });
});
