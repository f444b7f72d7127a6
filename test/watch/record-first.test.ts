import { stub } from 'sinon';
import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes } from '../make.ts';
import { aWorld } from './a-world.ts';
import { stopsAfter } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const intents = 'dev.jobwarden.cancel.intended.v1';

describe('what cannot be recorded is not done', () => {
  test('the intent is published before the cancel is sent', async () => {
    const world = aWorld({ jobs: [runaway] });
    await world.sweep();
    const order = world.journal.map(({ what, of }) => `${what} ${of}`);
    expect(order.indexOf('event cancel.intended job-1')).toBeGreaterThan(-1);
    expect(order.indexOf('cancel job-1')).toBeGreaterThan(order.indexOf('event cancel.intended job-1'));
  });

  test('the case is in the ledger before the intent is published', async () => {
    const world = aWorld({ jobs: [runaway] });
    const states: string[] = [];
    const { publish } = world.trail;
    world.trail.publish = async (events) => {
      const { cases } = await world.ledger.document();
      states.push(
        ...events.map(
          ({ type }) =>
            `${type} ${Object.values(cases)
              .map(({ state }) => state)
              .join()}`,
        ),
      );
      return publish(events);
    };
    await world.sweep();
    expect(states[0]).toBe(`${intents} planned`);
  });

  test('the intent says which rule, what was measured, and by which policy', async () => {
    const world = aWorld({ jobs: [runaway] });
    await world.sweep();
    const [event] = world.jobEvents('cancel.intended');
    expect(event).toMatchObject({ correlationid: 'sweep-1', sequence: 1, severity: 'NOTICE' });
    expect(event?.data).toMatchObject({ attempt: 1, outcome: null, heldBack: null, policy: { where: 'policy.yaml' } });
    expect(event?.data.rule).toMatchObject({ name: 'long-queries', action: 'cancel', phase: 'limit' });
  });

  test('an intent that cannot be published stops nothing: it is on record, and goes out later under the same id', async () => {
    const world = aWorld({ jobs: [runaway] });
    world.trail.refuses = ({ type }) => type === intents;
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
    expect(world.ledger.latest().outbox.map(({ type }) => type)).toEqual([intents]);
    world.trail.refuses = () => false;
    await world.sweepAgain();
    expect(world.jobEvents('cancel.intended').map(({ data, sequence }) => [data.attempt, sequence])).toEqual([[1, 1]]);
    expect(world.cancelled()).toEqual(['job-1']);
    expect(world.ledger.latest().outbox).toEqual([]);
  });

  test('a sweep that loses the ledger to another cancels nothing and writes nothing more', async () => {
    const world = aWorld({ jobs: [runaway] });
    world.ledger.losing.add(1);
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(world.jobEvents('cancel.intended')).toEqual([]);
    expect(summary).toMatchObject({ status: 'degraded', outcomes: {} });
    expect(summary.troubles).toEqual([expect.stringMatching(/Another sweep wrote to the ledger first/)]);
    expect(world.trail.events).toEqual([]);
    expect(world.ledger.swaps()).toBe(1);
    expect((await world.ledger.document()).cases).toEqual({});
  });

  test('a plan that the store does not take is not carried out, and no other sweep is blamed for it', async () => {
    const world = aWorld({ jobs: [runaway] });
    const swap = stub(world.ledger, 'swap').rejects(new Error('[objects] put of ledger.json: HTTP 503'));
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary).toMatchObject({ status: 'degraded', outcomes: {} });
    expect(summary.troubles).toEqual([
      'The ledger could not be written: [objects] put of ledger.json: HTTP 503',
      'This sweep did nothing: what cannot be recorded is not done.',
    ]);
    swap.restore();
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('the sweep after a lost one does what is left to do', async () => {
    const world = aWorld({ jobs: [runaway] });
    world.ledger.losing.add(1);
    await world.sweep();
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('where only the end of a sweep is lost, the cancel is not sent twice, and its outcome is found again', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(1000) }] });
    world.ledger.losing.add(2);
    const first = await world.sweep();
    expect(first.status).toBe('degraded');
    expect(first.troubles).toEqual([expect.stringMatching(/not in the ledger; the next one finds it/)]);
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
    expect(world.cancelled()).toEqual(['job-1']);
    const ids = world.jobEvents('cancel.confirmed').map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  test('a sweep without anything to do writes nothing, but for the heartbeat of an hour', async () => {
    const world = aWorld();
    await world.sweep();
    expect(world.ledger.swaps()).toBe(2);
    await world.sweepAgain();
    expect(world.ledger.swaps()).toBe(2);
    await world.sweepAgain(hours(1));
    expect(world.ledger.swaps()).toBe(4);
  });
});

describe('when the trail is down', () => {
  const policy = {
    rules: [aRule(), aRule({ name: 'early', limit: { runTime: '10m' }, action: 'warn' })],
  };
  const slow = aJob({ id: 'job-2', runTimeMs: minutes(15) });

  test('what is on record in the ledger is done, and the summary says that events wait', async () => {
    const world = aWorld({ policy, jobs: [runaway, slow] });
    world.trail.down = true;
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(summary).toMatchObject({
      status: 'degraded',
      events: { published: 0 },
      outcomes: { cancelled: 1, warned: 1 },
    });
    expect(summary.events.waiting).toBeGreaterThan(0);
  });

  test('what happened is published by the next sweep that can, in order and once', async () => {
    const world = aWorld({ policy, jobs: [runaway, slow] });
    world.trail.down = true;
    await world.sweep();
    await world.sweepAgain();
    world.trail.down = false;
    const third = await world.sweepAgain();
    expect(third.events.waiting).toBe(0);
    const told = world.told();
    expect(told.filter((one) => one.endsWith('job-2'))).toEqual(['job.warned job-2']);
    expect(told.filter((one) => one.endsWith('job-1')).slice(-2)).toEqual([
      'cancel.intended job-1',
      'cancel.confirmed job-1',
    ]);
    expect(world.notices('warned')).toHaveLength(1);
    expect((await world.sweepAgain()).status).toBe('ok');
  });

  test('the sweep is degraded even where there was nothing to cancel', async () => {
    const world = aWorld({ policy, jobs: [slow] });
    world.trail.down = true;
    expect(await world.sweep()).toMatchObject({ status: 'degraded', outcomes: { warned: 1 } });
  });

  test('the outcome of a cancel that was sent waits for the next sweep', async () => {
    const world = aWorld({ jobs: [runaway] });
    world.trail.refuses = ({ type }) => type !== intents;
    await world.sweep();
    expect(world.told()).toEqual(['cancel.intended job-1']);
    world.trail.refuses = () => false;
    await world.sweepAgain();
    expect(world.told()).toEqual(['cancel.intended job-1', 'cancel.confirmed job-1']);
    expect(world.notices('cancelled')).toHaveLength(1);
  });

  test('each event that was not accepted is in the log', async () => {
    const world = aWorld({ jobs: [slow], policy });
    world.trail.down = true;
    await world.sweep();
    expect(
      world.log.filter(({ message }) => /was not accepted: \[pubsub\] it is down/.test(message)).length,
    ).toBeGreaterThan(0);
  });
});
