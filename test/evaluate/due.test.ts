import { expect, it } from 'vitest';
import { cancelAt } from '../../shared/evaluate/due.ts';
import {
  aDeployment,
  aJob,
  aPolicy,
  aRule,
  hours,
  minutes,
  nowMs,
  tib,
  type WrittenRule,
  type JobFields,
} from '../make.ts';

const { costs } = aDeployment();

function predicted(written: WrittenRule['limit'], fields: JobFields): number | undefined {
  const [rule] = aPolicy({ rules: [aRule({ limit: written })] }).rules;
  const at = cancelAt(rule?.limit ?? { how: 'any', of: {} }, aJob(fields), nowMs, costs);
  return at === undefined ? undefined : at - nowMs;
}

const ran = { runTimeMs: minutes(20) };
const big = { bytesProcessed: tib(6) };

it.each<[string, WrittenRule['limit'], JobFields, number | undefined]>([
  ['when its run time passes the limit', { runTime: '30m' }, ran, minutes(10)],
  ['now when its run time has passed', { runTime: '15m' }, ran, 0],
  ['when its queue time passes the limit', { queueTime: '6h' }, { queueTimeMs: hours(5) }, hours(1)],
  ['never that could be told by bytes', { bytesProcessed: '5 TiB' }, ran, undefined],
  ['now by bytes that have passed', { bytesProcessed: '5 TiB' }, { ...ran, ...big }, 0],
  ['never that could be told without a start', { runTime: '30m' }, { startedAtMs: undefined }, undefined],
  ['never that could be told while it waits', { runTime: '30m' }, { queueTimeMs: hours(1) }, undefined],
  ['any: at the latest by its run time', { runTime: '30m', bytesProcessed: '5 TiB' }, ran, minutes(10)],
  ['any: now by the other limit', { runTime: '30m', bytesProcessed: '5 TiB' }, { ...ran, ...big }, 0],
  [
    'any: by its run time while bytes are unknown',
    { runTime: '30m', slotHours: 2 },
    { ...ran, slotMs: undefined },
    minutes(10),
  ],
  ['any: by the time that comes first', { runTime: '30m', queueTime: '1h' }, ran, minutes(10)],
  [
    'all: by its run time once the bytes have passed',
    { all: { runTime: '30m', bytesProcessed: '5 TiB' } },
    { ...ran, ...big },
    minutes(10),
  ],
  ['all: never that could be told before', { all: { runTime: '30m', bytesProcessed: '5 TiB' } }, ran, undefined],
  ['all: now when every one has passed', { all: { runTime: '10m', bytesProcessed: '5 TiB' } }, { ...ran, ...big }, 0],
  [
    'all: never that could be told with one that does not apply',
    { all: { runTime: '30m', queueTime: '1h' } },
    ran,
    undefined,
  ],
])('predicts the cancel of a job %s', (_says, limit, fields, expected) => {
  expect(predicted(limit, fields)).toBe(expected);
});
