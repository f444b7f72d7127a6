import { expect, test } from 'vitest';
import { knownJobs } from '../../shared/history/known-jobs.ts';
import { aPastJob } from './make.ts';

const past = aPastJob();
const named = (id: string, createdAtMs = past.createdAtMs) => ({ ...past, createdAtMs, final: { ...past.final, id } });

test('a job is known when it is given again, and no other is', () => {
  const known = knownJobs();
  expect([named('a'), named('b'), named('a'), named('a', past.createdAtMs + 1), named('b')].map(known.isKnown)).toEqual(
    [false, false, true, false, true],
  );
});

test('of 300,000 jobs with ids that differ in little, each is new once and known afterwards', () => {
  const known = knownJobs();
  const count = (wanted: boolean) => {
    let found = 0;
    for (let index = 0; index < 300_000; index += 1) if (known.isKnown(named(`job_${index}`)) === wanted) found += 1;
    return found;
  };
  expect([count(false), count(true)]).toEqual([300_000, 300_000]);
});
