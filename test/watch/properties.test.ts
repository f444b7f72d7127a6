import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes, seconds, type WrittenPolicy } from '../make.ts';
import { aWorld } from './a-world.ts';
import {
  byCancel,
  denied,
  endsAfter,
  engineError,
  ignored,
  stopsAfter,
  succeeded,
  type Look,
  type MemoryJob,
  type OnCancel,
} from './memory-engine.ts';

// Whatever engine and trail do, some things never happen. Each run is a world of its own with a few sweeps.

const broken = engineError('503');
const onCancel = fc.constantFrom<OnCancel>(
  stopsAfter(0),
  stopsAfter(58_000),
  stopsAfter(150_000),
  endsAfter(500, succeeded),
  endsAfter(70_000, { how: 'failed', reason: 'invalidQuery' }),
  ignored,
  denied,
  { how: 'gone' },
  { how: 'throws', error: broken },
  { how: 'throws', error: broken, butEnds: { afterMs: 9000, end: byCancel } },
  { how: 'already-done', end: byCancel },
);
const look = fc.constantFrom<Look>(
  {},
  {},
  {},
  broken,
  'gone',
  { principal: undefined },
  { state: 'unknown' },
  { labels: undefined },
);

/** Jobs that the policy below must never cancel, and jobs that it may. */
const kinds = {
  short: { runTimeMs: minutes(2) },
  protected: { runTimeMs: hours(2), principal: 'dwh@example.com' },
  kept: { runTimeMs: hours(2), labels: { jobwarden: 'keep' } },
  writes: { runTimeMs: hours(2), statementType: 'MERGE' },
  hidden: { runTimeMs: hours(2), redacted: true },
  observed: { runTimeMs: hours(2), target: 'bigquery:finance-prod', project: 'finance-prod' },
  runaway: { runTimeMs: hours(2) },
} as const;
const kind = fc.constantFrom(
  ...Object.keys(kinds).filter((name): name is keyof typeof kinds => name in kinds),
  'runaway' as const,
);

const policy: WrittenPolicy = {
  targets: [
    { engine: 'bigquery', projects: ['analytics-prod'] },
    { engine: 'bigquery', projects: ['finance-prod'], mode: 'observe' },
  ],
  rules: [
    aRule({ name: 'trial', mode: 'observe', limit: { runTime: '1h' } }),
    aRule(),
    aRule({ name: 'early', action: 'warn', limit: { runTime: '1m' } }),
  ],
  protect: { principals: ['dwh@example.com'] },
  optOut: { label: 'jobwarden=keep', allowedFor: ['*@example.com'], upTo: { runTime: '1d' } },
  breaker: { maxCancels: 5, maxShare: '100%' },
  budget: { perSweep: 3 },
};

const jobs = fc
  .array(
    fc.record({
      kind,
      onCancel: fc.array(onCancel, { minLength: 1, maxLength: 3 }),
      look: fc.array(look, { minLength: 1, maxLength: 6 }),
    }),
    { maxLength: 7 },
  )
  .map((all) =>
    all.map((one, index): MemoryJob => {
      const job = aJob({ id: `${one.kind}-${index}`, ...kinds[one.kind] });
      return { job, onCancel: one.onCancel, look: one.look };
    }),
  );
const sweeps = fc.array(
  fc.record({
    isDown: fc.boolean(),
    refuses: fc.constantFrom('', 'cancel.intended', 'cancel.confirmed', 'notice'),
    loses: fc.constantFrom(false, false, false, true),
    latencyMs: fc.constantFrom(0, 0, 900),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('whatever goes wrong', () => {
  test('only runaways are cancelled, after their intent was recorded, in time, and three times at most', async () => {
    await fc.assert(
      fc.asyncProperty(jobs, sweeps, async (given, minutesOf) => {
        const world = aWorld({ policy, jobs: given });
        for (const { isDown, refuses, loses } of minutesOf) {
          world.trail.down = isDown;
          world.trail.refuses = ({ type }) => refuses !== '' && type.includes(refuses);
          if (loses) world.ledger.losing.add(world.ledger.swaps() + 1);
          const startedAtMs = world.clock.now();
          const summary = await world.sweepAgain();
          const sent = world.calls('cancel').filter(({ atMs }) => atMs >= startedAtMs);
          expect(sent.length).toBeLessThanOrEqual(3);
          expect(summary.tookMs).toBeLessThan(seconds(60));
          expect(JSON.stringify(world.log)).not.toContain('@example.com');
        }
        expect(world.cancelled().filter((id) => !id.startsWith('runaway'))).toEqual([]);
        for (const { job } of given)
          expect(world.cancelled().filter((id) => id === job.id).length).toBeLessThanOrEqual(3);
        for (const event of world.jobEvents('cancel.confirmed')) expect(world.cancelled()).toContain(event.data.job.id);
      }),
      { numRuns: 150, seed: 20260311 },
    );
  });

  test('once all is well again, every runaway is cancelled or accounted for, and nothing waits', async () => {
    await fc.assert(
      fc.asyncProperty(sweeps, async (minutesOf) => {
        const runaways = ['a', 'b', 'c'].map((id) => aJob({ id, runTimeMs: hours(2) }));
        const world = aWorld({ policy: { breaker: { maxShare: '100%' } }, jobs: runaways });
        for (const { isDown, refuses, loses } of minutesOf) {
          world.trail.down = isDown;
          world.trail.refuses = ({ type }) => refuses !== '' && type.includes(refuses);
          if (loses) world.ledger.losing.add(world.ledger.swaps() + 1);
          await world.sweepAgain();
        }
        world.trail.down = false;
        world.trail.refuses = () => false;
        const last = [await world.sweepAgain(), await world.sweepAgain(), await world.sweepAgain()].at(-1);
        expect(last).toMatchObject({ status: 'ok', jobsSeen: 0, events: { waiting: 0 } });
        expect([...new Set(world.cancelled())].sort()).toEqual(['a', 'b', 'c']);
        const { cases } = await world.ledger.document();
        expect(Object.values(cases).every(({ state }) => state === 'closed')).toBe(true);
      }),
      { numRuns: 60, seed: 20260311 },
    );
  });
});
