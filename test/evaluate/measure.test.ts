import { expect, it } from 'vitest';
import { measure, type Costs, type Measured } from '../../shared/evaluate/measure.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { metrics, type Metric } from '../../shared/jobs/verdict.ts';
import { aJob, gib, hours, minutes, nowMs } from '../make.ts';

const costs: Costs = { soFarUsd: () => 12, estimatedUsd: () => 34 };
const noCosts: Costs = { soFarUsd: () => undefined, estimatedUsd: () => undefined };

it.each<[Metric, string, Job, Measured]>([
  ['runTime', 'now minus start', aJob({ runTimeMs: minutes(31) }), { value: minutes(31) }],
  ['runTime', 'nothing that a pending job has', aJob({ queueTimeMs: hours(9) }), 'not-applicable'],
  ['runTime', 'nothing that a pending job with a start has', aJob({ state: 'pending' }), 'not-applicable'],
  ['queueTime', 'now minus creation', aJob({ queueTimeMs: hours(7) }), { value: hours(7) }],
  ['queueTime', 'nothing that a running job has', aJob({ runTimeMs: hours(9) }), 'not-applicable'],
  ['bytesProcessed', 'what was read so far', aJob({ bytesProcessed: gib(3) }), { value: gib(3) }],
  ['bytesProcessed', 'nothing read so far', aJob({ bytesProcessed: 0 }), { value: 0 }],
  ['bytesEstimated', "the planner's number", aJob({ bytesEstimated: gib(4) }), { value: gib(4) }],
  ['slotHours', 'slot time in hours', aJob({ slotMs: minutes(90) }), { value: 1.5 }],
  ['costSoFar', 'the cost so far', aJob(), { value: 12 }],
  ['costEstimated', 'the estimated cost', aJob(), { value: 34 }],
])('measures %s as %s', (metric, _what, job, expected) => {
  expect(measure(metric, job, nowMs, costs)).toEqual(expected);
});

it.each<[Metric, string, Job]>([
  ['runTime', 'the engine gives no start time', aJob({ startedAtMs: undefined })],
  ['runTime', 'its start time lies in the future', aJob({ startedAtMs: nowMs + 1 })],
  ['queueTime', 'the engine gives no creation time', aJob({ state: 'pending', createdAtMs: undefined })],
  ['queueTime', 'its creation time lies in the future', aJob({ state: 'pending', createdAtMs: nowMs + 1 })],
  ['bytesProcessed', 'the engine gives no bytes processed yet', aJob({ bytesProcessed: undefined })],
  ['bytesEstimated', 'the engine gives no estimate of bytes yet', aJob({ bytesEstimated: undefined })],
  ['slotHours', 'the engine gives no slot time yet', aJob({ slotMs: undefined })],
  ['costSoFar', 'the engine gives no figure its cost could be told from yet', aJob()],
  ['costEstimated', 'the engine gives no figure its cost could be estimated from yet', aJob()],
])('does not know %s when %s', (metric, reason, job) => {
  expect(measure(metric, job, nowMs, noCosts)).toEqual({ unknown: reason });
});

it('has run for no time at the very moment of its start', () => {
  expect(measure('runTime', aJob({ startedAtMs: nowMs }), nowMs, costs)).toEqual({ value: 0 });
});

it('never takes a missing number for 0', () => {
  const bare: Job = {
    engine: 'dli',
    target: 'dli:a',
    project: 'a',
    location: undefined,
    id: 'j',
    state: 'running',
    redacted: false,
  };
  const found = metrics.map((metric) => measure(metric, bare, nowMs, noCosts));
  expect(found.filter((one) => one !== 'not-applicable' && 'value' in one)).toEqual([]);
});
