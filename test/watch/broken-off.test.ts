import { describe, expect, test } from 'vitest';
import { caseId } from '../../shared/audit/event.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { sweep } from '../../functions/watch/watch.ts';
import type { World } from '../../functions/watch/world.ts';
import { aJob, aPolicy, aRule, hours, minutes, nowMs, seconds } from '../make.ts';
import { aWorld, inForce, whoIsTold, type TestWorld } from './a-world.ts';
import { another } from './delivery.ts';
import { byCancel, endsAfter, stopsAfter, succeeded } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const runaway = aJob({ runTimeMs: hours(1) });
const only = ({ cases }: LedgerDocument) => Object.values(cases)[0];

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
    for (const atMs of [10, 30, 56.9].map(seconds)) {
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
    world.clock.advance(seconds(57));
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
