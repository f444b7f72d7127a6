import { describe, expect, test } from 'vitest';
import { healthOf } from '../../functions/watch/circumstances.ts';
import type { End } from '../../shared/jobs/verdict.ts';
import { aJob, aRule, aVerdict, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from './a-world.ts';
import { another } from './delivery.ts';
import { denied, engineError, ignored, type MemoryJob, type OnCancel } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const wide: WrittenPolicy = { breaker: { maxCancels: 100, maxShare: '100%' }, budget: { perSweep: 100, perHour: 100 } };
const elsewhere = { target: 'bigquery:finance-prod', project: 'finance-prod' };
const fails: OnCancel = { how: 'throws', error: engineError('500') };
const over = (id: string, onCancel: OnCancel, fields = {}): MemoryJob => ({
  job: aJob({ id, runTimeMs: hours(1), ...fields }),
  onCancel,
});
const failures = (world: TestWorld) => world.ledger.latest().targets;
const troubles = (world: TestWorld) => world.notices('trouble').map(({ trouble }) => trouble?.title);

async function sweeps(world: TestWorld, count: number) {
  const held: number[] = [];
  for (let minute = 0; minute < count; minute += 1) held.push((await world.sweepAgain()).heldBack['failures'] ?? 0);
  return held;
}

describe('three failed cancels in a row', () => {
  test.each([
    ['refused', denied],
    ['broken', fails],
  ])('of one target hold that target for ten minutes: %s', async (_, how) => {
    const world = aWorld({ jobs: [1, 2, 3].map((index) => over(`job-${index}`, how)), policy: wide });
    await world.sweep();
    const endsAtMs = failures(world)['bigquery:analytics-prod']?.observeUntilMs ?? 0;
    expect(endsAtMs).toBeGreaterThanOrEqual(nowMs + minutes(10));
    for (const id of ['new', 'other']) {
      world.engine.put(over(id, { how: 'ignored' }, id === 'new' ? {} : elsewhere));
    }
    world.clock.advance(minutes(1) - (world.clock.now() - nowMs));
    expect((await world.sweep()).heldBack).toEqual({ failures: 1 });
    expect(world.cancelled()).not.toContain('new');
    expect(world.cancelled(), 'the other target goes on').toContain('other');
    expect(world.jobEvents('cancel.held-back')[0]?.data.heldBack).toMatchObject({
      by: 'failures',
      why: expect.stringMatching(/^Three cancels in a row failed in this target/),
    });
    await sweeps(world, 12);
    const sent = world.calls('cancel').find(({ of }) => of === 'new');
    expect(sent?.atMs).toBeGreaterThanOrEqual(endsAtMs);
    expect(sent?.atMs).toBeLessThan(endsAtMs + minutes(1));
  });

  test('are told to the operators once, and so is the end of it', async () => {
    const world = aWorld({ jobs: [1, 2, 3].map((index) => over(`job-${index}`, denied)), policy: wide });
    await world.sweep();
    await sweeps(world, 15);
    expect(troubles(world)).toEqual([
      'bigquery:analytics-prod is only observed',
      'bigquery:analytics-prod is no longer only observed',
    ]);
  });

  test('may come in sweep after sweep, and in one instance after another', async () => {
    let world = aWorld({ jobs: [over('job-1', denied)] });
    await world.sweep();
    for (const id of ['job-2', 'job-3']) {
      world = await another(world, { jobs: [over(id, denied)] });
      await world.sweepAgain();
    }
    world = await another(world, { jobs: [over('job-4', denied)] });
    expect((await world.sweepAgain()).heldBack).toEqual({ failures: 1 });
  });

  test('are none with a success in between', async () => {
    const world = aWorld({ jobs: [over('job-1', denied), over('job-2', denied)] });
    await world.sweep();
    world.engine.put(over('fine', { how: 'ends', afterMs: 0, end: { how: 'stopped', reason: 'stopped' } }));
    await world.sweepAgain();
    expect(failures(world)).toEqual({});
    world.engine.put(over('job-3', denied));
    await world.sweepAgain();
    world.engine.put(over('job-4', ignored));
    expect((await world.sweepAgain()).heldBack).toEqual({});
    expect(failures(world)).toEqual({ 'bigquery:analytics-prod': { failures: 1, observeUntilMs: 0 } });
  });

  test('in two targets hold the whole sweep', async () => {
    const jobs = [1, 2, 3].flatMap((index) => [over(`a-${index}`, denied), over(`b-${index}`, denied, elsewhere)]);
    const targets = [{ engine: 'bigquery' as const, projects: ['analytics-prod', 'finance-prod', 'third-prod'] }];
    const world = aWorld({ jobs, policy: { ...wide, targets } });
    await world.sweep();
    world.engine.put(over('c', ignored, { target: 'bigquery:third-prod', project: 'third-prod' }));
    expect((await sweeps(world, 12)).filter((held) => held > 0)).toHaveLength(9);
    expect(troubles(world)[0]).toBe('Nothing is cancelled at the moment');
    expect(world.calls('cancel').filter(({ of }) => of === 'c')).toHaveLength(1);
  });

  test('are none where nothing was sent: a job that cannot be looked at is no failed cancel', async () => {
    const look = [{}, engineError('503')];
    const jobs = [1, 2, 3].map((index) => ({ ...over(`job-${index}`, ignored), look }));
    const world = aWorld({ jobs, policy: wide });
    expect((await world.sweep()).outcomes).toEqual({ 'held-back': 3 });
    expect(failures(world)).toEqual({});
  });

  test('hold nothing that is only observed', async () => {
    const trial = aRule({ name: 'trial', mode: 'observe' });
    const world = aWorld({ jobs: [1, 2, 3].map((index) => over(`job-${index}`, denied)), policy: wide });
    await world.sweep();
    const second = await another(world, { jobs: [over('new', denied)], policy: { rules: [trial] } });
    expect((await second.sweepAgain()).outcomes).toMatchObject({ 'would-have-been-cancelled': 1 });
  });
});

describe('the health of a target', () => {
  const of = (...ends: readonly End[]) =>
    ends.map((did) => ({ verdict: aVerdict(), did, why: 'x', job: aJob(), cancelSentAtMs: nowMs }));
  const target = 'bigquery:analytics-prod';
  const untilMs = nowMs + minutes(10);
  const none = { targets: {}, observeUntilMs: 0 };

  test.each<[readonly End[], object]>([
    [[], {}],
    [['error'], { failures: 1, observeUntilMs: 0 }],
    [['forbidden', 'error'], { failures: 2, observeUntilMs: 0 }],
    [['error', 'error', 'error'], { failures: 0, observeUntilMs: untilMs }],
    [['error', 'error', 'error', 'error'], { failures: 1, observeUntilMs: untilMs }],
    [['error', 'error', 'error', 'cancelled'], { failures: 0, observeUntilMs: untilMs }],
    [['error', 'error', 'cancelled', 'error'], { failures: 1, observeUntilMs: 0 }],
    [['error', 'error', 'unconfirmed', 'error'], { failures: 0, observeUntilMs: untilMs }],
    [['error', 'error', 'finished-first', 'failed-by-itself', 'gone'], { failures: 2, observeUntilMs: 0 }],
    [['cancelled', 'unconfirmed', 'gone'], {}],
  ])('after %j is %j', (ends, expected) => {
    const { targets } = healthOf(none, of(...ends), nowMs);
    expect(targets[target] ?? {}).toEqual(expected);
  });

  test('is about cancels that were sent', () => {
    const unsent = of('error', 'error', 'error').map((one) => ({ ...one, cancelSentAtMs: undefined }));
    expect(healthOf(none, unsent, nowMs)).toEqual(none);
  });

  test('is forgotten once its time is over', () => {
    const before = { targets: { [target]: { failures: 0, observeUntilMs: nowMs } }, observeUntilMs: nowMs };
    expect(healthOf(before, [], nowMs - 1).targets).toEqual(before.targets);
    expect(healthOf(before, [], nowMs)).toEqual({ targets: {}, observeUntilMs: nowMs });
  });
});
