import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes, nowMs, seconds, type WrittenPolicy } from '../make.ts';
import { aWorld } from './a-world.ts';
import { byCancel, engineError } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const finance = 'bigquery:finance-prod';
const analytics = 'bigquery:analytics-prod';
const inFinance = { ...runaway, id: 'job-2', target: finance, project: 'finance-prod' };
const broken = engineError('403 access denied', { failure: 'forbidden', retryable: false });

describe('a target that fails', () => {
  test('does not sink the others', async () => {
    const world = aWorld({ jobs: [runaway, inFinance] });
    world.engine.target(finance, { fails: broken });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(summary).toMatchObject({ status: 'degraded', jobsSeen: 1 });
    expect(summary.targets).toMatchObject([
      { target: analytics, jobs: 1, complete: true },
      { target: finance, jobs: 0, complete: false, failed: '[bigquery] 403 access denied' },
    ]);
  });

  test('is an event once, and told to the operators once it has failed for three minutes', async () => {
    const world = aWorld();
    world.engine.target(finance, { fails: broken });
    const toldAt: number[] = [];
    await world.sweep();
    for (let minute = 1; minute < 8; minute += 1) {
      await world.sweepAgain();
      toldAt.push(world.notices('trouble').length);
    }
    expect(world.told()).toEqual(['target.failed']);
    expect(toldAt).toEqual([0, 0, 1, 1, 1, 1, 1]);
    const [notice] = world.notices('trouble');
    expect(notice?.trouble).toMatchObject({
      title: `${finance} is not watched completely`,
      lines: [expect.stringMatching(/403 access denied/), expect.stringMatching(/neither judged nor cancelled/)],
    });
  });

  test('and recovers is forgotten, so that the next failure is news again', async () => {
    const world = aWorld();
    world.engine.target(finance, { fails: broken });
    await world.sweep();
    world.engine.target(finance, {});
    expect((await world.sweepAgain()).status).toBe('ok');
    world.engine.target(finance, { fails: broken });
    await world.sweepAgain();
    expect(world.told()).toEqual(['target.failed', 'target.failed']);
    expect((await world.ledger.document()).troubles).toEqual({ [`target:${finance}`]: expect.any(Number) });
  });

  test('like all the others makes the sweep a failed one', async () => {
    const world = aWorld({ jobs: [runaway] });
    for (const name of [analytics, finance]) world.engine.target(name, { fails: broken });
    expect(await world.sweep()).toMatchObject({ status: 'failed', jobsSeen: 0, outcomes: {} });
  });

  test('after some pages still has the jobs of those judged', async () => {
    const world = aWorld({ jobs: [runaway, aJob({ id: 'job-2' })] });
    world.engine.target(analytics, { failsAfterPages: broken, pageSize: 1 });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(summary.targets[0]).toMatchObject({ jobs: 2, complete: false, failed: expect.any(String) });
    expect(summary.status).toBe('degraded');
  });

  test('after some pages does not make the sweep a failed one, even where it is the only target', async () => {
    const policy: WrittenPolicy = { targets: [{ engine: 'bigquery', projects: ['analytics-prod'] }] };
    const world = aWorld({ policy, jobs: [runaway] });
    world.engine.target(analytics, { failsAfterPages: broken });
    expect(await world.sweep()).toMatchObject({ status: 'degraded', outcomes: { cancelled: 1 } });
  });

  test('because it hangs is given up after 40 seconds, and the others are acted on', async () => {
    const world = aWorld({ jobs: [runaway, inFinance] });
    world.engine.target(finance, { hangs: true });
    const { targets } = await world.sweep();
    expect(targets[1]).toMatchObject({ failed: expect.stringMatching(/time of this sweep is up|hung/) });
    expect(world.cancelled()).toEqual(['job-1']);
    expect(world.calls('cancel')[0]?.atMs).toBe(nowMs + seconds(40));
  });

  test('because its engine was not opened says so', async () => {
    const world = aWorld({ jobs: [runaway], engines: async () => ({ sources: {}, cancellers: {} }) });
    const summary = await world.sweep();
    expect(summary).toMatchObject({
      status: 'failed',
      targets: [{ failed: expect.stringMatching(/engine was not opened/) }, {}],
    });
  });
});

describe('an incomplete listing', () => {
  test.each([
    ['a location was skipped', { unreachable: ['europe-west5'] }, /locations could not be reached: europe-west5/],
    ['a record could not be read', { unreadable: ['job x: no state'] }, /A record could not be read: job x: no state/],
  ])('still judges what was seen: %s', async (_, how, why) => {
    const world = aWorld({ jobs: [runaway] });
    world.engine.target(analytics, how);
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(summary).toMatchObject({ status: 'degraded', targets: [{ complete: false, ...how }, { complete: true }] });
    const event = world.trail.events.find(({ type }) => type.includes('target.failed'));
    expect(event).toMatchObject({ subject: analytics, data: { why: expect.stringMatching(why) } });
  });

  test('names at most 20 records that could not be read', async () => {
    const world = aWorld();
    world.engine.target(analytics, { unreadable: Array.from({ length: 50 }, (_, index) => `job ${index}`) });
    expect((await world.sweep()).targets[0]?.unreadable).toHaveLength(20);
  });

  test('has its pages judged one by one, all of them', async () => {
    const jobs = Array.from({ length: 25 }, (_, index) => ({ ...runaway, id: `job-${index}` }));
    const policy = { rules: [aRule({ action: 'warn' })] };
    const world = aWorld({ jobs, policy });
    world.engine.target(analytics, { pageSize: 4 });
    expect(await world.sweep()).toMatchObject({ status: 'ok', jobsSeen: 25, outcomes: { warned: 25 } });
  });
});

describe('a job that is hidden', () => {
  const hidden = { ...runaway, id: 'hidden', redacted: true };

  test('is never judged, and is reported', async () => {
    const world = aWorld({ jobs: [hidden, runaway] });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(summary).toMatchObject({ status: 'degraded', jobsSeen: 1, targets: [{ jobs: 2, redacted: 1 }, {}] });
    expect(world.calls('get').every(({ of }) => of === 'job-1')).toBe(true);
    expect(world.trail.events.find(({ type }) => type.includes('target.failed'))).toMatchObject({
      data: { why: expect.stringMatching(/1 jobs are hidden from Jobwarden: grant it bigquery\.jobs\.listAll/) },
    });
  });

  test('that a closer look still hides is not judged either', async () => {
    const world = aWorld({ jobs: [{ job: runaway, look: { redacted: true, principal: undefined } }] });
    const summary = await world.sweep();
    expect(summary.outcomes).toEqual({});
    expect(summary.troubles).toEqual([
      expect.stringMatching(/job-1 is not judged: its creation time or principal is missing/),
    ]);
  });
});

describe('a closer look', () => {
  test.each([
    ['it has ended', { state: 'done', end: byCancel }],
    ['it is below the limit', { startedAtMs: nowMs - minutes(1) }],
  ] as const)('drops a job of which the list said too much: %s', async (_, look) => {
    const world = aWorld({ jobs: [{ job: runaway, look }] });
    expect(await world.sweep()).toMatchObject({ status: 'ok', outcomes: {}, troubles: [] });
    expect(world.told()).toEqual([]);
  });

  test.each([
    ['its creation time is another', { createdAtMs: nowMs }],
    ['its principal is not known', { principal: undefined }],
  ])('drops a job that may be another, and says so: %s', async (_, look) => {
    const world = aWorld({ jobs: [{ job: runaway, look }] });
    expect(await world.sweep()).toMatchObject({
      status: 'degraded',
      outcomes: {},
      troubles: [expect.stringMatching(/is not judged/)],
    });
  });

  test('drops a job that is listed and yet not known to the engine, and says so: it may go on unseen', async () => {
    const world = aWorld({ jobs: [{ job: runaway, look: 'gone' }] });
    const says = /job-1 is listed as running, but the engine says that there is no such job: it is not judged/;
    expect(await world.sweep()).toMatchObject({
      status: 'degraded',
      outcomes: {},
      troubles: [expect.stringMatching(says)],
    });
    expect(world.told()).toEqual([]);
  });

  test('that fails leaves the verdict of the list, says so, and leads to no cancel', async () => {
    const world = aWorld({ jobs: [{ job: runaway, look: engineError('503') }] });
    const summary = await world.sweep();
    expect(summary.troubles).toEqual([
      expect.stringMatching(/job-1 could not be looked at more closely: \[bigquery\] 503/),
    ]);
    expect(summary.heldBack).toEqual({ 'look-again': 1 });
    expect(world.cancelled()).toEqual([]);
  });

  test('that fails does not keep a warning back', async () => {
    const policy = { rules: [aRule({ action: 'warn' })] };
    const world = aWorld({ policy, jobs: [{ job: runaway, look: engineError('503') }] });
    expect((await world.sweep()).outcomes).toEqual({ warned: 1 });
  });

  test('decides what the list leaves open', async () => {
    const policy = { rules: [aRule({ match: { client: 'metabase' } })] };
    const queryText = '-- Metabase:: userID: 1 queryType: native queryHash: abc\nSELECT 1';
    const dashboard = { job: runaway, look: { queryText } };
    const other = { job: { ...runaway, id: 'job-2' }, look: { queryText: 'SELECT 1' } };
    const world = aWorld({ policy, jobs: [dashboard, other] });
    await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('is had by at most 50 jobs in a sweep, those that would be cancelled first', async () => {
    const policy: WrittenPolicy = {
      rules: [aRule(), aRule({ name: 'early', limit: { runTime: '2m' }, action: 'warn' })],
    };
    const slow = Array.from({ length: 80 }, (_, index) => aJob({ id: `slow-${index}` }));
    const late = Array.from({ length: 4 }, (_, index) => aJob({ id: `late-${index}`, runTimeMs: hours(1) }));
    const world = aWorld({ policy, jobs: [...slow, ...late], setting: 'observe' });
    const { outcomes } = await world.sweep();
    const looked = world.calls('get').map(({ of }) => of);
    expect(looked.slice(0, 50).filter((id) => id.startsWith('late'))).toHaveLength(4);
    expect(looked).toHaveLength(50 + 4);
    expect(outcomes).toEqual({ 'would-have-been-warned': 80, 'would-have-been-cancelled': 4 });
  });
});

describe('a job that is not judged', () => {
  test.each([
    ['in a state nobody has heard of', { state: 'unknown' }],
    ['that reads nothing but writes', { statementType: 'MERGE' }],
    ['that is meant to run for days', { continuous: true }],
    ['whose start is not known', { startedAtMs: undefined }],
    ['that started in the future', { startedAtMs: nowMs + hours(1) }],
    ['that still waits', { state: 'pending', startedAtMs: undefined }],
    ['that belongs to the watchdog itself', { principal: 'jobwarden@ops.iam.gserviceaccount.com' }],
  ] as const)('is one %s', async (_, fields) => {
    const world = aWorld({ jobs: [{ ...runaway, ...fields }], ownPrincipal: 'Jobwarden@ops.iam.gserviceaccount.com' });
    expect(await world.sweep()).toMatchObject({ outcomes: {}, jobsSeen: 1 });
    expect(world.cancelled()).toEqual([]);
  });

  test('is one whose creation time nobody can tell, and that is said', async () => {
    const world = aWorld({ jobs: [{ ...runaway, createdAtMs: undefined }] });
    expect(await world.sweep()).toMatchObject({ outcomes: {}, troubles: [expect.stringMatching(/is not judged/)] });
  });
});
