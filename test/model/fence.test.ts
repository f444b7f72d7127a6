import { describe, expect, test } from 'vitest';
import { minutes, seconds } from '../make.ts';
import { stopsAfter } from '../watch/memory-engine.ts';
import { jobOf } from './jobs.ts';
import { policies } from './policies.ts';
import { aSimulation, type Simulation } from './simulation.ts';

// Moments that chance hits rarely: an instance comes to its cancel when its time is nearly over, or is over.

function withRunaway(): Simulation {
  const sim = aSimulation({ policy: policies.usual, mayBeCancelled: () => true });
  const about = { nowMs: sim.clock.now(), runTimeMs: minutes(31) };
  sim.service.put({ job: jobOf('plain', 'job-1', about), onCancel: [stopsAfter(0)] });
  return sim;
}

const cancels = (sim: Simulation) => sim.oracle.attempts.map(({ sweepId }) => sweepId);

describe('no attempt at a cancel starts once another sweep may look after the job', () => {
  test.each([
    ['the record comes back late', 'get job-1', 2, true],
    ['the stop switch is asked late', 'read the stop switch', 2, false],
    ['the stop switch answers late', 'read the stop switch', 2, true],
    ['the plan is written late', 'put ledger', 1, true],
  ])('when %s', async (_, label, nth, back) => {
    for (const ms of [seconds(55), seconds(56), seconds(57), seconds(58), seconds(59), minutes(5)]) {
      const sim = withRunaway();
      await sim.sweep({ standsStill: { at: { label, nth, back }, ms } });
      await sim.clock.advance(seconds(57));
      await sim.sweep();
      await sim.clock.advance(minutes(10));
      await sim.sweep();
      expect(sim.oracle.broken()).toEqual([]);
      expect(sim.service.look({ id: 'job-1' })).toMatchObject({ state: 'done' });
    }
  });

  test('when the call fails again and again, and each time takes long', async () => {
    const sim = withRunaway();
    sim.set.latencyMs = seconds(7.6);
    sim.faults.set({ on: 'cancel', how: 'broken', times: 5 });
    await sim.sweep();
    sim.set.latencyMs = 0;
    sim.faults.heal();
    await sim.clock.advance(minutes(4));
    await sim.sweep();
    expect(sim.oracle.broken()).toEqual([]);
    expect(cancels(sim)).toEqual(['sweep-1', 'sweep-2']);
  });
});

test('a cancel is planned by one of two sweeps only, however they take turns', async () => {
  const sim = withRunaway();
  await sim.overlap(0);
  await sim.overlap(seconds(1));
  expect(sim.oracle.broken()).toEqual([]);
  expect(cancels(sim)).toHaveLength(1);
});

test('a policy that is edited while a sweep is under way holds its cancels back; the next one goes by it', async () => {
  for (const label of ['get job-1', 'read the stop switch', 'put ledger']) {
    const sim = withRunaway();
    const happens = () => void (sim.set.policy = policies.frozen);
    await sim.sweep({ meanwhile: { at: { label, nth: 1, back: false }, happens } });
    await sim.clock.advance(minutes(1));
    await sim.sweep();
    expect(cancels(sim)).toEqual([]);
    sim.set.policy = policies.usual;
    await sim.clock.advance(minutes(1));
    await sim.sweep();
    expect(cancels(sim)).toEqual(['sweep-3']);
    expect(sim.oracle.broken()).toEqual([]);
  }
});
