import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from './a-world.ts';
import { another, deliver } from './delivery.ts';

// Synthetic: no such project, person, job or policy exists.

const day = hours(24);
const runaway = aJob({ runTimeMs: hours(1) });
type Written = NonNullable<WrittenPolicy['exemptions']>[number];

const exempt = (expires: string, fields: Partial<Written> = {}): WrittenPolicy => ({
  exemptions: [
    {
      match: { principal: 'sam@example.com' },
      reason: 'year-end close',
      approvedBy: 'cfo@example.com',
      expires,
      ...fields,
    },
  ],
});
/** On which days after the first one operators were told of an exemption, and the first line of it. */
const told = (world: TestWorld) =>
  world
    .notices('trouble')
    .filter(({ trouble }) => trouble?.title.startsWith('An exemption ends'))
    .map(({ atMs, trouble }) => [Math.floor((atMs - nowMs) / day), trouble?.lines[0]] as const);

async function sweepFor(world: TestWorld, days: number, everyMs = hours(1)): Promise<void> {
  await world.sweep();
  for (let atMs = 0; atMs < days * day; atMs += everyMs) await world.sweepAgain(everyMs);
}

describe('the end of an exemption', () => {
  test('is told 14, 7 and 1 days before, once each', async () => {
    // The tests begin on 2026-03-11, at 10:00.
    const world = aWorld({ policy: exempt('2026-03-27') });
    await sweepFor(world, 20);
    expect(told(world).map(([afterDays]) => afterDays)).toEqual([1, 8, 14]);
    expect(told(world).map(([, line]) => line)).toEqual(
      [14, 7, 1].map((left) =>
        expect.stringMatching(
          new RegExp(`^"year-end close", approved by cfo@example.com, ends in ${left} days?, at the`),
        ),
      ),
    );
    expect(world.notices('trouble')[0]?.trouble?.title).toBe('An exemption ends on 2026-03-27');
  });

  test('is told once for the line that was passed, when somebody begins to watch later', async () => {
    const world = aWorld({ policy: exempt('2026-03-20') });
    await sweepFor(world, 1);
    expect(told(world)).toEqual([[0, expect.stringMatching(/ends in 9 days/)]]);
    const second = await another(world, { policy: exempt('2026-03-20') });
    await second.sweepAgain();
    expect(told(second)).toEqual([]);
  });

  test.each(['2026-03-26', '2026-03-10'])('is not told earlier than that, nor afterwards: %s', async (expires) => {
    const world = aWorld({ policy: exempt(expires) });
    await world.sweep();
    expect(told(world)).toEqual([]);
  });

  test('is told on the last day too, to who begins to watch then', async () => {
    const world = aWorld({ policy: exempt('2026-03-11') });
    await sweepFor(world, 0.5);
    expect(told(world)).toEqual([[0, expect.stringMatching(/ends in 0 days/)]]);
  });

  test('is told by the calendar of the policy', async () => {
    const world = aWorld({ policy: { ...exempt('2026-03-26'), timezone: 'Pacific/Kiritimati' } });
    await world.sweep();
    expect(told(world)).toEqual([[0, expect.stringMatching(/ends in 14 days/)]]);
  });
});

describe('an exemption that has expired', () => {
  test('makes a warning of the cancel for seven days: the owner is told, once', async () => {
    const world = aWorld({ jobs: [runaway], policy: exempt('2026-03-10') });
    expect((await world.sweep()).outcomes).toEqual({ warned: 1 });
    for (let minute = 0; minute < 5; minute += 1) await world.sweepAgain();
    expect(world.cancelled()).toEqual([]);
    expect(world.told()).toEqual(['job.warned job-1']);
    const [notice] = world.notices();
    expect(notice).toMatchObject({ phase: 'warned', owner: { name: 'sam@example.com' } });
    expect(notice?.jobs[0]?.why).toMatch(/^Its exemption expired on 2026-03-10; for 7 days after that/);
    expect(notice?.jobs[0]?.next).not.toMatch(/only warns/);
  });

  test('no longer does after them', async () => {
    const world = aWorld({ jobs: [runaway], policy: exempt('2026-03-04') });
    expect((await world.sweep()).outcomes).toEqual({ warned: 1 });
    await world.sweepAgain(day);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('does not at all where it says cancel', async () => {
    const world = aWorld({ jobs: [runaway], policy: exempt('2026-03-10', { afterExpiry: 'cancel' }) });
    await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('holds the cancel back, and tells nobody, on its last day', async () => {
    const world = aWorld({ jobs: [runaway], policy: exempt('2026-03-11') });
    expect((await world.sweep()).outcomes).toEqual({ 'held-back': 1 });
    expect(world.notices('warned')).toEqual([]);
  });

  test('leaves what it may be about alone: a match that is not certain is held back without a message', async () => {
    const policy = exempt('2026-03-10', { match: { labels: { team: 'close' } } });
    const world = aWorld({ jobs: [{ ...runaway, labels: undefined }], policy });
    expect((await world.sweep()).outcomes).toEqual({ 'held-back': 1 });
    expect(world.notices('warned')).toEqual([]);
  });

  test('counts as told for the grace of its rule: the owner was, and had days', async () => {
    const policy = { ...exempt('2026-03-04'), rules: [aRule({ grace: '10m' })] };
    const world = aWorld({ jobs: [runaway], policy });
    await world.sweep();
    await deliver(world);
    await world.sweepAgain(hours(13.9));
    expect(world.cancelled(), 'on the evening of the last of the seven days').toEqual([]);
    await world.sweepAgain(minutes(10));
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('only warns in force: who observes says what would have been done', async () => {
    const world = aWorld({ jobs: [runaway], setting: 'observe', policy: exempt('2026-03-10') });
    expect((await world.sweep()).outcomes).toEqual({ 'would-have-been-warned': 1 });
    await world.sweepAgain();
    expect(world.told()).toEqual(['warn.would-have job-1']);
    expect(world.notices().map(({ phase, owner }) => [phase, owner.name])).toEqual([['would-have', 'operators']]);
  });
});
