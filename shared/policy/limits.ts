import { z } from 'zod';
import type { Metric } from '../jobs/verdict.ts';
import { always, entry } from './entry.ts';
import { fault } from './fault.ts';
import { bytes, duration, usd } from './scalars.ts';

/** What may be passed: any one of the numbers, or every one. Times in ms, sizes in bytes, slot hours, USD. */
export interface Limit {
  readonly how: 'any' | 'all';
  readonly of: Readonly<Partial<Record<Metric, number>>>;
}

const slotHours = z.number({
  error: ({ input }) =>
    typeof input === 'string'
      ? fault('wrong-type', `Slot hours are a plain number, not "${input}".`, 'Write slotHours: 2, without a unit.')
      : undefined,
});

const numbers = {
  runTime: duration.optional().describe('Time since the job started.'),
  queueTime: duration.optional().describe('Time since it was created, while it still waits to start.'),
  bytesProcessed: bytes.optional().describe('Bytes read so far: a lower bound of what it will have read.'),
  bytesEstimated: bytes.optional().describe("The planner's estimate of what it will read."),
  slotHours: slotHours
    .min(0)
    .optional()
    .meta({ description: 'Slot time used so far, in hours of one slot.', samples: [2] }),
  costSoFar: usd.optional().describe('What it has cost so far, by bytes or slot time: a lower bound.'),
  costEstimated: usd.optional().describe("What it will cost by the planner's estimate."),
};

const noLimit = fault('empty-limit', 'There is no number in this limit.', 'Name at least one, such as runTime: 30m.');
const mixedLimit = fault(
  'mixed-limit',
  'Numbers beside "all" leave open whether they count as well.',
  'Put every number inside all: {...} when all must be passed, or none when any one is enough.',
);

const hasNumber = (of: object) => Object.values(of).some((value) => value !== undefined);

/** `limit`, `warnAt` and `upTo`. */
export const limit = entry({
  ...numbers,
  all: entry(numbers)
    .refine(hasNumber, { error: noLimit, ...always })
    .optional()
    .meta({ description: 'Every one of these must be passed.', samples: [{ runTime: '30m', slotHours: 2 }] }),
})
  .superRefine(({ all, ...any }, context) => {
    if (all !== undefined && hasNumber(any)) context.addIssue({ code: 'custom', message: mixedLimit });
    if (all === undefined && !hasNumber(any)) context.addIssue({ code: 'custom', message: noLimit });
  }, always)
  .transform(({ all, ...any }): Limit => (all === undefined ? { how: 'any', of: any } : { how: 'all', of: all }))
  .meta({
    id: 'Limit',
    samples: [{ runTime: '30m' }],
    description:
      'Numbers a job may not pass. Over means strictly greater; passing any one counts, unless they stand in all: {...}.',
  });
