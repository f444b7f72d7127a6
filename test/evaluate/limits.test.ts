import { expect, it } from 'vitest';
import { because, holdAgainst, isOver, numbersOf } from '../../shared/evaluate/limits.ts';
import type { Truth } from '../../shared/evaluate/truth.ts';
import type { Job } from '../../shared/jobs/job.ts';
import {
  aDeployment,
  aJob,
  aPolicy,
  aRule,
  gib,
  hours,
  minutes,
  nowMs,
  tib,
  type WrittenRule,
  type JobFields,
} from '../make.ts';

const { costs } = aDeployment();

function limitOf(limit: WrittenRule['limit']) {
  const [rule] = aPolicy({ rules: [aRule({ limit })] }).rules;
  return rule?.limit ?? ({ how: 'any', of: {} } as const);
}

function held(limit: WrittenRule['limit'], job: Job) {
  return holdAgainst(limitOf(limit), job, nowMs, costs);
}

const any = { runTime: '30m', bytesProcessed: '5 TiB' };
const all = { all: { runTime: '30m', bytesProcessed: '5 TiB' } };
const long = { runTimeMs: minutes(31) };
const short = { runTimeMs: minutes(29) };
const big = { bytesProcessed: tib(6) };
const small = { bytesProcessed: gib(1) };
const dark = { bytesProcessed: undefined };

it.each<[string, WrittenRule['limit'], JobFields, Truth]>([
  ['a number just over the limit', { runTime: '30m' }, { runTimeMs: minutes(30) + 1 }, true],
  ['a number equal to the limit', { runTime: '30m' }, { runTimeMs: minutes(30) }, false],
  ['bytes equal to the limit', { bytesProcessed: '1 GiB' }, small, false],
  ['anything above a limit of 0', { bytesProcessed: '0 B' }, { bytesProcessed: 1 }, true],
  ['nothing above a limit of 0', { bytesProcessed: '0 B' }, { bytesProcessed: 0 }, false],
  ['a metric that is unknown', { bytesProcessed: '1 B' }, dark, undefined],
  ['the queue time of a running job', { queueTime: '1s' }, { runTimeMs: hours(9) }, false],
  ['the run time of a pending job', { runTime: '1s' }, { queueTimeMs: hours(9) }, false],
  ['the queue time of a pending job', { queueTime: '6h' }, { queueTimeMs: hours(7) }, true],
  ['any: the first of two', any, { ...long, ...small }, true],
  ['any: the second of two', any, { ...short, ...big }, true],
  ['any: neither', any, { ...short, ...small }, false],
  ['any: one over, one unknown', any, { ...long, ...dark }, true],
  ['any: one below, one unknown', any, { ...short, ...dark }, undefined],
  ['any: one does not apply, one unknown', any, { queueTimeMs: hours(1), ...dark }, undefined],
  ['any: one does not apply, one over', any, { queueTimeMs: hours(1), ...big }, true],
  ['any: one does not apply, one below', any, { queueTimeMs: hours(1), ...small }, false],
  ['all: both', all, { ...long, ...big }, true],
  ['all: only the first', all, { ...long, ...small }, false],
  ['all: only the second', all, { ...short, ...big }, false],
  ['all: one over, one unknown', all, { ...long, ...dark }, undefined],
  ['all: one below, one unknown', all, { ...short, ...dark }, false],
  ['all: one over, one does not apply', all, { queueTimeMs: hours(1), ...big }, false],
  ['all: one does not apply, one unknown', all, { queueTimeMs: hours(1), ...dark }, false],
  ['an estimate', { bytesEstimated: '1 GiB' }, { bytesEstimated: gib(2) }, true],
  ['slot hours', { slotHours: 2 }, { slotMs: hours(2) + 1 }, true],
  ['slot hours equal to the limit', { slotHours: 2 }, { slotMs: hours(2) }, false],
  ['cost so far', { costSoFar: '12 USD' }, { bytesProcessed: tib(2) }, true],
  ['estimated cost', { costEstimated: '12.50 USD' }, { bytesEstimated: tib(2) }, false],
  ['cost of a job that nobody knows who pays for', { costSoFar: '0 USD' }, { reservation: undefined }, undefined],
])('holds against a limit %s', (_says, limit, fields, expected) => {
  expect(held(limit, aJob(fields)).over).toBe(expected);
  expect(isOver(numbersOf(limitOf(limit)), aJob(fields), nowMs, costs)).toBe(expected === true);
});

it('measures everything that the limit names, also what is not over', () => {
  expect(
    held({ all: { runTime: '30m', queueTime: '1h', slotHours: 2 } }, aJob({ ...long, slotMs: undefined })).measured,
  ).toEqual([
    { metric: 'runTime', value: minutes(31), threshold: minutes(30), over: true },
    {
      metric: 'queueTime',
      value: undefined,
      threshold: hours(1),
      over: false,
      why: 'does not apply to the job as it is now',
    },
    { metric: 'slotHours', value: undefined, threshold: 2, over: undefined, why: 'the engine gives no slot time yet' },
  ]);
});

it('gives as the reason only the numbers that are over, in words', () => {
  const { measured } = held({ runTime: '30m', bytesProcessed: '5 TiB', slotHours: 2 }, aJob({ ...long, ...big }));
  expect(because(measured, 'limit')).toBe(
    'has run for 31 min, over the limit of 30 min and has processed 6.00 TiB, over the limit of 5.00 TiB',
  );
});

it('has no reason where nothing is over', () => {
  expect(because(held(any, aJob()).measured, 'limit')).toBe('');
});
