import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes, nowMs, seconds, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from './a-world.ts';
import { deliver } from './delivery.ts';
import { succeeded, type Look } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

/** A job whose limit of 30 minutes has passed for the first time so many ms after the sweep began. */
const passing = (afterMs: number, fields = {}) => aJob({ runTimeMs: minutes(30) + 1 - afterMs, ...fields });
const sentAfter = (world: TestWorld) => world.calls('cancel').map(({ atMs }) => atMs - nowMs);
const from = (afterMs: number, look: Look) => (atMs: number) => (atMs >= nowMs + afterMs ? look : {});
const wide: WrittenPolicy = {
  breaker: { maxCancels: 100, maxShare: '100%' },
  budget: { perSweep: 100, perHour: 100, perOwnerPerHour: 100 },
};

describe('a limit that passes within the sweep', () => {
  test.each([1, seconds(29.7), seconds(55), 56_999])(
    'is planned now, and the job is cancelled at its instant: %i ms',
    async (afterMs) => {
      const world = aWorld({ jobs: [passing(afterMs)] });
      await world.sweep();
      expect(sentAfter(world)).toEqual([afterMs]);
      const [intended, ...after] = world.journal.filter(({ what }) => what === 'event' || what === 'cancel');
      expect(intended).toMatchObject({ of: 'cancel.intended job-1', atMs: nowMs });
      expect(after[0]).toMatchObject({ what: 'cancel', atMs: nowMs + afterMs });
    },
  );

  test.each([57_000, 57_001, minutes(1)])('later than that is left to the next sweep: %i ms', async (afterMs) => {
    const world = aWorld({ jobs: [passing(afterMs)] });
    const { tookMs } = await world.sweep();
    expect(tookMs).toBe(0);
    expect(world.told()).toEqual([]);
    await world.sweepAgain();
    expect(sentAfter(world)).toEqual([Math.max(afterMs, minutes(1))]);
  });

  test('is waited for by the time in the queue as well', async () => {
    const job = aJob({ queueTimeMs: hours(6) - seconds(20) });
    const rules = [aRule({ limit: { queueTime: '6h' } })];
    const waits = aWorld({ jobs: [job], policy: { rules } });
    await waits.sweep();
    expect(sentAfter(waits)).toEqual([seconds(20) + 1]);
    const started = { state: 'running' as const, startedAtMs: nowMs + seconds(10) };
    const begins = aWorld({ jobs: [{ job, look: from(seconds(10), started) }], policy: { rules } });
    expect((await begins.sweep()).outcomes).toEqual({ 'held-back': 1 });
    expect(begins.cancelled()).toEqual([]);
  });

  test('is not foreseen where it is on something other than time', async () => {
    const limit = { all: { runTime: '30m', bytesProcessed: '1 TB' } };
    const world = aWorld({ jobs: [passing(seconds(10))], policy: { rules: [aRule({ limit })] } });
    expect((await world.sweep()).tookMs).toBe(0);
    expect(world.told()).toEqual([]);
  });

  test('is not waited for by who only observes: it is reported by the sweep that sees it passed', async () => {
    const world = aWorld({ jobs: [passing(seconds(10))], setting: 'observe' });
    expect(await world.sweep()).toMatchObject({ tookMs: 0, outcomes: {} });
    expect((await world.sweepAgain()).outcomes).toEqual({ 'would-have-been-cancelled': 1 });
  });

  test('counts for the breaker together with those that have passed', async () => {
    const jobs = [1, 2].map((index) => aJob({ id: `over-${index}`, runTimeMs: hours(1) }));
    const policy = { breaker: { maxCancels: 2, maxShare: '100%' } };
    const world = aWorld({ jobs: [...jobs, passing(seconds(10))], policy });
    expect((await world.sweep()).heldBack).toEqual({ breaker: 3 });
    expect(world.cancelled()).toEqual([]);
  });

  test('counts for the budget, and what is over it waits for the next sweep', async () => {
    const jobs = [passing(seconds(10), { id: 'soon' }), aJob({ id: 'over', runTimeMs: minutes(31) })];
    const world = aWorld({ jobs, policy: { budget: { perSweep: 1 } } });
    await world.sweep();
    expect(world.cancelled()).toEqual(['over']);
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['over', 'soon']);
    expect(world.ledger.latest().attempts).toHaveLength(2);
  });
});

describe('the second look, at the instant', () => {
  test('finds a job that ended before: nothing is sent, it is on record, and nobody is bothered', async () => {
    const job = { job: passing(seconds(30)), endsAtMs: nowMs + seconds(20), end: succeeded };
    const world = aWorld({ jobs: [job] });
    expect((await world.sweep()).outcomes).toEqual({ 'finished-first': 1 });
    expect(world.cancelled()).toEqual([]);
    expect(world.told()).toEqual(['cancel.intended job-1', 'cancel.finished-first job-1']);
    expect(world.notices()).toEqual([]);
  });

  test.each<[string, Look, WrittenPolicy]>([
    [
      'that its owner keeps by now',
      { labels: { jobwarden: 'keep' } },
      { optOut: { label: 'jobwarden=keep', allowedFor: '*', upTo: { runTime: '4h' } } },
    ],
    ['that is another one by now', { createdAtMs: nowMs }, {}],
    ['that started anew', { startedAtMs: nowMs }, {}],
    ['that is no SELECT after all', { statementType: 'MERGE' }, {}],
    ['whose start is not known any more', { startedAtMs: undefined }, {}],
  ])('holds back the cancel of a job %s', async (_, look, policy) => {
    const world = aWorld({ jobs: [{ job: passing(seconds(30)), look: from(seconds(15), look) }], policy });
    expect((await world.sweep()).outcomes).toEqual({ 'held-back': 1 });
    expect(world.cancelled()).toEqual([]);
  });

  test('is a look at the job as it is then: the record of what was done has its numbers', async () => {
    const world = aWorld({ jobs: [{ job: passing(seconds(30)), look: from(seconds(30), { slotMs: hours(9) }) }] });
    await world.sweep();
    expect(world.jobEvents('cancel.confirmed')[0]?.data.spent).toMatchObject({ slotHours: 9 });
  });
});

describe('what begins or ends by the calendar within the sweep is left to the next one', () => {
  const atMidnight = Date.parse('2026-03-12T00:00:00Z') - nowMs;

  test('an exemption that ends at midnight', async () => {
    const exemption = {
      match: {},
      reason: 'x',
      approvedBy: 'y',
      expires: '2026-03-11',
      afterExpiry: 'cancel' as const,
    };
    const exemptions = [{ ...exemption, match: { project: '*' } }];
    const job = aJob({ runTimeMs: hours(1) });
    const world = aWorld({ jobs: [job], policy: { exemptions } });
    await world.sweepAgain(atMidnight - seconds(20));
    expect(world.jobEvents('cancel.intended')).toEqual([]);
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('hours that begin', async () => {
    const rules = [aRule({ active: { days: 'mon-fri', hours: '10:01-18:00' } })];
    const world = aWorld({ jobs: [aJob({ runTimeMs: hours(1) })], policy: { rules } });
    await world.sweepAgain(seconds(30));
    expect(world.told()).toEqual([]);
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

describe('waiting', () => {
  test('is for nobody where nothing is due: what is over is cancelled, and the sweep ends', async () => {
    const jobs = [aJob({ id: 'over', runTimeMs: hours(1) }), passing(minutes(5), { id: 'far' })];
    const world = aWorld({ jobs });
    expect((await world.sweep()).tookMs).toBeLessThan(seconds(10));
    expect(sentAfter(world)).toEqual([0]);
  });

  test('keeps nobody from being told: warnings are on record and on their way before it begins', async () => {
    const warns = aRule({ name: 'warns', action: 'warn', match: { labels: { env: 'dev' } } });
    const waits = aRule({ name: 'waits', grace: '1h', match: { labels: { env: 'test' } } });
    const cancels = aRule({ match: { labels: { env: 'absent' } } });
    const over = (id: string, env: string) => aJob({ id, runTimeMs: hours(1), labels: { env } });
    const jobs = [passing(seconds(40)), over('warned', 'dev'), over('waits', 'test')];
    const world = aWorld({ jobs, policy: { rules: [warns, waits, cancels] } });
    await world.sweep();
    const notices = world.journal.filter(({ of }) => of === 'notice warned').map(({ atMs }) => atMs - nowMs);
    expect(notices).toEqual([0]);
    expect(
      world
        .notices('warned')[0]
        ?.jobs.map(({ id }) => id)
        .toSorted(),
    ).toEqual(['waits', 'warned']);
    expect(sentAfter(world)).toEqual([seconds(40)]);
    await deliver(world);
    expect((await world.sweepAgain()).outcomes).toMatchObject({ 'held-back': 1 });
    expect(world.notices('warned')).toHaveLength(1);
  });

  test('keeps no cancel that is due now from being sent now', async () => {
    const soon = Array.from({ length: 40 }, (_, index) =>
      passing(seconds(50), { id: `soon-${index}`, slotMs: hours(9) }),
    );
    const now = aJob({ id: 'now', runTimeMs: minutes(31) });
    const world = aWorld({ jobs: [...soon, now], policy: wide });
    await world.sweep();
    expect(world.calls('cancel')[0]).toMatchObject({ of: 'now', atMs: nowMs });
    expect(world.cancelled()).toHaveLength(41);
  });

  test('has each of many jobs cancelled at its own instant', async () => {
    const jobs = Array.from({ length: 20 }, (_, index) => passing(seconds(2 * index) + 7, { id: `job-${index}` }));
    const world = aWorld({ jobs: jobs.toReversed(), policy: wide });
    await world.sweep();
    expect(sentAfter(world)).toEqual(jobs.map((_job, index) => seconds(2 * index) + 7));
  });

  test('of a grace that ends within the sweep counts as well, and one that ends later is left to the next', async () => {
    const policy = { rules: [aRule({ grace: '3m' })] };
    const world = aWorld({ jobs: [aJob({ id: 'a', runTimeMs: hours(1) })], policy });
    await world.sweep();
    await deliver(world, { atMs: nowMs + 56_999 });
    await world.sweepAgain();
    world.engine.put({ job: aJob({ id: 'b', runTimeMs: hours(1) }) });
    await world.sweepAgain();
    await deliver(world, { atMs: nowMs + minutes(2) + 57_000 });
    for (let minute = 3; minute < 8; minute += 1) await world.sweepAgain();
    expect(sentAfter(world)).toEqual([minutes(3) + 56_999, minutes(6)]);
  });
});
