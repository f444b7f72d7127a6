import { describe, expect, it } from 'vitest';
import { byWeight, withinBudget } from '../../shared/evaluate/budget.ts';
import type { PastAttempt } from '../../shared/evaluate/circumstances.ts';
import type { Costs } from '../../shared/evaluate/measure.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aDeployment, aJob, aVerdict, gib, hours, minutes, nowMs, tib } from '../make.ts';

const noCosts: Costs = { soFarUsd: () => undefined, estimatedUsd: () => undefined };
const planned = (jobs: readonly Job[]) => jobs.map((job) => aVerdict({ job }));

const wide = { perSweep: 99, perHour: 999, perOwnerPerHour: 999, pastBreaker: 2 };

function split(
  jobs: readonly Job[],
  budget: Partial<typeof wide>,
  attempts: readonly PastAttempt[] = [],
  costs = noCosts,
) {
  const about = { nowMs, order: byWeight(costs, nowMs) };
  const all = withinBudget(planned(jobs), { ...wide, ...budget }, attempts, about);
  return {
    granted: all.filter(({ heldBack }) => heldBack === undefined),
    postponed: all.filter(({ heldBack }) => heldBack !== undefined),
  };
}

function order(jobs: readonly Job[], costs: Costs = aDeployment().costs): string[] {
  return split(jobs, {}, [], costs).granted.map(({ job }) => job.id);
}

const lots = { bytesProcessed: tib(3) };

it.each<[string, readonly Job[], Costs, string[]]>([
  ['the costliest', [aJob({ id: 'a' }), aJob({ id: 'b', ...lots })], aDeployment().costs, ['b', 'a']],
  [
    'a job of known cost',
    [aJob({ id: 'a', reservation: undefined }), aJob({ id: 'b' })],
    aDeployment().costs,
    ['b', 'a'],
  ],
  [
    'the costliest, although another read more',
    [aJob({ id: 'a', ...lots, reservation: undefined }), aJob({ id: 'b' })],
    aDeployment().costs,
    ['b', 'a'],
  ],
  [
    'the one with more slot time where costs are unknown',
    [aJob({ id: 'a' }), aJob({ id: 'b', slotMs: hours(9) })],
    noCosts,
    ['b', 'a'],
  ],
  [
    'the one with more slot time, although another read more',
    [aJob({ id: 'a', ...lots }), aJob({ id: 'b', slotMs: hours(9) })],
    noCosts,
    ['b', 'a'],
  ],
  [
    'the one that read more then',
    [aJob({ id: 'a', bytesProcessed: gib(1) }), aJob({ id: 'b', ...lots })],
    noCosts,
    ['b', 'a'],
  ],
  [
    'the oldest then',
    [aJob({ id: 'a', runTimeMs: minutes(5) }), aJob({ id: 'b', runTimeMs: minutes(6) })],
    noCosts,
    ['b', 'a'],
  ],
  [
    'the one that has waited longest then',
    [aJob({ id: 'a', queueTimeMs: 1 }), aJob({ id: 'b', queueTimeMs: 2 })],
    noCosts,
    ['b', 'a'],
  ],
  ['the one whose name comes first at last', [aJob({ id: 'b' }), aJob({ id: 'a' })], noCosts, ['a', 'b']],
])('takes first %s', (_says, jobs, costs, expected) => {
  expect(order(jobs, costs)).toEqual(expected);
  expect(order([...jobs].reverse(), costs)).toEqual(expected);
});

it('orders jobs of the same id by where they are, however they were listed', () => {
  const jobs = [aJob({ project: 'b' }), aJob({ project: 'a' }), aJob({ project: 'a', location: 'US' })];
  const places = (all: readonly Job[]) =>
    split(all, { perSweep: 2 }).granted.map(({ job }) => `${job.project} ${job.location}`);
  expect(places(jobs)).toEqual(['a EU', 'a US']);
  expect(places([...jobs].reverse())).toEqual(['a EU', 'a US']);
});

it.each([
  [0, [], ['a', 'b', 'c']],
  [1, ['a'], ['b', 'c']],
  [2, ['a', 'b'], ['c']],
  [3, ['a', 'b', 'c'], []],
  [9, ['a', 'b', 'c'], []],
])('of three cancels, a budget of %i grants %j and postpones %j', (perSweep, granted, postponed) => {
  const jobs = ['c', 'a', 'b'].map((id) => aJob({ id }));
  const parts = split(jobs, { perSweep });
  expect(parts.granted.map(({ job }) => job.id)).toEqual(granted);
  expect(parts.postponed.map(({ job }) => job.id)).toEqual(postponed);
});

describe('the budgets of an hour', () => {
  const past = (count: number, agoMs: number, owner = 'somebody'): PastAttempt[] =>
    Array.from({ length: count }, () => ({ atMs: nowMs - agoMs, owner, pastBreaker: false }));
  const jobs = ['a', 'b', 'c'].map((id) => aJob({ id }));
  const why = (parts: ReturnType<typeof split>) => parts.postponed.map(({ heldBack }) => heldBack?.why);

  it('count what was attempted within it, by anybody', () => {
    expect(split(jobs, { perHour: 4 }, past(2, minutes(59))).granted).toHaveLength(2);
    expect(split(jobs, { perHour: 4 }, past(2, hours(1))).granted).toHaveLength(3);
    expect(why(split(jobs, { perHour: 2 }, past(2, minutes(1))))).toEqual(
      Array.from({ length: 3 }, () => 'The budget of 2 cancels an hour is used up.'),
    );
    expect(split(jobs, { perHour: 0 }).granted).toHaveLength(0);
  });

  it('count each owner apart, and those of this sweep too', () => {
    const owner = aJob().principal ?? '';
    expect(split(jobs, { perOwnerPerHour: 3 }, past(2, minutes(1), owner)).granted).toHaveLength(1);
    expect(split(jobs, { perOwnerPerHour: 3 }, past(9, minutes(1), 'other')).granted).toHaveLength(3);
    expect(why(split(jobs, { perOwnerPerHour: 2 }))).toEqual([
      'The budget of 2 cancels an hour for one owner is used up.',
    ]);
    expect(split(jobs, { perOwnerPerHour: 0 }).granted).toHaveLength(0);
  });
});
