import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld } from './a-world.ts';
import { ignored, stopsAfter } from './memory-engine.ts';

const runaway = (id: string, fields = {}) => aJob({ id, runTimeMs: hours(1), ...fields });
const ids = (count: number) => Array.from({ length: count }, (_, index) => `job-${index}`);
const many = (count: number) => ids(count).map((id) => runaway(id));
const atMost = (maxCancels: number): WrittenPolicy => ({ breaker: { maxCancels, maxShare: '100%' } });

describe('too many planned cancels', () => {
  test('open the breaker, and none of them is sent', async () => {
    const world = aWorld({ policy: atMost(3), jobs: many(4) });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary).toMatchObject({
      status: 'degraded',
      heldBack: { breaker: 4 },
      breaker: { open: true, why: expect.stringMatching(/^4 cancels/) },
    });
    expect(world.jobEvents('cancel.held-back')).toHaveLength(4);
  });

  test('as many as the limit are let through', async () => {
    const world = aWorld({ policy: atMost(3), jobs: many(3) });
    await world.sweep();
    expect(world.cancelled()).toHaveLength(3);
  });

  test('a share of the jobs seen is too many as well, once enough are seen', async () => {
    const policy = { breaker: { maxCancels: 20, maxShare: '25%', minJobs: 8 } };
    const idle = (count: number) => Array.from({ length: count }, (_, index) => aJob({ id: `idle-${index}` }));
    const few = aWorld({ policy, jobs: [...many(3), ...idle(4)] });
    const enough = aWorld({ policy, jobs: [...many(3), ...idle(5)] });
    const enoughOthers = aWorld({ policy, jobs: [...many(3), ...idle(9)] });
    for (const world of [few, enough, enoughOthers]) await world.sweep();
    expect([few, enough, enoughOthers].map((world) => world.cancelled().length)).toEqual([3, 0, 3]);
  });

  test('jobs that are hidden do not count as seen', async () => {
    const policy = { breaker: { maxCancels: 20, maxShare: '25%', minJobs: 4 } };
    const hidden = Array.from({ length: 20 }, (_, index) => aJob({ id: `hidden-${index}`, redacted: true }));
    const world = aWorld({ policy, jobs: [...many(2), aJob({ id: 'a' }), aJob({ id: 'b' }), ...hidden] });
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
  });

  test('one notice to the operators stands for all of them', async () => {
    const world = aWorld({ policy: atMost(3), jobs: many(4) });
    await world.sweep();
    expect(world.notices()).toHaveLength(1);
    const [notice] = world.notices();
    expect(notice).toMatchObject({ phase: 'trouble', owner: { name: 'operators' }, counts: { 'held-back': 4 } });
    expect(notice?.jobs.map(({ id }) => id).sort()).toEqual(ids(4));
    expect(notice?.trouble?.lines[0]).toMatch(/4 cancels are planned, over the limit of 3/);
  });

  test('open it once, and close it once', async () => {
    const world = aWorld({ policy: atMost(3), jobs: many(4) });
    const open = () => world.told().filter((name) => name.startsWith('breaker.'));
    await world.sweep();
    await world.sweepAgain();
    await world.sweepAgain();
    expect(open()).toEqual(['breaker.opened']);
    expect(world.notices('trouble')).toHaveLength(1);
    world.engine.finish('job-0');
    await world.sweepAgain();
    await world.sweepAgain();
    expect(open()).toEqual(['breaker.opened', 'breaker.closed']);
    expect(world.cancelled()).toEqual(['job-1', 'job-2', 'job-3']);
    const troubles = world.notices('trouble').map(({ trouble }) => [trouble?.about, trouble?.isOver ?? false]);
    expect(troubles).toEqual([
      ['breaker', false],
      ['breaker', true],
    ]);
  });

  test('open it again when it was closed in between, and that is told again', async () => {
    const world = aWorld({ policy: atMost(1), jobs: many(2) });
    await world.sweep();
    for (const id of ids(2)) world.engine.finish(id);
    await world.sweepAgain();
    for (const job of [runaway('new-1'), runaway('new-2')]) world.engine.put({ job });
    await world.sweepAgain();
    expect(world.told().filter((name) => name.startsWith('breaker.'))).toEqual([
      'breaker.opened',
      'breaker.closed',
      'breaker.opened',
    ]);
    expect(world.notices('trouble')).toHaveLength(3);
  });

  test('that only observe do not open it', async () => {
    const trial = aRule({ name: 'trial', mode: 'observe', limit: { runTime: '5m' } });
    const jobs = [
      ...ids(6).map((id) => runaway(id, { runTimeMs: undefined, startedAtMs: nowMs - minutes(10) })),
      runaway('real'),
    ];
    const world = aWorld({ policy: { ...atMost(3), rules: [aRule(), trial] }, jobs });
    const summary = await world.sweep();
    expect(summary.breaker).toEqual({ open: false });
    expect(world.cancelled()).toEqual(['real']);
  });

  test('the limit of 0 lets none through', async () => {
    const world = aWorld({ policy: atMost(0), jobs: many(1) });
    expect(await world.sweep()).toMatchObject({ breaker: { open: true } });
    expect(world.cancelled()).toEqual([]);
  });

  test('do not keep earlier cancels from being followed up', async () => {
    const world = aWorld({ policy: atMost(1), jobs: [{ job: runaway('first'), onCancel: stopsAfter(58_000) }] });
    await world.sweep();
    for (const job of many(2)) world.engine.put({ job });
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1, 'held-back': 2 });
  });
});

describe('the budget', () => {
  const limited = (perSweep: number): WrittenPolicy => ({
    budget: { perSweep },
    breaker: { maxCancels: 100, maxShare: '100%' },
  });

  test('of 0 lets no cancel through', async () => {
    const world = aWorld({ policy: limited(0), jobs: many(2) });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary.heldBack).toEqual({ budget: 2 });
  });

  test('goes to the costliest jobs first, and the rest has its turn in the next sweeps', async () => {
    const jobs = ids(5).map((id, index) => runaway(id, { bytesProcessed: 1e12 * (index + 1) }));
    const world = aWorld({ policy: limited(2), jobs });
    await world.sweep();
    expect([...world.cancelled()].sort()).toEqual(['job-3', 'job-4']);
    await world.sweepAgain();
    await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(5);
  });

  test('is not used up by rules on trial', async () => {
    const trial = aRule({ name: 'trial', mode: 'observe', match: { labels: { on: 'trial' } } });
    const costly = ids(3).map((id) => runaway(id, { labels: { on: 'trial' }, bytesProcessed: 1e14 }));
    const policy = { ...limited(1), rules: [trial, aRule({ match: { labels: { on: 'absent' } } })] };
    const world = aWorld({ policy, jobs: [...costly, runaway('real')] });
    await world.sweep();
    expect(world.cancelled()).toEqual(['real']);
  });

  test('by default is five cancels a sweep', async () => {
    const world = aWorld({ jobs: many(7).map((job) => ({ job, onCancel: ignored })) });
    await world.sweep();
    expect(world.cancelled()).toHaveLength(5);
  });
});
