import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PastJob } from '../../shared/history/past-job.ts';
import { aJob, aRule, gib, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { foretold, live } from './live.ts';

// Synthetic: no such project, person, job or policy exists. The same lives are lived under the real sweeps, which cancel, and
// told to the backtest, which knows only how they would have ended.

const sweeps = 45;
/** There the day ends a quarter of an hour after the first sweep. */
const timezone = 'Pacific/Chatham';

interface Life {
  readonly createdMs: number;
  readonly queueMs: number;
  readonly runMs: number;
  readonly who: string;
  readonly project: string;
  readonly env: string;
}

const life: fc.Arbitrary<Life> = fc.record({
  createdMs: fc.integer({ min: 0, max: minutes(15) }),
  queueMs: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3000 }) },
    fc.integer({ min: 1, max: minutes(9) }),
  ),
  runMs: fc.integer({ min: 1000, max: minutes(20) }),
  who: fc.constantFrom('sam', 'ada', 'bo'),
  project: fc.constantFrom('analytics-prod', 'finance-prod'),
  env: fc.constantFrom('dev', 'prod'),
});

const asPast = ({ createdMs, queueMs, runMs, who, project, env }: Life, index: number): PastJob => {
  const createdAtMs = nowMs + createdMs;
  const startedAtMs = createdAtMs + queueMs;
  const endedAtMs = startedAtMs + runMs;
  const final = aJob({
    id: `job-${index}`,
    project,
    target: `bigquery:${project}`,
    state: 'done',
    principal: `${who}@example.com`,
    labels: { env },
    createdAtMs,
    startedAtMs,
    endedAtMs,
    bytesProcessed: gib(10),
    slotMs: hours(3),
    end: { how: 'succeeded' },
  });
  return { final, createdAtMs, endedAtMs };
};

const time = fc.constantFrom('3m', '5m', '7m', '690s');
const grace = fc.constantFrom('none', 'none', '2m', '5m');
const env = fc.constantFrom('dev', 'prod');
const line = fc.record({ time, env, grace });

const rules = fc
  .record({ noted: time, told: line, stopped: line, stuck: line, early: fc.constantFrom(undefined, '2m', '3m') })
  .map(({ noted, told, stopped, stuck, early }): NonNullable<WrittenPolicy['rules']> => [
    aRule({ name: 'noted', action: 'record', limit: { runTime: noted } }),
    aRule({ name: 'told', action: 'warn', match: { labels: { env: told.env } }, limit: { runTime: told.time } }),
    aRule({
      name: 'stopped',
      match: { labels: { env: stopped.env } },
      limit: { runTime: stopped.time },
      grace: stopped.grace,
      ...(early !== undefined && stopped.grace === 'none' && { warnAt: { runTime: early } }),
    }),
    aRule({ name: 'stuck', limit: { queueTime: stuck.time }, grace: stuck.grace }),
  ]);

const exempted = (expires: string): WrittenPolicy => ({
  exemptions: [
    {
      match: { principal: ['ada@example.com'] },
      expires,
      reason: 'a migration',
      approvedBy: 'lead@example.com',
    },
  ],
});

const frozen = (days: { readonly from: string; readonly to: string }) => ({
  name: 'close',
  match: { labels: { env: 'dev' } },
  ...days,
  reason: 'close',
  approvedBy: 'finance@example.com',
});

/** What keeps jobs from being cancelled: for a while by the clock, or because of who they are. */
const kept: fc.Arbitrary<WrittenPolicy> = fc.constantFrom<WrittenPolicy>(
  {},
  {},
  { protect: { principals: ['bo@example.com'], upTo: { runTime: '10m' } } },
  exempted('2026-03-12'),
  exempted('2026-03-09'),
  exempted('2026-03-11'),
  { freezes: [frozen({ from: '2026-03-11', to: '2026-03-11' })] },
  { freezes: [frozen({ from: '2026-03-12', to: '2026-03-12' })] },
);

const policy: fc.Arbitrary<WrittenPolicy> = fc
  .record({
    rules,
    kept,
    breaker: fc.constantFrom(
      { maxCancels: 50, maxShare: '100%' },
      { maxCancels: 2, maxShare: '100%' },
      { maxCancels: 50, maxShare: '40%' },
    ),
    budget: fc.constantFrom({}, { perSweep: 1 }, { perHour: 2 }, { perHour: 6, perOwnerPerHour: 1 }),
  })
  .map(({ kept: extra, ...written }) => ({ timezone, ...written, ...extra }));

const inMinutes = (deeds: readonly string[]) =>
  deeds
    .map((one) => one.replace(/\+([\d.]+) s$/, (_, at: string) => `minute ${Math.floor(Number(at) / 60)}`))
    .toSorted();

/** A job that comes to a slot hour in the middle of a minute after some minutes, or never. */
const hungry = fc
  .record({
    life,
    afterMinutes: fc.integer({ min: 1, max: 12 }),
    second: fc.integer({ min: 6, max: 45 }),
    comesToIt: fc.boolean(),
  })
  .map(({ life: given, afterMinutes, second, comesToIt }): PastJob => {
    const startedAtMs = nowMs + given.createdMs + given.queueMs;
    const passesAtMs = Math.ceil(startedAtMs / minutes(1)) * minutes(1) + minutes(afterMinutes) + second * 1000;
    const wanted = Math.max(given.runMs, minutes(1));
    // No sweep looks at the very millisecond: a job that ends with its limit is left out.
    const runMs = Math.abs(startedAtMs + wanted - passesAtMs) < 5000 ? wanted + 10_000 : wanted;
    const slotMs = (hours(1) * runMs) / (passesAtMs - startedAtMs);
    const past = asPast({ ...given, runMs }, 0);
    return { ...past, final: { ...past.final, slotMs: comesToIt ? slotMs : Math.min(slotMs, minutes(50)) } };
  });

const hungryPolicy: WrittenPolicy = {
  rules: [
    aRule({ name: 'hungry', limit: { slotHours: 1 } }),
    aRule({ name: 'told', action: 'warn', limit: { slotHours: 0.5 } }),
  ],
  breaker: { maxCancels: 50, maxShare: '100%' },
};

describe('a backtest of what was lived', () => {
  test('says what the sweeps really did, each deed in its minute', async () => {
    const deeds: string[] = [];
    await fc.assert(
      fc.asyncProperty(policy, fc.array(life, { minLength: 1, maxLength: 12 }), async (written, given) => {
        const lives = given.map(asPast);
        const done = await live(written, lives, sweeps);
        deeds.push(...done);
        expect(foretold(written, lives).toSorted()).toEqual(done.toSorted());
      }),
      { numRuns: 60 },
    );
    const count = (what: string) => deeds.filter((one) => one.startsWith(what)).length;
    expect(Math.min(count('cancel'), count('warn'), count('record'))).toBeGreaterThan(30);
  });

  test('says so of limits on what is used as well, which sweeps tell from the pace of a job', async () => {
    let cancels = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(hungry, { minLength: 1, maxLength: 8 }), async (given) => {
        const lives = given.map((past, index) => ({ ...past, final: { ...past.final, id: `job-${index}` } }));
        const done = await live(hungryPolicy, lives, sweeps);
        cancels += done.filter((one) => one.startsWith('cancel')).length;
        // Sweeps look when it should have happened: a little later than it did.
        expect(inMinutes(foretold(hungryPolicy, lives))).toEqual(inMinutes(done));
      }),
      { numRuns: 60 },
    );
    expect(cancels).toBeGreaterThan(30);
  });
});
