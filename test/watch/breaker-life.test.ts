import { describe, expect, test } from 'vitest';
import { eventName } from '../../shared/audit/event.ts';
import { aJob, aRule, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from './a-world.ts';
import { another } from './delivery.ts';
import { ignored, type MemoryJob } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const over = (id: string, fields = {}): MemoryJob => ({ job: aJob({ id, runTimeMs: hours(1), ...fields }) });
const many = (count: number, prefix = 'job') => Array.from({ length: count }, (_, index) => over(`${prefix}-${index}`));
const wide = { perSweep: 100, perHour: 100, perOwnerPerHour: 100, pastBreaker: 2 };
const atMost = (maxCancels: number): WrittenPolicy => ({ breaker: { maxCancels, maxShare: '100%' }, budget: wide });
const budgetOf = (budget: WrittenPolicy['budget']): WrittenPolicy => ({
  breaker: { maxCancels: 100, maxShare: '100%' },
  budget: { ...wide, ...budget },
});

/** Puts the job of each minute, sweeps, and says how many cancels were sent in it. */
async function sentPerSweep(world: TestWorld, count: number, prefix = 'new'): Promise<readonly number[]> {
  const sent: number[] = [];
  for (let minute = 0; minute < count; minute += 1) {
    const before = world.cancelled().length;
    for (const job of many(2, `${prefix}-${minute}`)) world.engine.put(job);
    await world.sweepAgain();
    sent.push(world.cancelled().length - before);
  }
  return sent;
}

const breakers = (world: TestWorld) => world.told().filter((name) => name.startsWith('breaker.'));
const closeByHand = async ({ ledger }: TestWorld, atMs: number) => {
  const { document, generation } = await ledger.read();
  await ledger.swap({ ...document, breakerClosed: { atMs, reason: 'the backfill is meant to stop' } }, generation);
};

describe('the budgets of an hour', () => {
  test('count over sweeps, and are there again an hour later', async () => {
    const world = aWorld({ policy: budgetOf({ perHour: 5 }) });
    expect(await sentPerSweep(world, 4)).toEqual([2, 2, 1, 0]);
    expect((await world.sweepAgain()).heldBack).toEqual({ budget: 3 });
    await world.sweepAgain(hours(1));
    expect(world.cancelled()).toHaveLength(8);
  });

  test('count over restarts', async () => {
    const given = { policy: budgetOf({ perHour: 3 }) };
    const first = aWorld(given);
    expect(await sentPerSweep(first, 1)).toEqual([2]);
    expect(await sentPerSweep(await another(first, given), 2, 'second')).toEqual([1, 0]);
  });

  test('are of each owner too, whatever the others use', async () => {
    const world = aWorld({ policy: budgetOf({ perOwnerPerHour: 3 }) });
    expect(await sentPerSweep(world, 3)).toEqual([2, 1, 0]);
    world.engine.put(over('of-kim', { principal: 'kim@example.com' }));
    await world.sweepAgain();
    expect(world.cancelled().at(-1)).toBe('of-kim');
  });

  test('are those of the team that owns the jobs, not of each of its principals', async () => {
    const policy = { ...budgetOf({ perOwnerPerHour: 2 }), owners: { principals: { '*@example.com': 'data' } } };
    const teams = { ...policy, owners: { ...policy.owners, teams: { data: { slack: '#data' } } } };
    const jobs = ['a', 'b', 'c'].map((id) => over(id, { principal: `${id}@example.com` }));
    const world = aWorld({ jobs, policy: teams });
    await world.sweep();
    expect(world.cancelled()).toHaveLength(2);
  });

  test('are used up by each attempt, also by those that had no effect', async () => {
    const world = aWorld({ jobs: [{ ...over('job-1'), onCancel: ignored }], policy: budgetOf({ perHour: 2 }) });
    await world.sweep();
    for (let minute = 0; minute < 10; minute += 1) await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(2);
  });

  test('are not used up by what was held back at its last look', async () => {
    const look = [{}, { labels: { jobwarden: 'keep' } }];
    const optOut = { label: 'jobwarden=keep', allowedFor: '*', upTo: { runTime: '9h' } };
    const world = aWorld({ jobs: [{ ...over('kept'), look }], policy: { ...budgetOf({ perHour: 1 }), optOut } });
    expect((await world.sweep()).outcomes).toEqual({ 'held-back': 1 });
    expect(await sentPerSweep(world, 1)).toEqual([1]);
  });

  test('are not used up by observing', async () => {
    const world = aWorld({ setting: 'observe', jobs: many(5), policy: budgetOf({ perHour: 2 }) });
    await world.sweep();
    expect(world.ledger.latest().attempts).toEqual([]);
    expect((await world.sweepAgain()).outcomes).toMatchObject({ 'would-have-been-cancelled': 4 });
  });
});

describe('a rule that may act past the breaker', () => {
  const rules = [
    aRule({ name: 'huge', pastBreaker: true, match: { labels: { size: 'huge' } } }),
    aRule({ match: { labels: { size: 'absent' } } }),
  ];
  const huge = (id: string) => over(id, { labels: { size: 'huge' } });

  test('does so, within its own budget of an hour, while the others are held back', async () => {
    const jobs = [...many(4), ...['a', 'b', 'c'].map(huge)];
    const world = aWorld({ jobs, policy: { ...atMost(3), rules } });
    expect(await world.sweep()).toMatchObject({ breaker: { open: true }, heldBack: { breaker: 5 } });
    expect([...world.cancelled()].toSorted()).toEqual(['a', 'b']);
    for (let minute = 0; minute < 59; minute += 1) await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(2);
    await world.sweepAgain();
    await world.sweepAgain();
    expect(world.cancelled().at(-1)).toBe('c');
    expect(world.cancelled()).toHaveLength(3);
  });

  test('does not use that budget while the breaker is closed, or closed by hand', async () => {
    const world = aWorld({ jobs: ['a', 'b', 'c'].map(huge), policy: { ...atMost(3), rules } });
    await world.sweep();
    expect(world.ledger.latest().attempts.map(({ pastBreaker }) => pastBreaker)).toEqual([false, false, false]);
    for (const job of many(4)) world.engine.put(job);
    await closeByHand(world, world.clock.now());
    await world.sweepAgain();
    expect(world.ledger.latest().attempts.filter(({ pastBreaker }) => pastBreaker)).toEqual([]);
    expect(world.cancelled()).toHaveLength(7);
  });

  test('is bound by the other budgets too', async () => {
    const policy = { ...atMost(1), rules, budget: { ...wide, perHour: 1 } };
    const world = aWorld({ jobs: ['a', 'b', 'c'].map(huge), policy });
    await world.sweep();
    expect(world.cancelled()).toHaveLength(1);
  });
});

describe('the breaker', () => {
  test('is told once when it opens and once when it closes, with a reminder every four hours', async () => {
    const world = aWorld({ jobs: many(4), policy: atMost(3) });
    await world.sweep();
    for (let quarter = 0; quarter < 36; quarter += 1) await world.sweepAgain(minutes(15));
    world.engine.finish('job-0');
    await world.sweepAgain(minutes(15));
    await world.sweepAgain();
    expect(breakers(world)).toEqual(['breaker.opened', 'breaker.closed']);
    const reminders = world.notices('trouble').map(({ atMs }) => Math.round((atMs - nowMs) / hours(1)));
    expect(reminders).toEqual([0, 4, 8, 9]);
    expect(world.notices('trouble').map(({ trouble }) => trouble?.isOver === true)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(world.cancelled()).toHaveLength(3);
  });

  test('stays open from one instance to another, and is not told again', async () => {
    const given = { jobs: many(4), policy: atMost(3) };
    const first = aWorld(given);
    await first.sweep();
    const second = await another(first, given);
    await second.sweepAgain();
    expect(breakers(second)).toEqual([]);
    expect(second.notices('trouble')).toEqual([]);
    expect(second.cancelled()).toEqual([]);
  });
});

describe('a breaker that was closed by hand', () => {
  test('lets one sweep through, and is open again in the next', async () => {
    const world = aWorld({ jobs: many(4), policy: atMost(3) });
    await world.sweep();
    await closeByHand(world, world.clock.now());
    await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(4);
    expect(world.ledger.latest().breakerClosed).toBeUndefined();
    for (const job of many(4, 'more')) world.engine.put(job);
    expect(await world.sweepAgain()).toMatchObject({ heldBack: { breaker: 4 } });
    expect(world.cancelled()).toHaveLength(4);
    expect(breakers(world)).toEqual(['breaker.opened', 'breaker.closed', 'breaker.opened']);
    const closed = world.trail.events.find(({ type }) => eventName(type) === 'breaker.closed');
    expect(JSON.stringify(closed)).toMatch(/the backfill is meant to stop/);
  });

  test('waits for the sweep that needs it', async () => {
    const world = aWorld({ jobs: many(2), policy: atMost(3) });
    await closeByHand(world, nowMs);
    await world.sweep();
    expect(world.ledger.latest().breakerClosed).toBeDefined();
    for (const job of many(4, 'more')) world.engine.put(job);
    await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(6);
    expect(world.ledger.latest().breakerClosed).toBeUndefined();
  });

  test('is used up by the plan: a sweep that breaks off does not let a second one through', async () => {
    const world = aWorld({ jobs: many(4), policy: atMost(3) });
    await closeByHand(world, nowMs);
    world.ledger.losing.add(3);
    await world.sweep();
    expect(world.cancelled()).toHaveLength(4);
    expect((await world.ledger.document()).breakerClosed).toBeUndefined();
  });

  test('keeps its budgets', async () => {
    const world = aWorld({ jobs: many(9), policy: { ...atMost(3), budget: { ...wide, perSweep: 2 } } });
    await closeByHand(world, nowMs);
    expect((await world.sweep()).heldBack).toEqual({ budget: 7 });
    expect(world.cancelled()).toHaveLength(2);
  });
});
