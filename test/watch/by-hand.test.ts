import { describe, expect, test } from 'vitest';
import { breakerData, stopData } from '../../shared/audit/sweep-data.ts';
import type { Stopped } from '../../shared/ledger/stop.ts';
import { aJob, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from './a-world.ts';

const runaway = (id: string) => aJob({ id, runTimeMs: hours(1) });
const many = (count: number) => Array.from({ length: count }, (_, index) => runaway(`job-${index}`));
const named = (world: TestWorld, name: string) =>
  world.trail.events.filter(({ type }) => type === `dev.jobwarden.${name}.v1`);

describe('an order to stop', () => {
  const order = { until: new Date(nowMs + hours(4)).toISOString(), reason: 'The month is being closed', by: 'ana' };
  const stopped: Stopped = { by: 'stop', why: `Every cancel is stopped by ana until ${order.until}.`, order };
  const during =
    (fromMs: number, toMs: number, what: Stopped = stopped) =>
    (atMs: number) =>
      atMs >= nowMs + fromMs && atMs < nowMs + toMs ? what : undefined;

  test('is recorded when it appears and when it is gone, with until when, why and by whom', async () => {
    const world = aWorld({ jobs: [runaway('job-1')], stop: during(minutes(1), minutes(4)) });
    world.engine.finish('job-1');
    for (let sweep = 0; sweep < 7; sweep += 1) await world.sweepAgain();
    expect(world.told()).toEqual(['stop.set', 'stop.cleared']);
    const [set] = named(world, 'stop.set');
    expect(set).toMatchObject({ severity: 'WARNING', subject: 'stop' });
    expect(stopData.parse(set?.data)).toMatchObject(order);
    const cleared = stopData.parse(named(world, 'stop.cleared')[0]?.data);
    expect(cleared).toMatchObject({ since: new Date(nowMs + minutes(1)).toISOString() });
    expect([cleared.reason, cleared.until]).toEqual([undefined, undefined]);
  });

  test('holds every cancel back as long as it stands, and none after it', async () => {
    const world = aWorld({ jobs: [runaway('job-1')], stop: during(0, minutes(2)) });
    expect((await world.sweep()).heldBack).toEqual({ stop: 1 });
    await world.sweepAgain();
    expect(world.cancelled()).toEqual([]);
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(world.jobEvents('cancel.held-back').map(({ data }) => data.heldBack)).toEqual([
      { by: 'stop', why: stopped.why },
    ]);
  });

  test('stands in the ledger with its reason only, not in the cases', async () => {
    const world = aWorld({ jobs: [runaway('job-1')], stop: () => stopped });
    await world.sweep();
    expect(JSON.stringify(world.ledger.latest().cases)).not.toContain('"order"');
  });

  test('is told to the operators at once, and again every four hours', async () => {
    const world = aWorld({ stop: () => stopped });
    await world.sweep();
    await world.sweepAgain();
    expect(world.notices('trouble').map(({ trouble }) => trouble?.lines[0])).toEqual([stopped.why]);
    await world.sweepAgain(hours(4));
    expect(world.notices('trouble')).toHaveLength(2);
    expect(named(world, 'stop.set')).toHaveLength(1);
  });

  test('that takes the place of another is recorded and told as well, and is one end', async () => {
    const longer: Stopped = { ...stopped, order: { ...order, reason: 'It takes longer' } };
    const world = aWorld({
      stop: (atMs) => (atMs < nowMs + minutes(1) ? stopped : during(0, minutes(2), longer)(atMs)),
    });
    for (let sweep = 0; sweep < 4; sweep += 1) await world.sweepAgain(sweep === 0 ? 0 : minutes(1));
    expect(world.told()).toEqual(['stop.set', 'stop.set', 'stop.cleared']);
    expect(named(world, 'stop.set').map(({ data }) => stopData.parse(data).reason)).toEqual([
      'The month is being closed',
      'It takes longer',
    ]);
    const about = world.notices('trouble').map(({ trouble }) => [trouble?.about, trouble?.isOver ?? false]);
    expect(about).toEqual([
      ['standstill:stop', false],
      ['standstill:stop', false],
      ['standstill:stop', true],
    ]);
  });

  test('that is none, such as a switch that cannot be read, is recorded without an end', async () => {
    const world = aWorld({ stop: () => ({ by: 'stop', why: 'The stop switch cannot be read.' }) });
    await world.sweep();
    const data = stopData.parse(named(world, 'stop.set')[0]?.data);
    expect(data).toMatchObject({ why: 'The stop switch cannot be read.' });
    expect([data.until, data.reason, data.by]).toEqual([undefined, undefined, undefined]);
  });

  test('is no event where another thing holds the sweep back', async () => {
    const world = aWorld();
    const { document, generation } = await world.ledger.read();
    await world.ledger.swap({ ...document, observeUntilMs: nowMs + hours(1) }, generation);
    await world.sweep();
    expect(world.told()).toEqual([]);
    expect(world.notices('trouble').map(({ trouble }) => trouble?.title)).toEqual([
      'Nothing is cancelled at the moment',
    ]);
  });
});

describe('a breaker that was closed by hand', () => {
  const policy: WrittenPolicy = {
    breaker: { maxCancels: 3, maxShare: '100%' },
    budget: { perSweep: 3, perOwnerPerHour: 100, perHour: 100 },
  };
  const close = async (world: TestWorld, atMs: number) => {
    const { document, generation } = await world.ledger.read();
    const breakerClosed = { atMs, reason: 'A known backfill', by: 'ana' };
    await world.ledger.swap({ ...document, breakerClosed }, generation);
  };
  const events = (world: TestWorld) => world.told().filter((name) => name.startsWith('breaker.'));

  test('lets the next sweep through once, and the event has the reason', async () => {
    const world = aWorld({ policy, jobs: many(8) });
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
    await close(world, world.clock.now());
    await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(3);
    const closed = named(world, 'breaker.closed').map(({ data }) => breakerData.parse(data));
    expect(closed).toMatchObject([
      {
        why: 'Closed by hand by ana, for this sweep: A known backfill. 8 cancels are planned, over the limit of 3.',
        closedByHand: { reason: 'A known backfill', by: 'ana' },
        plannedCancels: 8,
      },
    ]);
    expect(world.ledger.latest().breakerClosed).toBeUndefined();
    await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(3);
    expect(events(world)).toEqual(['breaker.opened', 'breaker.closed', 'breaker.opened']);
  });

  test('before it could open lets that sweep through, which is on record', async () => {
    const world = aWorld({ policy });
    await world.sweep();
    await close(world, world.clock.now());
    for (const job of many(8)) world.engine.put({ job });
    await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(3);
    expect(events(world)).toEqual(['breaker.closed']);
  });

  test('stays so until a sweep needs it, for an hour', async () => {
    const world = aWorld({ policy });
    await world.sweep();
    await close(world, world.clock.now());
    await world.sweepAgain(minutes(59));
    expect(world.ledger.latest().breakerClosed).toMatchObject({ by: 'ana' });
    for (const job of many(8)) world.engine.put({ job });
    await world.sweepAgain(minutes(1));
    expect(world.cancelled()).toEqual([]);
    expect(events(world)).toEqual(['breaker.opened']);
    expect(world.ledger.latest().breakerClosed).toBeUndefined();
  });

  test('and was not needed for an hour is forgotten', async () => {
    const world = aWorld({ policy });
    await world.sweep();
    await close(world, world.clock.now());
    await world.sweepAgain(hours(1));
    expect(world.ledger.latest().breakerClosed).toBeUndefined();
    expect(events(world)).toEqual([]);
  });

  test('and was not needed says nothing when it closes by itself', async () => {
    const world = aWorld({ policy, jobs: many(4) });
    await world.sweep();
    await close(world, world.clock.now());
    world.engine.finish('job-0');
    await world.sweepAgain();
    const closed = named(world, 'breaker.closed').map(({ data }) => breakerData.parse(data));
    expect(closed).toMatchObject([{ why: 'Fewer cancels are planned again.' }]);
    expect(closed[0]?.closedByHand).toBeUndefined();
  });
});
