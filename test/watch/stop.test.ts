import { describe, expect, test } from 'vitest';
import type { HeldBack } from '../../shared/jobs/verdict.ts';
import { aJob, aRule, hours, minutes, nowMs, seconds } from '../make.ts';
import { aWorld, type Given, type TestWorld } from './a-world.ts';
import { stopsAfter } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const runaway = aJob({ runTimeMs: hours(1) });
const stopped: HeldBack = { by: 'stop', why: 'Every cancel is stopped by kim: the month-end close.' };
const between = (fromMs: number, untilMs: number) => (atMs: number) =>
  atMs >= nowMs + fromMs && atMs < nowMs + untilMs ? stopped : undefined;
const standstills = (world: TestWorld) =>
  world.notices('trouble').map(({ atMs, trouble }) => [Math.round((atMs - nowMs) / 60_000), trouble?.title]);

/** A world whose engine's clock is so far ahead of ours. */
function skewed(skewMs: () => number, given: Given = { jobs: [runaway] }): TestWorld {
  const world: TestWorld = aWorld({
    ...given,
    engines: async () => {
      const source = { ...world.engine.source, clockSkewMs: skewMs };
      return { sources: { bigquery: source }, cancellers: { bigquery: world.engine.canceller } };
    },
  });
  return world;
}

describe('the stop switch', () => {
  test('keeps every cancel from being planned while it is set, and says so on the verdict', async () => {
    const world = aWorld({ jobs: [runaway], stop: between(0, minutes(2)) });
    expect(await world.sweep()).toMatchObject({ heldBack: { stop: 1 }, outcomes: { 'held-back': 1 } });
    await world.sweepAgain();
    expect(world.jobEvents().map(({ data }) => data.heldBack)).toEqual([stopped]);
    expect(world.calls('cancel')).toEqual([]);
    expect(world.jobEvents('cancel.intended')).toEqual([]);
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('that cannot be read degrades the sweep: a stop that nobody ordered must not go unseen', async () => {
    const why = 'The stop switch cannot be read, so everything is stopped: [objects] no access';
    const world = aWorld({ jobs: [runaway], stop: () => ({ by: 'stop', why, unreadable: true }) });
    expect(await world.sweep()).toMatchObject({ status: 'degraded', heldBack: { stop: 1 }, troubles: [why] });
    expect(world.jobEvents().map(({ data }) => data.heldBack)).toEqual([{ by: 'stop', why }]);
  });

  test('is looked at again right before the cancel, also where that waits for its instant', async () => {
    const soon = aJob({ id: 'soon', runTimeMs: minutes(30) - seconds(30) });
    const world = aWorld({ jobs: [soon], stop: between(seconds(20), minutes(1)) });
    expect((await world.sweep()).heldBack).toEqual({ stop: 1 });
    expect(world.told()).toEqual(['cancel.intended soon', 'cancel.held-back soon']);
    expect(world.calls('cancel')).toEqual([]);
    expect(world.ledger.latest().attempts, 'what was not sent uses up no budget').toEqual([]);
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('keeps nobody from being warned, and lets observing go on', async () => {
    const rules = [
      aRule({ name: 'warns', action: 'warn', match: { labels: { env: 'dev' } } }),
      aRule({ mode: 'observe' }),
    ];
    const jobs = [runaway, { ...runaway, id: 'job-2', labels: { env: 'dev' } }];
    const world = aWorld({ jobs, policy: { rules }, stop: () => stopped });
    expect((await world.sweep()).outcomes).toMatchObject({ warned: 1, 'would-have-been-cancelled': 2 });
  });

  test('lets cancels that were sent be followed to their end, and leaves what they left behind alone', async () => {
    const rules = [aRule({ match: { statementType: ['SCRIPT'] } })];
    const script = { job: { ...runaway, id: 'parent', statementType: 'SCRIPT' }, onCancel: stopsAfter(seconds(58)) };
    const child = aJob({ id: 'child-1', parentId: 'parent' });
    const world = aWorld({ jobs: [script, child], policy: { rules }, stop: between(seconds(30), minutes(5)) });
    await world.sweep();
    for (let minute = 0; minute < 4; minute += 1) await world.sweepAgain();
    expect(world.cancelled()).toEqual(['parent']);
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['parent', 'child-1']);
  });

  test('is told to the operators once, again every four hours, and once that it is over', async () => {
    const world = aWorld({ stop: between(0, hours(9)) });
    await world.sweep();
    for (let quarter = 0; quarter < 44; quarter += 1) await world.sweepAgain(minutes(15));
    const reminders = [0, 240, 480].map((minute) => [minute, 'Nothing is cancelled at the moment']);
    expect(standstills(world)).toEqual([...reminders, [540, 'The order to stop every cancel is over']]);
    expect(world.notices('trouble')[0]?.trouble?.lines[0]).toBe(stopped.why);
    const keys = Object.keys(world.ledger.latest().troubles);
    expect(keys.filter((key) => key.includes('standstill'))).toEqual([]);
  });

  test('is told anew when it is set again', async () => {
    const twice = (atMs: number) => between(0, minutes(1))(atMs) ?? between(minutes(2), minutes(3))(atMs);
    const world = aWorld({ stop: twice });
    await world.sweep();
    for (let minute = 0; minute < 4; minute += 1) await world.sweepAgain();
    expect(standstills(world).map(([minute]) => minute)).toEqual([0, 1, 2, 3]);
  });
});

describe('a clock that is off', () => {
  test.each([60_001, -60_001, hours(3)])('by %i ms means that nothing is cancelled', async (skewMs) => {
    const world = skewed(() => skewMs);
    expect(await world.sweep()).toMatchObject({ heldBack: { clock: 1 }, outcomes: { 'held-back': 1 } });
    expect(world.jobEvents('cancel.intended')).toEqual([]);
    expect(world.jobEvents()[0]?.data.heldBack?.why).toMatch(/ s apart\.$/);
    expect(standstills(world)).toEqual([[0, 'Nothing is cancelled at the moment']]);
  });

  test.each([60_000, -60_000, 0])('by %i ms does not matter', async (skewMs) => {
    const world = skewed(() => skewMs);
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
  });

  test('is told once, and the cancel follows when it is right again', async () => {
    let skewMs = minutes(2);
    const world = skewed(() => skewMs);
    await world.sweep();
    await world.sweepAgain();
    skewMs = seconds(1);
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
    expect(standstills(world).map(([, title]) => title)).toEqual([
      'Nothing is cancelled at the moment',
      'Cancels are carried out again',
    ]);
  });

  test('also keeps what a cancelled job left behind from being cancelled', async () => {
    let skewMs = 0;
    const script = { ...runaway, id: 'parent', statementType: 'SCRIPT' };
    const world = skewed(() => skewMs, {
      jobs: [{ job: script, onCancel: stopsAfter(seconds(58)) }, aJob({ id: 'child-1', parentId: 'parent' })],
      policy: { rules: [aRule({ match: { statementType: ['SCRIPT'] } })] },
    });
    await world.sweep();
    skewMs = minutes(2);
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['parent']);
  });
});
