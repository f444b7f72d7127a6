import { describe, expect, test } from 'vitest';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { aJob, aPolicy, aRule, gib, hours, minutes, nowMs, seconds, type WrittenPolicy } from '../make.ts';
import { aWorld, inForce, whoIsTold, type TestWorld } from './a-world.ts';
import { byCancel, denied, ignored, stopsAfter, succeeded } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const runaway = aJob({ runTimeMs: hours(1) });
const days = (count: number) => hours(24 * count);
const only = ({ cases }: LedgerDocument) => Object.values(cases)[0];
const sentAfter = (world: TestWorld) => world.calls('cancel').map(({ atMs }) => atMs - nowMs);

async function sweeps(world: TestWorld, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) await world.sweepAgain();
}

describe('a cancel that was sent', () => {
  test('and not confirmed is no new offence for a rule on trial either: the story ends with the cancel', async () => {
    const trial = aRule({ name: 'trial', mode: 'observe', limit: { runTime: '20m' } });
    const world = aWorld({
      jobs: [{ job: runaway, onCancel: stopsAfter(seconds(90)) }],
      policy: { rules: [trial, aRule()] },
    });
    await world.sweep();
    await sweeps(world, 5);
    const ends = world.jobEvents('cancel.confirmed').map(({ data }) => [data.rule.name, data.mode.effective]);
    expect(ends).toEqual([['long-queries', 'enforce']]);
    expect(only(world.ledger.latest())?.state).toBe('closed');
  });

  test('and forbidden is repeated every hour as long as the rule is in force, and ends with the job', async () => {
    const observes = inForce(aPolicy({ ...whoIsTold, mode: 'observe' }));
    const enforces = Array.from({ length: 70 }, () => inForce(aPolicy({ ...whoIsTold })));
    const world = aWorld({ jobs: [{ job: runaway, onCancel: denied }], states: [...enforces, observes] });
    await world.sweep();
    await sweeps(world, 130);
    expect(sentAfter(world)).toHaveLength(2);
    world.engine.finish('job-1');
    await sweeps(world, 5);
    expect(world.told().filter((name) => name.startsWith('case.'))).toEqual(['case.ended job-1']);
    expect(only(world.ledger.latest())?.state).toBe('closed');
  });

  test('is not taken for that of another job that has its id by now', async () => {
    const job = { ...runaway, statementType: 'SCRIPT' };
    const rules = [aRule({ match: { statementType: ['SCRIPT'] } })];
    const world = aWorld({ jobs: [{ job, onCancel: ignored }], policy: { rules } });
    await world.sweep();
    const again = { ...job, createdAtMs: nowMs, startedAtMs: nowMs, principal: 'kim@example.com' };
    world.engine.put({ job: { ...again, state: 'done', end: byCancel } });
    world.engine.put({ job: aJob({ id: 'child-of-another', parentId: 'job-1' }) });
    expect((await world.sweepAgain()).outcomes).toEqual({ gone: 1 });
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

describe('what a cancelled script left behind', () => {
  const rules = [aRule({ match: { statementType: ['SCRIPT'] } })];
  const script = { job: { ...runaway, id: 'parent', statementType: 'SCRIPT' }, onCancel: stopsAfter(seconds(58)) };
  const jobs = [script, aJob({ id: 'child-1', parentId: 'parent' })];
  const meant = { ...whoIsTold, rules };

  test.each<[string, WrittenPolicy, readonly string[]]>([
    ['is cancelled as long as that is meant', meant, ['parent', 'child-1']],
    ['is left alone when it is protected by then', { ...meant, protect: { principals: '*@example.com' } }, ['parent']],
    ['is left alone when its rule is gone by then', { ...meant, rules: [aRule({ name: 'other' })] }, ['parent']],
  ])('%s', async (_, written, cancelled) => {
    const world = aWorld({ jobs, states: [inForce(aPolicy(meant)), inForce(aPolicy(written))] });
    await world.sweep();
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(cancelled);
  });
});

describe('a job that goes on after three cancels', () => {
  test('is left to people: the operators are told once, again after four hours, and not when it is over', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: ignored }] });
    await world.sweep();
    await sweeps(world, 260);
    const told = world.notices('trouble').map(({ atMs, trouble }) => [(atMs - nowMs) / minutes(1), trouble?.title]);
    const title = 'A job goes on after 3 cancels';
    expect(told).toEqual([
      [12, title],
      [252, title],
    ]);
    expect(world.notices('trouble')[0]?.trouble?.lines.join(' ')).toMatch(
      /job-1 .* rule long-queries.*cancel it by hand/,
    );
    expect(world.cancelled()).toHaveLength(3);
    world.engine.finish('job-1', byCancel);
    await sweeps(world, 2);
    expect(world.told().at(-1)).toBe('cancel.confirmed job-1');
    expect(Object.keys(world.ledger.latest().troubles)).toEqual([]);
  });
});

describe('a job that was only reported', () => {
  const grown = { bytesProcessed: gib(900), slotMs: hours(99) };
  const observing = { setting: 'observe' as const, jobs: [runaway] };

  test('is followed to its end, with its final numbers, also where its cancel was only observed', async () => {
    const world = aWorld(observing);
    await world.sweep();
    world.engine.put({ job: { ...runaway, ...grown, state: 'done', end: succeeded, endedAtMs: nowMs + seconds(30) } });
    expect((await world.sweepAgain()).outcomes).toEqual({ ended: 1 });
    const [ended] = world.jobEvents('case.ended');
    expect(ended?.data.spent).toMatchObject({
      bytesProcessed: gib(900),
      slotHours: 99,
      runTimeMs: hours(1) + seconds(30),
    });
    expect(ended?.data.result).toEqual({ how: 'succeeded' });
    expect(ended?.data.mode.effective).toBe('observe');
  });

  test('is withdrawn with the numbers it had by then, and ends there', async () => {
    const rule = aRule({ action: 'warn', match: { labels: { env: 'dev' } } });
    const world = aWorld({ jobs: [{ ...runaway, labels: { env: 'dev' } }], policy: { rules: [rule] } });
    await world.sweep();
    world.engine.put({ job: { ...runaway, ...grown } });
    expect((await world.sweepAgain()).outcomes).toEqual({ withdrawn: 1 });
    expect(world.jobEvents('case.withdrawn')[0]?.data.spent).toMatchObject({ bytesProcessed: gib(900), slotHours: 99 });
    await sweeps(world, 3);
    expect(world.told()).toEqual(['job.warned job-1', 'case.withdrawn job-1']);
  });

  test('ends as well when the engine no longer knows it', async () => {
    const world = aWorld(observing);
    await world.sweep();
    world.engine.put({ job: { ...runaway, state: 'done' }, look: 'gone' });
    expect((await world.sweepAgain()).outcomes).toEqual({ ended: 1 });
    expect(world.jobEvents('case.ended')[0]?.data.outcome?.why).toMatch(/no longer knows/);
  });

  test('has a number of its own for every event, however often it comes and goes', async () => {
    const rule = aRule({ grace: '10m', match: { labels: { env: 'dev' } } });
    const world = aWorld({ jobs: [{ ...runaway, labels: { env: 'dev' } }], policy: { rules: [rule] } });
    await world.sweep();
    for (const env of ['prod', 'dev', 'prod', 'dev', 'prod']) {
      world.engine.put({ job: { ...runaway, labels: { env } } });
      await world.sweepAgain();
    }
    const events = world.jobEvents();
    expect(events).toHaveLength(6);
    expect(new Set(events.map(({ id }) => id)).size).toBe(6);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('the ledger', () => {
  test('forgets a closed case after 14 days, and not before', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(0) }] });
    await world.sweep();
    await world.sweepAgain(days(14) - minutes(1));
    expect(Object.keys(world.ledger.latest().cases)).toHaveLength(1);
    await world.sweepAgain(hours(2));
    expect(world.ledger.latest()).toMatchObject({ cases: {}, attempts: [], outbox: [] });
  });

  test('is bounded, however long the sweeps go on', async () => {
    const world = aWorld();
    const sizes: number[] = [];
    for (let count = 0; count < 160; count += 1) {
      const atMs = world.clock.now();
      world.engine.put({
        job: { ...runaway, id: `job-${count}`, createdAtMs: atMs - hours(1), startedAtMs: atMs - hours(1) },
      });
      await world.sweepAgain(hours(6));
      sizes.push(JSON.stringify(world.ledger.latest()).length);
    }
    expect(world.cancelled()).toHaveLength(160);
    expect(Object.keys(world.ledger.latest().cases).length).toBeLessThanOrEqual(57);
    expect(world.ledger.latest().attempts.length).toBeLessThanOrEqual(29);
    expect(Math.max(...sizes.slice(60))).toBeLessThan(1.1 * (sizes[60] ?? 0));
  });
});
