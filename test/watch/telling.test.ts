import { describe, expect, test } from 'vitest';
import { aJob, aPolicy, aRule, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld, inForce, whoIsTold, type Given, type TestWorld } from './a-world.ts';
import { another, deliver } from './delivery.ts';

// Synthetic: no such project, person, job or policy exists.

const late = aJob({ runTimeMs: minutes(31) });
const warns = { rules: [aRule({ action: 'warn' })] };
const patient = { rules: [aRule({ grace: '10m' })] };

async function until(world: TestWorld, untilMs: number, everyMs = minutes(15)): Promise<void> {
  while (world.clock.now() - nowMs < untilMs) await world.sweepAgain(everyMs);
}

const hoursOf = (world: TestWorld, phase: 'warned' | 'would-have') =>
  world.notices(phase).map(({ atMs }) => Math.round((atMs - nowMs) / hours(1)));

describe('a warning that stands', () => {
  test('is repeated every four hours, as a reminder, and recorded each time', async () => {
    const world = aWorld({ jobs: [late], policy: warns });
    await world.sweep();
    await until(world, hours(9));
    expect(hoursOf(world, 'warned')).toEqual([0, 4, 8]);
    expect(world.notices('warned').map(({ jobs }) => jobs[0]?.repeated ?? false)).toEqual([false, true, true]);
    expect(world.told()).toEqual(Array(3).fill('job.warned job-1'));
    expect(new Set(world.jobEvents().map(({ id }) => id)).size).toBe(3);
  });

  test('is repeated as often as the policy says, also by another instance', async () => {
    const given: Given = { jobs: [late], policy: { ...warns, notices: { repeat: '1h' } } };
    const first = aWorld(given);
    await first.sweep();
    const second = await another(first, given);
    await until(second, hours(2.5));
    expect(hoursOf(second, 'warned')).toEqual([1, 2]);
  });

  test('is over with its job', async () => {
    const world = aWorld({ jobs: [late], policy: warns });
    await world.sweep();
    world.engine.finish('job-1');
    await until(world, hours(9));
    expect(world.notices('warned')).toHaveLength(1);
  });

  test('is not repeated where it is only observed', async () => {
    const world = aWorld({ jobs: [late], policy: { ...warns, mode: 'observe' } });
    await world.sweep();
    await until(world, hours(9));
    expect(world.told()).toEqual(['warn.would-have job-1']);
  });
});

describe('what follows a warning', () => {
  test('names the notice of the warning, so that it stands in its thread', async () => {
    const world = aWorld({ jobs: [late], policy: patient });
    await world.sweep();
    await deliver(world);
    await until(world, minutes(15), minutes(1));
    const [warned, cancelled] = world.notices();
    expect(warned).toMatchObject({ phase: 'warned' });
    expect(warned?.follows).toBeUndefined();
    expect(cancelled).toMatchObject({ phase: 'cancelled', follows: warned?.id });
  });

  test('of many jobs warned of together is one notice as well', async () => {
    const ids = Array.from({ length: 4 }, (_, index) => `job-${index}`);
    const policy: WrittenPolicy = { ...patient, budget: { perSweep: 20 } };
    const world = aWorld({ jobs: ids.map((id) => ({ ...late, id })), policy });
    await world.sweep();
    await deliver(world);
    await until(world, minutes(15), minutes(1));
    expect(world.notices().map(({ phase, jobs }) => [phase, jobs.length])).toEqual([
      ['warned', 4],
      ['cancelled', 4],
    ]);
  });
});

describe('what is only observed', () => {
  test('is told to the operators once a day, with all that came since', async () => {
    const wide: WrittenPolicy = {
      budget: { perSweep: 99, perHour: 99, perOwnerPerHour: 99 },
      breaker: { maxCancels: 99, minJobs: 999 },
    };
    const world = aWorld({ jobs: [late], policy: { mode: 'observe', ...wide } });
    await world.sweep();
    for (let hour = 1; hour < 50; hour += 1) {
      if (hour < 20) world.engine.put({ job: { ...late, id: `job-${hour + 1}` } });
      await world.sweepAgain(hours(1));
    }
    expect(hoursOf(world, 'would-have')).toEqual([0, 24]);
    expect(world.notices('would-have')[1]).toMatchObject({ moreJobs: 9, counts: { 'would-have-been-cancelled': 19 } });
  });

  test('is collected by another instance as well', async () => {
    const first = aWorld({ jobs: [late], policy: { mode: 'observe' } });
    await first.sweep();
    const jobs = [late, { ...late, id: 'job-2' }];
    const second = await another(first, { jobs, policy: { mode: 'observe' } });
    await second.sweepAgain(hours(1));
    expect(second.notices()).toEqual([]);
    await second.sweepAgain(hours(24));
    expect(second.notices('would-have').map(({ jobs: named }) => named.map(({ id }) => id))).toEqual([['job-2']]);
  });
});

describe('silences', () => {
  const silenced = (rules: WrittenPolicy['rules']): WrittenPolicy => ({
    rules,
    silences: [{ match: { rule: 'long-queries' }, reason: 'known', author: 'sam@example.com', until: '2026-03-20' }],
  });

  test('mute the message and keep the record', async () => {
    const world = aWorld({ jobs: [late], policy: silenced([aRule({ action: 'warn' })]) });
    await world.sweep();
    expect(world.told()).toEqual(['job.warned job-1']);
    expect(world.notices()).toEqual([]);
  });

  test('do not keep an owner from hearing of a cancel to come', async () => {
    const world = aWorld({ jobs: [late], policy: silenced([aRule({ grace: '10m' })]) });
    await world.sweep();
    await deliver(world);
    await until(world, minutes(15), minutes(1));
    expect(world.notices().map(({ phase }) => phase)).toEqual(['warned']);
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

describe('lookups', () => {
  const bi = { ...late, principal: 'bi@prod.iam.gserviceaccount.com', labels: { 'looker-context-user_id': '17' } };
  const owners = { lookups: { 'looker-context-user_id': 'looker-users.csv' }, fallback: { slack: '#data-unowned' } };
  const policy: WrittenPolicy = { ...whoIsTold, owners };

  function worldWith(file: () => string | undefined) {
    const world = aWorld({ jobs: [bi], states: [inForce(aPolicy(policy))] });
    const beside = async (name: string) => {
      const text = file();
      return text === undefined ? { unreadable: `there is no ${name}` } : { bytes: new TextEncoder().encode(text) };
    };
    return { ...world, run: world, put: Object.assign(world.world.policy, { beside }) };
  }

  test('find the person behind a client, and the event says by which file', async () => {
    const { run } = worldWith(() => '17,kim@example.com');
    await run.sweep();
    const owner = run.jobEvents('cancel.confirmed')[0]?.data.owner;
    expect(owner).toMatchObject({
      name: 'kim@example.com',
      foundBy: 'lookup of looker-context-user_id in looker-users.csv',
    });
  });

  test.each<[string, string | undefined, RegExp]>([
    ['cannot be read', undefined, /cannot be read: there is no looker-users\.csv/],
    ['is wrong in part', '17\n18,kim@example.com', /Line 1: There are not exactly two fields/],
  ])('a file that %s stops no sweep, and is said, in the end to the operators', async (_title, text, says) => {
    const { run } = worldWith(() => text);
    const summary = await run.sweep();
    expect(summary.outcomes).toEqual({ cancelled: 1 });
    expect(summary.troubles).toEqual([expect.stringMatching(says)]);
    expect(run.jobEvents('cancel.confirmed')[0]?.data.owner?.name).toBe('fallback');
    await until(run, minutes(5), minutes(1));
    expect(run.notices('trouble').map(({ trouble }) => trouble?.title)).toEqual([
      'The lookup looker-users.csv is not right',
    ]);
  });
});
