import { expect, it } from 'vitest';
import { byWeight, withinBudget } from '../../shared/evaluate/budget.ts';
import type { Costs } from '../../shared/evaluate/measure.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aDeployment, aJob, aVerdict, gib, hours, minutes, nowMs, tib } from '../make.ts';

const noCosts: Costs = { soFarUsd: () => undefined, estimatedUsd: () => undefined };
const planned = (jobs: readonly Job[]) => jobs.map((job) => aVerdict({ job }));

function order(jobs: readonly Job[], costs: Costs = aDeployment().costs): string[] {
  return withinBudget(planned(jobs), 99, byWeight(costs, nowMs)).granted.map(({ job }) => job.id);
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
    withinBudget(planned(all), 2, byWeight(noCosts, nowMs)).granted.map(({ job }) => `${job.project} ${job.location}`);
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
  const split = withinBudget(planned(jobs), perSweep, byWeight(noCosts, nowMs));
  expect(split.granted.map(({ job }) => job.id)).toEqual(granted);
  expect(split.postponed.map(({ job }) => job.id)).toEqual(postponed);
});
