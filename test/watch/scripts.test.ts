import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, nowMs } from '../make.ts';
import { aWorld } from './a-world.ts';
import { byCancel, ignored, stopsAfter } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });

describe('a script', () => {
  const script = aJob({ id: 'parent', runTimeMs: hours(1), statementType: 'SCRIPT', children: 2 });
  const child = aJob({ id: 'child-1', parentId: 'parent', runTimeMs: hours(1) });
  const policy = { rules: [aRule({ match: { statementType: ['SCRIPT', 'SELECT'] } })] };

  test('is proved with its children: those that still run are cancelled as well, and only then is it confirmed', async () => {
    const world = aWorld({
      policy,
      jobs: [
        { job: script, onCancel: stopsAfter(400) },
        { job: child, onCancel: stopsAfter(700) },
      ],
    });
    const { outcomes } = await world.sweep();
    expect(world.cancelled()).toEqual(['parent', 'child-1']);
    expect(outcomes).toEqual({ cancelled: 1 });
    expect(world.calls('children')).toHaveLength(2);
  });

  test('is not called cancelled as long as a child runs', async () => {
    const world = aWorld({
      policy,
      jobs: [
        { job: script, onCancel: stopsAfter(400) },
        { job: child, onCancel: ignored },
      ],
    });
    const { outcomes } = await world.sweep();
    expect(outcomes).toEqual({ unconfirmed: 1 });
    expect(world.jobEvents('cancel.unconfirmed')[0]?.data.outcome?.why).toMatch(/1 of its child jobs still run/);
  });

  test('whose children end with it needs no second cancel', async () => {
    const world = aWorld({
      policy,
      jobs: [
        { job: script, onCancel: stopsAfter(400) },
        { job: child, endsAtMs: nowMs + 400 },
      ],
    });
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
    expect(world.cancelled()).toEqual(['parent']);
  });

  test('is never harmed by way of its children', async () => {
    const world = aWorld({ policy, jobs: [{ ...script, startedAtMs: nowMs - 1000 }, child] });
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
  });

  test('that the follow-up finds done is proved with its children too', async () => {
    const world = aWorld({
      policy,
      jobs: [
        { job: script, onCancel: stopsAfter(58_000) },
        { job: child, onCancel: stopsAfter(90_000) },
      ],
    });
    expect((await world.sweep()).outcomes).toEqual({ unconfirmed: 1 });
    const second = await world.sweepAgain();
    expect(second.outcomes).toEqual({});
    expect(second.troubles).toEqual([expect.stringMatching(/parent is done, but 1 of its child jobs still run/)]);
    expect(world.cancelled()).toEqual(['parent', 'child-1']);
    expect((await world.sweepAgain(180_000)).outcomes).toEqual({ cancelled: 1 });
  });

  test.each([
    ['a job without a known statement type', { statementType: undefined }, 1],
    ['a job that counts children', { children: 1 }, 1],
    ['a plain query', {}, 0],
  ])('%s is asked for children as often as it may have some', async (_, fields, asked) => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: { how: 'ends', afterMs: 0, end: byCancel, fields } }] });
    await world.sweep();
    expect(world.calls('children')).toHaveLength(asked);
  });

  test('has no child looked for where it is only observed', async () => {
    const world = aWorld({ setting: 'observe', policy, jobs: [script, child] });
    await world.sweep();
    expect(world.calls('children')).toEqual([]);
  });
});
