import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costsOf } from '../../shared/evaluate/cost.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { holdAgainst } from '../../shared/evaluate/limits.ts';
import { grown, growthOf, lowestOf, mayPass, passesAt, type Sample } from '../../shared/evaluate/predict.ts';
import type { Job } from '../../shared/jobs/job.ts';
import {
  aJob,
  aPolicy,
  aRule,
  compiled,
  gib,
  hours,
  minutes,
  nowMs,
  seconds,
  tib,
  type JobFields,
  type WrittenRule,
} from '../make.ts';

// Synthetic: no such project, person, job or policy exists.

const costs = costsOf(aPolicy().prices);
const sample = (fields: JobFields = {}, atMs = nowMs): Sample => ({
  job: aJob({ runTimeMs: hours(1), ...fields }),
  atMs,
});
const limitOf = (limit: WrittenRule['limit']) => {
  const [rule] = aPolicy({ rules: [aRule({ limit })] }).rules;
  if (rule === undefined) throw new Error('the policy has a rule');
  return rule.limit;
};

describe('the pace of a job', () => {
  const now = sample({ slotMs: hours(30), bytesProcessed: tib(3) });
  const perHour = { slotMs: hours(30) / hours(1), bytes: tib(3) / hours(1) };

  it.each<[string, Sample, Sample | undefined, { slotMs: number; bytes: number }]>([
    ['is what it has used since it started', now, undefined, perHour],
    [
      'is what it has used since an earlier sample',
      now,
      sample({ slotMs: hours(29), bytesProcessed: tib(3) }, nowMs - minutes(1)),
      { slotMs: 60, bytes: 0 },
    ],
    ['is not told from a sample that is too close', now, sample({ slotMs: hours(29) }, nowMs - seconds(4)), perHour],
    [
      'is never below 0',
      now,
      sample({ slotMs: hours(31), bytesProcessed: tib(4) }, nowMs - minutes(1)),
      { slotMs: 0, bytes: 0 },
    ],
    [
      'is not told from a number that was not known before',
      now,
      sample({ slotMs: undefined, bytesProcessed: tib(3) }, nowMs - minutes(1)),
      { slotMs: 0, bytes: 0 },
    ],
    [
      'is 0 where numbers are not given',
      sample({ slotMs: undefined, bytesProcessed: undefined }),
      undefined,
      { slotMs: 0, bytes: 0 },
    ],
    [
      'is 0 of a job that waits',
      sample({ queueTimeMs: hours(1), slotMs: hours(1) }),
      undefined,
      { slotMs: 0, bytes: 0 },
    ],
    ['is 0 of a job whose start is not known', sample({ startedAtMs: undefined }), undefined, { slotMs: 0, bytes: 0 }],
    [
      'is 0 of a job that begins now, or in the future',
      sample({ startedAtMs: nowMs + 5 }),
      undefined,
      { slotMs: 0, bytes: 0 },
    ],
  ])('%s', (_, one, before, expected) => expect(growthOf(one, before)).toEqual(expected));
});

describe('when a limit passes', () => {
  const used: JobFields = { runTimeMs: hours(1), slotMs: hours(30), bytesProcessed: tib(3), bytesEstimated: tib(9) };

  it.each<[WrittenRule['limit'], number | undefined, JobFields?]>([
    [{ slotHours: 31 }, minutes(2) + 1],
    [{ slotHours: 30 }, 1],
    [{ slotHours: 29 }, 0],
    [{ bytesProcessed: '4 TiB' }, minutes(20) + 1],
    [{ runTime: '61m' }, minutes(1) + 1],
    [{ costSoFar: '20 USD' }, minutes(4) + 1],
    [{ bytesEstimated: '10 TiB' }, undefined],
    [{ bytesEstimated: '8 TiB' }, 0],
    [{ costEstimated: '100 USD' }, undefined],
    [{ queueTime: '2h' }, undefined],
    [{ slotHours: 31, bytesProcessed: '4 TiB' }, minutes(2) + 1],
    [{ slotHours: 31, bytesEstimated: '10 TiB' }, minutes(2) + 1],
    [{ all: { slotHours: 31, bytesProcessed: '4 TiB' } }, minutes(20) + 1],
    [{ all: { slotHours: 31, bytesProcessed: '1 TiB' } }, minutes(2) + 1],
    [{ all: { slotHours: 31, runTime: '65m' } }, minutes(5) + 1],
    [{ all: { slotHours: 31, bytesEstimated: '10 TiB' } }, undefined],
    [{ slotHours: 31 }, undefined, { slotMs: undefined }],
    [{ slotHours: 31 }, undefined, { slotMs: 0 }],
    [{ costSoFar: '20 USD' }, undefined, { reservation: undefined }],
    [{ costSoFar: '20 USD' }, undefined, { jobType: 'load' }],
  ])('%j: after %i ms, if the job goes on as it does', (limit, afterMs, fields = {}) => {
    const now = sample({ ...used, ...fields });
    const at = passesAt(limitOf(limit), { sample: now, growth: growthOf(now), costs });
    expect(at === undefined ? undefined : at - nowMs).toBe(afterMs);
  });

  it('is when the plain evaluator finds the job over it, and not a second before', () => {
    const limit = fc.constantFrom<WrittenRule['limit']>(
      { slotHours: 40 },
      { bytesProcessed: '5 TiB' },
      { costSoFar: '50 USD' },
      { slotHours: 40, runTime: '2h' },
      { all: { slotHours: 40, bytesProcessed: '5 TiB' } },
    );
    const numbers = fc.record({
      slotMs: fc.integer({ min: hours(1), max: hours(60) }),
      bytesProcessed: fc.integer({ min: gib(100), max: tib(6) }),
    });
    fc.assert(
      fc.property(limit, numbers, (written, fields) => {
        const now = sample(fields);
        const growth = growthOf(now);
        const at = passesAt(limitOf(written), { sample: now, growth, costs });
        const overIn = (ms: number) =>
          holdAgainst(limitOf(written), grown(now.job, growth, ms), nowMs + ms, costs).over;
        if (at === undefined) return;
        expect(overIn(at - nowMs + 2)).toBe(true);
        if (at - nowMs > seconds(1)) expect(overIn(at - nowMs - seconds(1))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the first question', () => {
  it('asks only for limits of rules that cancel and are in force', () => {
    const rules = [
      aRule({ name: 'a', limit: { slotHours: 60, bytesProcessed: '10 TiB' } }),
      aRule({ name: 'b', limit: { all: { slotHours: 50, runTime: '1h' } } }),
      aRule({ name: 'c', limit: { slotHours: 1 }, action: 'warn' }),
      aRule({ name: 'd', limit: { costSoFar: '1 USD' }, mode: 'observe' }),
    ];
    expect(lowestOf(compiled({ rules }).rules)).toEqual({ bytes: tib(10), slotHours: 50, costUsd: Infinity });
  });

  it.each<[JobFields, number, boolean]>([
    [{ slotMs: hours(59), bytesProcessed: 0 }, 1.01, false],
    [{ slotMs: hours(59), bytesProcessed: 0 }, 1.02, true],
    [{ slotMs: 0, bytesProcessed: tib(9) }, 1.1, false],
    [{ slotMs: 0, bytesProcessed: tib(9) }, 1.2, true],
    [{ slotMs: undefined, bytesProcessed: undefined }, 1000, false],
  ])('%j, %d times as long: %s', (fields, times, expected) => {
    const { rules } = compiled({ rules: [aRule({ limit: { slotHours: 60, bytesProcessed: '10 TiB' } })] });
    expect(mayPass(lowestOf(rules), aJob(fields), times, costs)).toBe(expected);
  });

  const aLimit = fc.constantFrom<WrittenRule['limit']>(
    { slotHours: 40 },
    { slotHours: 10, runTime: '5h' },
    { bytesProcessed: '5 TiB' },
    { costSoFar: '30 USD' },
    { all: { slotHours: 20, bytesProcessed: '1 TiB' } },
    { all: { runTime: '1h', costSoFar: '6 USD' } },
    { runTime: '2h' },
    { bytesEstimated: '2 TiB' },
  );
  const theRules = fc
    .array(
      fc.record({
        limit: aLimit,
        action: fc.constantFrom('cancel' as const, 'cancel' as const, 'warn' as const),
        mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'observe' as const),
        match: fc.constantFrom({}, { principal: 'sam@*' }, { labels: { env: 'dev' } }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) =>
      all.map(({ match, ...one }, index) =>
        aRule({ name: `rule-${index}`, ...one, ...(Object.keys(match).length > 0 && { match }) }),
      ),
    );
  const aUser = fc.record({
    runTimeMs: fc.integer({ min: minutes(1), max: hours(3) }),
    slotMs: fc.option(fc.integer({ min: 0, max: hours(60) }), { nil: undefined }),
    bytesProcessed: fc.option(fc.integer({ min: 0, max: tib(8) }), { nil: undefined }),
    reservation: fc.constantFrom(null, 'projects/p/locations/eu/reservations/r', undefined),
    edition: fc.constantFrom('ENTERPRISE', null),
    labels: fc.constantFrom<Record<string, string>>({}, { env: 'dev' }),
  });

  it('never misses a job that the plain evaluator would find over a limit on what it uses by then', () => {
    let found = 0;
    fc.assert(
      fc.property(
        theRules,
        aUser,
        fc.constantFrom(seconds(20), minutes(10), minutes(90), hours(5)),
        (rules, fields, ms) => {
          const ready = compiled({ rules });
          const { costs: own } = ready.deployment;
          const plain = { ...ready, candidates: { of: () => ready.rules } };
          const one = aJob({ ...fields, labels: { ...fields.labels } });
          const then: Job = grown(one, growthOf({ job: one, atMs: nowMs }), ms);
          const isNew = judge(plain, then, nowMs + ms).some(({ rule, action, mode, heldBack }) => {
            const limit = ready.policy.rules.find(({ name }) => name === rule)?.limit;
            const isReal = action === 'cancel' && mode === 'enforce' && heldBack === undefined;
            return isReal && limit !== undefined && holdAgainst(limit, one, nowMs + ms, own).over !== true;
          });
          // The arranged rules must not pass over what the plain evaluator finds, either.
          expect(judge(ready, then, nowMs + ms)).toEqual(judge(plain, then, nowMs + ms));
          if (!isNew) return;
          found += 1;
          expect(mayPass(lowestOf(ready.rules), one, 1 + ms / fields.runTimeMs, own)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(20);
  });
});
