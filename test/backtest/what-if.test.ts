import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { backtest } from '../../shared/backtest/backtest.ts';
import type { WhatIf } from '../../shared/backtest/curve.ts';
import { spreading } from '../../shared/backtest/spread.ts';
import { stopsAround } from '../../shared/backtest/stops.ts';
import { movable, type WhatIfAsk } from '../../shared/backtest/what-if.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import { metrics } from '../../shared/jobs/verdict.ts';
import { aPastJob, ran } from '../history/make.ts';
import { aPolicy, aRule, gib, hours, minutes, seconds, tib, type WrittenRule } from '../make.ts';

// Synthetic: no such job or policy exists.

const free = {
  breaker: { maxCancels: 100_000, maxShare: '100%', minJobs: 100_000 },
  budget: { perSweep: 100_000, perHour: 100_000, perOwnerPerHour: 100_000 },
};

function looked(written: WrittenRule, jobs: readonly PastJob[], ask: Omit<WhatIfAsk, 'rule'>) {
  const policy = aPolicy({ ...free, owners: { domains: ['example.com'] }, rules: [aRule(written)] });
  const test = backtest({ policy }, { whatIf: [{ rule: 'long-queries', ...ask }], spreads: true });
  for (const job of jobs) test.note(job);
  const [rule] = test.answer().rules;
  const { whatIf, spreads } = test.further();
  const [found] = whatIf;
  if (rule === undefined || found === undefined) throw new Error('nothing was asked');
  return { rule, found, spreads };
}

const minute = fc.integer({ min: 0, max: 200 }).map(minutes);
const jobs = fc.array(
  fc.record({
    startMs: fc.integer({ min: 0, max: hours(5) }),
    runTimeMs: fc.oneof(minute, fc.integer({ min: 0, max: hours(3) })),
    queueTimeMs: fc.oneof(fc.constant(0), fc.constant(1000), fc.integer({ min: 0, max: hours(2) }), minute),
    bytes: fc.integer({ min: 0, max: 4000 }),
    slotHours: fc.integer({ min: 0, max: 100 }),
    person: fc.integer({ min: 0, max: 14 }),
    ending: fc.constantFrom('succeeded', 'invalidQuery', 'stopped'),
  }),
  { maxLength: 12 },
);

const pastJobs = jobs.map((all) =>
  all.map(({ bytes, slotHours, person, ending, ...times }, index) =>
    aPastJob({
      ...times,
      columns: {
        job_id: `job-${index}`,
        user_email: `p${person}@example.com`,
        total_bytes_processed: String(gib(bytes)),
        total_slot_ms: String(hours(slotHours)),
        ...(ending !== 'succeeded' && { error_result: { reason: ending, message: 'x' } }),
      },
    }),
  ),
);

const numbers = {
  runTime: fc.integer({ min: 0, max: 180 }).map((count) => `${count}m`),
  queueTime: fc.integer({ min: 0, max: 120 }).map((count) => `${count}m`),
  bytesProcessed: fc.integer({ min: 0, max: 4000 }).map((count) => `${count} GiB`),
  slotHours: fc.integer({ min: 0, max: 100 }),
  costSoFar: fc.integer({ min: 0, max: 25 }).map((count) => `${count} USD`),
};
const some = fc.record(numbers, { requiredKeys: [] }).filter((one) => Object.keys(one).length > 0);
const limits = fc.oneof(
  some,
  some.map((all) => ({ all })),
);
const graces = fc.constantFrom('none', '90s', '10m', '1h');
const rules = fc.record(
  { limit: limits, grace: graces, warnAt: limits },
  { requiredKeys: ['limit', 'grace'] },
) satisfies fc.Arbitrary<WrittenRule>;

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
const partsOf = ({ most, others }: WhatIf['owners'], at: number) =>
  sum([...most, ...(others === undefined ? [] : [others])].map(({ caught }) => caught[at] ?? 0));

/** The number that a written rule would be asked about: the first of its limit. */
function ownOf(written: WrittenRule) {
  const limit = aPolicy({ rules: [aRule(written)] }).rules[0]?.limit.of ?? {};
  const metric = metrics.find((one) => limit[one] !== undefined) ?? 'runTime';
  return { metric, own: limit[metric] ?? 0 };
}

describe('a what-if', () => {
  it("says at the rule's own limit what the backtest counts, where nothing but the rule has a say", () => {
    fc.assert(
      fc.property(rules, pastJobs, (written, all) => {
        const { metric, own } = ownOf(written);
        const { rule, found } = looked(written, all, { metric, limits: [own] });
        const [at] = found.at;
        expect(at).toMatchObject({ caught: rule.cancels, likelyFalseAlarms: rule.likelyFalseAlarms });
        expect(at?.endedInGrace).toBe(rule.heldBack['grace'] ?? 0);
        for (const key of ['timeMs', 'slotHours', 'usd'] as const) {
          expect(at?.after[key].low).toBeCloseTo(rule.after[key].low, 6);
          expect(at?.after[key].high).toBeCloseTo(rule.after[key].high, 6);
        }
        expect(at?.after.unpriced).toBe(rule.after.unpriced);
        expect(found.owners.different).toBe(rule.owners.different);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['warn', 'record'] as const)('says how many jobs a rule would %s', (action) => {
    const counted = action === 'warn' ? 'warned' : 'recorded';
    fc.assert(
      fc.property(limits, pastJobs, (limit, all) => {
        const { metric, own } = ownOf({ limit });
        const { rule, found } = looked({ limit, action }, all, { metric, limits: [own] });
        expect(found.at[0]?.caught).toBe(rule[counted]);
      }),
    );
  });

  it('catches no more jobs with a higher limit, and every one of somebody', () => {
    fc.assert(
      fc.property(rules, pastJobs, (written, all) => {
        const { metric, own } = ownOf(written);
        const stops = stopsAround(metric, own);
        const { found } = looked(written, all, { metric, limits: stops });
        const caught = found.at.map((one) => one.caught);
        expect(caught).toEqual(caught.toSorted((a, b) => b - a));
        for (const [at, one] of found.at.entries()) {
          expect(one.likelyFalseAlarms).toBeLessThanOrEqual(one.caught);
          expect([partsOf(found.owners, at), partsOf(found.clients, at)]).toEqual([one.caught, one.caught]);
        }
      }),
    );
  });

  it('says for each stop what it says for that limit alone', () => {
    fc.assert(
      fc.property(rules, pastJobs, (written, all) => {
        const { metric, own } = ownOf(written);
        const stops = stopsAround(metric, own);
        const { found } = looked(written, all, { metric, limits: stops });
        const alone = stops.map((stop) => looked(written, all, { metric, limits: [stop] }).found.at[0]);
        expect(found.at).toEqual(alone);
      }),
      { numRuns: 20 },
    );
  });

  test('leaves out jobs of which it cannot be told whether the rule is about them', () => {
    const rule = { match: { labels: { team: 'a' } } };
    const unknown = ran(60, { columns: { labels: undefined } });
    expect(looked(rule, [unknown], { metric: 'runTime', limits: [1] }).found.at[0]?.caught).toBe(0);
  });

  test('names the ten owners with the most, and counts the others together', () => {
    const all = Array.from({ length: 30 }, (_, index) =>
      ran(60, { columns: { job_id: `j${index}`, user_email: `p${index % 12}@example.com` } }),
    );
    const { owners } = looked({}, all, { metric: 'runTime', limits: [minutes(30)] }).found;
    expect([owners.different, owners.most.length, owners.others?.caught]).toEqual([12, 10, [4]]);
    expect(owners.most[0]).toMatchObject({ name: 'p0@example.com', caught: [3] });
  });
});

describe('the stops of a slider', () => {
  test.each(movable)('of %s ascend, hold the own limit, and are few', (metric) => {
    for (const own of [0, 1, seconds(61), minutes(30), hours(6), tib(5), 3.7]) {
      const stops = stopsAround(metric, own);
      expect(stops).toEqual([...new Set(stops)].toSorted((a, b) => a - b));
      expect(stops).toContain(own);
      expect(stops.length).toBeLessThanOrEqual(120);
    }
  });
});

describe('the spread of the jobs of a rule', () => {
  it('counts every job once by each number, with what the limit makes of it', () => {
    const all = [ran(5), ran(33), ran(60), aPastJob({ columns: { job_id: 'b', total_slot_ms: undefined } })];
    const { spreads } = looked({}, all, { metric: 'runTime', limits: [] as number[] });
    const shown = spreads[0]?.spreads ?? [];
    expect(shown.map(({ metric }) => metric)).toEqual(['runTime', 'bytesProcessed', 'slotHours']);
    expect(shown.map((one) => [sum(one.all), sum(one.caught), sum(one.likelyFalseAlarms), one.unknown])).toEqual([
      [4, 3, 1, 0],
      [4, 3, 1, 0],
      [3, 2, 1, 1],
    ]);
    const [times] = shown;
    const bin = times?.edges.filter((edge) => edge <= minutes(33)).length ?? 0;
    expect([times?.all[bin], times?.likelyFalseAlarms[bin]]).toEqual([1, 1]);
  });
});

describe('a bin of a spread', () => {
  it('begins at its edge, and ends before the next', () => {
    const counting = spreading('runTime');
    for (const value of [minutes(30) - 1, minutes(30), minutes(45) - 1]) counting.note(value, 'left alone');
    const { edges, all } = counting.spread();
    const bin = edges.indexOf(minutes(30)) + 1;
    expect([all[bin - 1], all[bin], all[bin + 1]]).toEqual([1, 2, 0]);
  });
});

describe('the hours of an answer', () => {
  it('count what would have happened, and leave out hours without anything', () => {
    const policy = aPolicy({
      ...free,
      rules: [aRule(), aRule({ name: 'told', action: 'warn', limit: { runTime: '10m' } })],
      protect: { principals: ['kept@example.com'] },
    });
    const test = backtest({ policy });
    for (const job of [
      ran(60),
      ran(33, { columns: { job_id: 'soon' } }),
      ran(60, { startMs: hours(5), columns: { job_id: 'kept', user_email: 'kept@example.com' } }),
    ])
      test.note(job);
    const none = { cancels: 0, likelyFalseAlarms: 0, heldBack: 0, told: 0, breakerOpenings: 0 };
    expect(test.answer().hours).toEqual([
      { ...none, at: '2026-03-11T10:00:00.000Z', cancels: 2, likelyFalseAlarms: 1, told: 2 },
      { ...none, at: '2026-03-11T15:00:00.000Z', heldBack: 1, told: 1 },
    ]);
  });
});
