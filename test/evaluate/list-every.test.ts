import { describe, expect, it } from 'vitest';
import { listEveryMs } from '../../shared/evaluate/list-every.ts';
import { aRule, compiled, minutes, type WrittenRule } from '../make.ts';

// Synthetic: no such project or policy exists.

const place = { engine: 'bigquery', target: 'bigquery:quiet', project: 'quiet' } as const;
const every = (...rules: readonly WrittenRule[]) =>
  listEveryMs(compiled({ rules: rules.map((rule, index) => aRule({ name: `r${index}`, ...rule })) }), place) /
  minutes(1);

describe('a place without jobs is listed', () => {
  it.each<[string, readonly WrittenRule[], number]>([
    ['five times before the shortest limit passes', [{ limit: { runTime: '30m' } }, { limit: { runTime: '2h' } }], 6],
    ['every ten minutes at least', [{ limit: { runTime: '6h' } }], 10],
    ['every minute where a limit is short', [{ limit: { runTime: '9m' } }], 1],
    ['every second minute where it is ten minutes', [{ limit: { runTime: '10m' } }], 2],
    ['every minute where a limit is on what is used', [{ limit: { bytesProcessed: '10 TiB' } }], 1],
    ['every minute where either may pass first', [{ limit: { runTime: '2h', slotHours: 9 } }], 1],
    ['by the time where both have to pass', [{ limit: { all: { runTime: '30m', slotHours: 9 } } }], 6],
    ['by the warning line as well', [{ limit: { runTime: '5h' }, warnAt: { runTime: '20m' }, grace: '10m' }], 4],
    ['by waiting times as by run times', [{ limit: { queueTime: '20m' } }], 4],
    [
      'by what only records as well',
      [{ limit: { runTime: '5h' } }, { action: 'record', limit: { runTime: '15m' } }],
      3,
    ],
    [
      'without regard to rules that are about other projects',
      [{ limit: { runTime: '30m' } }, { match: { project: 'other-*' }, limit: { bytesProcessed: '1 TiB' } }],
      6,
    ],
    [
      'with regard to rules that may be about some of its jobs',
      [{ limit: { runTime: '30m' } }, { match: { principal: 'x@example.com' }, limit: { runTime: '10m' } }],
      2,
    ],
    [
      'with regard to rules that spare what nobody knows yet',
      [{ limit: { runTime: '30m' } }, { match: { unless: { labels: { env: 'dev' } } }, limit: { runTime: '10m' } }],
      2,
    ],
  ])('%s', (_, rules, minutesBetween) => {
    expect(every(...rules)).toBe(minutesBetween);
  });
});
