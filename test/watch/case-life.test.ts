import { describe, expect, test } from 'vitest';
import { caseId } from '../../shared/audit/event.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { sweep } from '../../functions/watch/watch.ts';
import type { World } from '../../functions/watch/world.ts';
import { aJob, aPolicy, aRule, gib, hours, minutes, nowMs, seconds } from '../make.ts';
import { aWorld, inForce, whoIsTold, type TestWorld } from './a-world.ts';
import { another } from './delivery.ts';
import { byCancel, denied, endsAfter, ignored, stopsAfter, succeeded } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const runaway = aJob({ runTimeMs: hours(1) });
const days = (count: number) => hours(24 * count);
const only = ({ cases }: LedgerDocument) => Object.values(cases)[0];
const sentAfter = (world: TestWorld) => world.calls('cancel').map(({ atMs }) => atMs - nowMs);

async function sweeps(world: TestWorld, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) await world.sweepAgain();
}

/** A sweep that breaks off once its plan is written and before its cancel is sent. */
async function crash({ world, engine, ledger }: TestWorld, sweepId: string): Promise<void> {
  const get: typeof engine.source.get = async (ref, budget) => {
    const { cases } = await ledger.document();
    if (Object.values(cases).some(({ plan }) => plan?.sweepId === sweepId)) throw new TypeError('the instance is gone');
    return engine.source.get(ref, budget);
  };
  const opened = { sources: { bigquery: { ...engine.source, get } }, cancellers: { bigquery: engine.canceller } };
  const broken: World = { ...world, engines: async () => opened };
  await expect(sweep(broken, sweepId)).rejects.toThrow('the instance is gone');
}

describe('a cancel that was planned and not heard of again', () => {
  test('belongs to the sweep that planned it until its time is over', async () => {
    const world = aWorld({ jobs: [runaway] });
    await crash(world, 'crashed');
    expect(only(world.ledger.latest())).toMatchObject({ state: 'planned', attempts: 1 });
    for (const atMs of [10, 30, 55.9].map(seconds)) {
      world.clock.advance(nowMs + atMs - world.clock.now());
      const { outcomes, jobsSeen } = await world.sweep();
      expect([jobsSeen, outcomes]).toEqual([1, {}]);
    }
    expect(world.calls('get')).toHaveLength(1);
    expect(world.cancelled()).toEqual([]);
  });

  test('is fetched, judged and attempted anew after that, under the next number', async () => {
    const world = aWorld({ jobs: [runaway] });
    await crash(world, 'crashed');
    world.clock.advance(seconds(56));
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
    const ids = world.jobEvents().map(({ id }) => id.slice(caseId(runaway).length + 1));
    // Published at least once: what was on its way when the sweep broke off comes again.
    expect([...new Set(ids)]).toEqual([
      'cancel.intended.long-queries.1',
      'cancel.intended.long-queries.2',
      'cancel.confirmed.long-queries.2',
    ]);
  });

  test('is attempted three times at most, and then people have to look', async () => {
    const world = aWorld({ jobs: [runaway] });
    for (const attempt of [1, 2, 3]) {
      await crash(world, `crashed-${attempt}`);
      world.clock.advance(minutes(1));
    }
    const { troubles } = await world.sweep();
    await sweeps(world, 10);
    expect(world.cancelled()).toEqual([]);
    expect(new Set(world.jobEvents('cancel.intended').map(({ data }) => data.attempt))).toEqual(new Set([1, 2, 3]));
    expect(troubles).toEqual([expect.stringMatching(/\(attempt 3\).*cancel it by hand/)]);
  });

  test('is withdrawn when the job breaks no rule any more', async () => {
    const allows = inForce(aPolicy({ ...whoIsTold, rules: [aRule({ limit: { runTime: '5h' } })] }));
    const world = aWorld({ jobs: [runaway], states: [inForce(aPolicy({ ...whoIsTold })), allows] });
    await crash(world, 'crashed');
    world.clock.advance(minutes(1));
    expect((await world.sweep()).outcomes).toEqual({ withdrawn: 1 });
    expect(only(world.ledger.latest())?.state).toBe('closed');
  });

  test.each([
    ['cancelled', byCancel],
    ['finished-first', succeeded],
  ])('is found to have %s, where the call had been sent all the same', async (did, end) => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: endsAfter(1000, end) }] });
    world.ledger.losing.add(2);
    await world.sweep();
    expect(only(await world.ledger.document())?.state).toBe('planned');
    expect((await world.sweepAgain()).outcomes).toEqual({ [did]: 1 });
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('is found again by another instance', async () => {
    const first = aWorld({ jobs: [runaway] });
    await crash(first, 'crashed');
    const second = await another(first, { jobs: [runaway] });
    expect((await second.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
    expect(second.jobEvents('cancel.confirmed')[0]?.data.attempt).toBe(2);
  });

  test('loses none of the notices that its sweep had for others', async () => {
    const other = aJob({ id: 'other', runTimeMs: hours(1) });
    const world = aWorld({ jobs: [{ job: other, onCancel: stopsAfter(seconds(58)) }] });
    await world.sweep();
    world.engine.put({ job: runaway });
    world.clock.advance(minutes(1));
    await crash(world, 'crashed');
    await world.sweepAgain(minutes(2));
    const told = world
      .notices('followed-up')
      .flatMap(({ id, jobs }) => jobs.map((job) => `${id} ${job.id} ${job.did}`));
    expect([...new Set(told)]).toEqual([expect.stringMatching(/ other cancelled$/)]);
  });
});

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
