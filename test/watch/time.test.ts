import { describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/watch/clock.ts';
import { aJob, hours, nowMs, seconds } from '../make.ts';
import { aWorld } from './a-world.ts';
import { ignored, stopsAfter } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...runaway, id: `job-${index}` }));
const noLimits = {
  budget: { perSweep: 100, perHour: 200, perOwnerPerHour: 200 },
  breaker: { maxCancels: 100, maxShare: '100%' },
};

describe('the time of a sweep', () => {
  // Three calls come before a cancel: the list, the look at what it found, and the last look.
  test('no cancel starts after 57 seconds, and the next sweep judges the job anew', async () => {
    const world = aWorld({ jobs: [runaway], latencyMs: seconds(19) });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary).toMatchObject({ heldBack: { time: 1 }, outcomes: { 'held-back': 1 } });
    expect(world.jobEvents('cancel.held-back')[0]?.data.heldBack?.why).toMatch(/time of this sweep was used up/);
  });

  test('a cancel that starts just before is sent, and followed up by the next sweep', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(0) }], latencyMs: seconds(18.6) });
    expect((await world.sweep()).outcomes).toEqual({ error: 1 });
    expect(world.calls('cancel').map(({ atMs }) => atMs - nowMs)).toEqual([seconds(55.8)]);
    expect((await world.sweepAgain()).outcomes).toEqual({});
  });

  test('a last look that does not come back in time means no cancel', async () => {
    const world = aWorld({ jobs: [runaway], latencyMs: seconds(19.9) });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary.heldBack).toEqual({ 'look-again': 1 });
  });

  test('a listing that uses its time up leaves time to act on what was found before', async () => {
    const world = aWorld({ jobs: [runaway] });
    world.engine.target('bigquery:finance-prod', { hangs: true });
    const { tookMs, outcomes } = await world.sweep();
    expect(outcomes).toEqual({ cancelled: 1 });
    expect(tookMs).toBeLessThan(seconds(59));
  });

  test('whatever happens, a sweep is over after a minute', async () => {
    const jobs = many(80).map((job) => ({ job, onCancel: ignored }));
    const world = aWorld({ jobs, policy: noLimits, latencyMs: 900, publishMs: 100 });
    const { tookMs } = await world.sweep();
    expect(tookMs).toBeLessThan(seconds(60));
    expect(world.calls('cancel').every(({ atMs }) => atMs < nowMs + seconds(57))).toBe(true);
    expect(world.calls('get').every(({ atMs }) => atMs < nowMs + seconds(59))).toBe(true);
  });

  test('cancels for which no time is left are sent by the next sweep', async () => {
    const jobs = many(80).map((job) => ({ job, onCancel: ignored }));
    const world = aWorld({ jobs, policy: noLimits, latencyMs: 300 });
    const first = await world.sweep();
    const sent = world.cancelled().length;
    expect(sent).toBeGreaterThanOrEqual(32);
    expect(first.outcomes['held-back']).toBe(80 - sent);
    await world.sweepAgain();
    expect(new Set(world.cancelled()).size).toBe(80);
  });

  test('a trail that takes its time delays, and breaks nothing', async () => {
    const world = aWorld({ jobs: [runaway], publishMs: seconds(8) });
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
  });

  test('a trail that is slow does not use up the time for cancels: the record is in the ledger', async () => {
    const world = aWorld({ jobs: [runaway], publishMs: seconds(20) });
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
    expect(world.told()).toEqual(['cancel.intended job-1', 'cancel.confirmed job-1']);
  });
});

describe("the machine's clock", () => {
  test('ends a wait at once, and without an error, when it is aborted', async () => {
    const stop = new AbortController();
    const waited = systemClock.wait(hours(1), stop.signal);
    stop.abort();
    await expect(waited).resolves.toBeUndefined();
    await expect(systemClock.wait(hours(1), AbortSignal.abort())).resolves.toBeUndefined();
  });

  test('waits, and fires when the time has come', async () => {
    const before = systemClock.now();
    const signal = systemClock.after(1);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await systemClock.wait(1, new AbortController().signal);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });
});
