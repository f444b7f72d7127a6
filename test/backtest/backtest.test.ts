import { describe, expect, it } from 'vitest';
import { aRule, hours, minutes, nowMs, seconds } from '../make.ts';
import { aPastJob, ran, type RowFields } from '../history/make.ts';
import { answered } from './make.ts';

const open = { maxCancels: 100, maxShare: '100%', minJobs: 1 };
const budget = { perSweep: 100, perHour: 100, perOwnerPerHour: 100 };
const free = { breaker: open, budget };
const policy = { ...free, rules: [aRule()] };
const at = (ms: number) => new Date(nowMs + ms).toISOString();

/** So many jobs that ran for an hour, by different people, created a second after each other. */
const many = (count: number, fields: (index: number) => RowFields = () => ({})) =>
  Array.from({ length: count }, (_, index) => {
    const { columns, ...rest } = fields(index);
    return aPastJob({ ...rest, columns: { job_id: `job-${index}`, user_email: `p${index}@example.com`, ...columns } });
  });

describe('a backtest', () => {
  it('says when a cancel would have come, and what the job did afterwards', () => {
    const { verdicts, rules } = answered(policy, [ran(60)]);
    expect(verdicts).toMatchObject([
      {
        job: 'bigquery:analytics-prod:EU.job-1',
        rule: 'long-queries',
        did: 'cancel',
        // Foreseen by the sweep before, sent when the limit has passed.
        at: at(minutes(30) + 1),
        because: 'has run for 30 min, over the limit of 30 min',
        after: { how: 'succeeded', timeMs: minutes(30) - 1, likelyFalseAlarm: false },
      },
    ]);
    expect(rules[0]).toMatchObject({ jobs: 1, cancels: 1, likelyFalseAlarms: 0, unjudged: 0 });
    expect(rules[0]?.after.slotHours.high).toBeCloseTo(5, 3);
    expect(rules[0]?.after.usd.low).toBe(0);
    expect(rules[0]?.after.usd.high).toBeCloseTo(3.125, 3);
  });

  it('leaves a job alone that ended before the limit', () => {
    expect(answered(policy, [ran(30), ran(5)]).rules[0]).toMatchObject({ jobs: 2, cancels: 0 });
  });

  it.each([
    ['succeeds within 5 min', 34, {}, 1],
    ['succeeds within a fifth of its run time', 37, {}, 1],
    ['goes on for longer', 38, {}, 0],
    ['fails soon after', 34, { error_result: { reason: 'invalidQuery' } }, 0],
  ])('calls a cancel a likely false alarm as the job decides: one that %s', (_, count, columns, expected) => {
    expect(answered(policy, [ran(count, { columns })]).rules[0]).toMatchObject({
      cancels: 1,
      likelyFalseAlarms: expected,
    });
  });

  it('counts time and slot hours of likely false alarms only at most', () => {
    const { after } = answered(policy, [ran(60), ran(34, { columns: { job_id: 'other' } })]).rules[0] ?? {};
    expect(after?.timeMs).toEqual({ low: minutes(30) - 1, high: minutes(34) - 2 });
  });

  it('counts the money of slot time at least, of bytes only at most', () => {
    const reserved = { reservation_id: 'admin:EU.main', job_id: 'reserved' };
    const prices = { reservations: { 'admin:EU.main': '0.05 USD' } };
    const { after } = answered({ ...policy, prices }, [ran(60, { columns: reserved })]).rules[0] ?? {};
    expect(after?.usd.low).toBeCloseTo(0.25, 3);
    expect(after?.usd.high).toBeCloseTo(0.25, 3);
  });

  it.each([
    [20, 'when it passes, which its pace tells', minutes(30) + seconds(20) + 1],
    [57, 'at the next sweep, where it passes too late in one', minutes(31)],
  ])('acts on a limit on what is used, %s s after a sweep, %s', (second, _, atMs) => {
    const bytes = { ...policy, rules: [aRule({ limit: { bytesProcessed: '512 GiB' } })] };
    const { verdicts } = answered(bytes, [aPastJob({ startMs: seconds(second) })]);
    expect(verdicts[0]).toMatchObject({ did: 'cancel', at: at(atMs) });
  });

  it('judges by the waiting time what never ran', () => {
    const queue = { ...policy, rules: [aRule({ limit: { queueTime: '1h' } })] };
    const { rules, verdicts } = answered(queue, [aPastJob({ queueTimeMs: hours(2) })]);
    expect([rules[0]?.cancels, verdicts[0]?.at]).toEqual([1, at(-hours(1) + 1)]);
    expect(rules[0]?.after.slotHours.high).toBe(10);
  });

  it('waits for a grace, which counts from a minute after the sweep that tells', () => {
    const graceful = { ...policy, rules: [aRule({ grace: '10m' })] };
    const { verdicts, rules } = answered(graceful, [ran(60), ran(40, { columns: { job_id: 'short' } })]);
    expect(verdicts.map(({ job, did, at }) => [job.slice(-5), did, at])).toEqual([
      ['short', 'held back', at(minutes(31))],
      ['job-1', 'cancel', at(minutes(42))],
    ]);
    expect(rules[0]).toMatchObject({ cancels: 1, heldBack: { grace: 1 } });
  });

  it('begins a grace with the warning line', () => {
    const graceful = { ...policy, rules: [aRule({ grace: '10m', warnAt: { runTime: '20m' } })] };
    const { verdicts, rules } = answered(graceful, [ran(60)]);
    expect(verdicts.map(({ did, at }) => [did, at])).toEqual([
      ['warn', at(minutes(21))],
      ['cancel', at(minutes(32))],
    ]);
    expect(rules[0]?.warned).toBe(1);
  });

  it('judges by the calendar of that time', () => {
    const freezes = [{ name: 'quiet', from: '2026-03-11', to: '2026-03-11', reason: 'close' }];
    const day = { ...policy, timezone: 'UTC', freezes };
    const { rules, verdicts } = answered(day, [
      ran(60),
      aPastJob({ runTimeMs: hours(20), columns: { job_id: 'over' } }),
    ]);
    expect(rules[0]).toMatchObject({ cancels: 1, heldBack: { freeze: 1 } });
    expect(verdicts.find(({ did }) => did === 'cancel')?.at).toBe('2026-03-12T00:00:00.000Z');
  });

  it('judges by the exemptions of that time, and by the hours of a rule', () => {
    const exempt = {
      ...policy,
      timezone: 'UTC',
      exemptions: [
        {
          match: { principal: ['sam@example.com'] },
          reason: 'r',
          approvedBy: 'a',
          expires: '2026-03-11',
          afterExpiry: 'cancel' as const,
        },
      ],
      rules: [aRule({ active: { hours: '08:00-18:00' } })],
    };
    const long = aPastJob({ runTimeMs: hours(30) });
    expect(answered(exempt, [long]).verdicts.map(({ did, at }) => [did, at])).toEqual([
      ['cancel', '2026-03-12T08:00:00.000Z'],
    ]);
  });

  it('opens the breaker over a sweep of many, and counts once how long it was open', () => {
    const { rules, breaker } = answered({ ...policy, breaker: { ...open, maxCancels: 3 } }, many(5));
    expect(rules[0]).toMatchObject({ cancels: 0, heldBack: { breaker: 5 }, breakerOpenings: 1 });
    expect(breaker).toMatchObject({ openings: 1, openMs: minutes(30) });
  });

  it('spends the budgets of an hour, the costliest first', () => {
    const { rules } = answered({ ...policy, budget: { ...budget, perHour: 2 } }, many(5));
    expect(rules[0]).toMatchObject({ cancels: 2, heldBack: { budget: 3 } });
  });

  it('gives a budget back after an hour', () => {
    const { rules } = answered(
      { ...policy, budget: { ...budget, perHour: 2 } },
      many(5, () => ({ runTimeMs: hours(2) })),
    );
    expect(rules[0]).toMatchObject({ cancels: 4, heldBack: { budget: 1 } });
  });

  it('counts for the breaker against the jobs that ran then', () => {
    const share = { ...policy, breaker: { maxCancels: 100, maxShare: '20%', minJobs: 10 } };
    const others = many(20, (index) => ({
      startMs: minutes(28),
      runTimeMs: minutes(10),
      columns: { job_id: `o${index}` },
    }));
    expect(answered(share, [...many(4), ...others]).breaker.openings).toBe(0);
    expect(answered(share, [...many(4), ...others.slice(0, 8)]).breaker.openings).toBe(1);
  });

  it('lets a query run that was cancelled so often, where a rule says so', () => {
    const retries = { after: 2, within: '24h', then: 'letRun' as const };
    const again = many(4, (index) => ({
      startMs: hours(2 * index),
      columns: { user_email: 'sam@example.com', query_info: { query_hashes: { normalized_literals: 'abc' } } },
    }));
    expect(answered({ ...policy, rules: [aRule({ retries })] }, again).rules[0]).toMatchObject({
      cancels: 2,
      heldBack: { retries: 2 },
    });
  });

  it('takes everything to be in force', () => {
    const soft = { ...policy, mode: 'observe' as const, rules: [aRule({ mode: 'observe' })] };
    expect(answered(soft, [ran(60)]).rules[0]?.cancels).toBe(1);
  });

  it('lets a rule on trial win against one in force, as it would if both were', () => {
    const exemptions = [
      { match: { principal: ['sam@example.com'] }, reason: 'r', approvedBy: 'a', expires: '2026-12-31' },
    ];
    const rules = [aRule({ mode: 'observe' }), aRule({ name: 'told', action: 'warn', mode: 'enforce' })];
    const [first, second] = answered({ ...policy, exemptions, rules }, [ran(60)]).rules;
    expect([first?.heldBack, second?.warned]).toEqual([{ exemption: 1 }, 0]);
  });

  it('judges no part of a script, nothing redacted and nothing outside of its targets, and says so', () => {
    const { jobs, rules } = answered(policy, [
      ran(60, { columns: { parent_job_id: 'p' } }),
      ran(60, { columns: { user_email: null } }),
      ran(60, { columns: { project_id: 'elsewhere' } }),
      ran(60),
    ]);
    expect(jobs).toEqual({ judged: 1, redacted: 1, partsOfScripts: 1, notListed: 1, projects: 1 });
    expect(rules[0]?.jobs).toBe(1);
  });

  it('counts jobs that a rule cannot judge', () => {
    const rules = [
      aRule({ limit: { costEstimated: '5 USD' } }),
      aRule({ name: 'labelled', match: { labels: { team: 'a' } } }),
    ];
    const answer = answered({ ...policy, rules }, [ran(60, { columns: { labels: undefined } })]);
    expect(answer.rules.map(({ jobs, unjudged, cancels }) => [jobs, unjudged, cancels])).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
  });

  it('reports records and warnings, owners and clients', () => {
    const rules = [
      aRule({ name: 'a', action: 'record', limit: { runTime: '10m' }, match: { client: 'dbt' } }),
      aRule({ name: 'b', action: 'warn', limit: { runTime: '10m' } }),
      aRule({ name: 'c', match: { principal: 'p1@*' } }),
    ];
    const jobs = many(3, (index) => ({
      columns: { labels: index === 0 ? [{ key: 'dbt_invocation_id', value: 'x' }] : [] },
    }));
    const answer = answered({ ...policy, rules, owners: { domains: ['example.com'] } }, jobs);
    expect(answer.rules.map(({ recorded, warned, cancels }) => [recorded, warned, cancels])).toEqual([
      [0, 0, 0],
      [0, 3, 0],
      [0, 0, 1],
    ]);
    expect(answer.rules[2]?.owners).toEqual({ different: 1, most: [{ name: 'p1@example.com', count: 1 }] });
    expect(answer.rules[2]?.clients.most[0]?.name).toBe('none known');
  });

  it('says the same whatever the order of the jobs', () => {
    const jobs = many(30, (index) => ({ startMs: minutes(index * 7), runTimeMs: minutes(20 + index * 3) }));
    const tight = { ...policy, breaker: { ...open, maxCancels: 2 }, budget: { ...budget, perHour: 4 } };
    expect(answered(tight, jobs.toReversed())).toEqual(answered(tight, jobs));
  });
});
