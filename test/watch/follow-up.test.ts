import { match, stub } from 'sinon';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobEnd } from '../../shared/jobs/job.ts';
import { caseId } from '../../shared/audit/event.ts';
import { openCase, planned, sent, settled } from '../../shared/ledger/case.ts';
import { emptyLedger } from '../../shared/ledger/document.ts';
import { aJob, aPolicy, aRule, aVerdict, hours, minutes, nowMs, seconds } from '../make.ts';
import { aWorld, inForce, whoIsTold, type TestWorld } from './a-world.ts';
import {
  byCancel,
  denied,
  endsAfter,
  engineError,
  ignored,
  stopsAfter,
  succeeded,
  type OnCancel,
} from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const failed: JobEnd = { how: 'failed', reason: 'invalidQuery' };
const observes = inForce(aPolicy({ ...whoIsTold, mode: 'observe' }));
const enforces = inForce(aPolicy({ ...whoIsTold }));

/** What the sweeps of so many minutes came to, the first one not counted. */
async function sweepsOf(world: TestWorld, count: number): Promise<readonly Readonly<Record<string, number>>[]> {
  const outcomes: Readonly<Record<string, number>>[] = [];
  for (let sweep = 0; sweep < count; sweep += 1) outcomes.push((await world.sweepAgain()).outcomes);
  return outcomes;
}

describe('a cancel that was not confirmed in its sweep', () => {
  test('is followed up by the next one, which tells the end of the story', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(70_000) }] });
    await world.sweep();
    expect(await sweepsOf(world, 2)).toEqual([{}, { cancelled: 1 }]);
    expect(world.told()).toEqual(['cancel.intended job-1', 'cancel.unconfirmed job-1', 'cancel.confirmed job-1']);
    const events = world.jobEvents();
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(events.map(({ data }) => data.attempt)).toEqual([1, 1, 1]);
    expect(events[2]?.data.when).toMatchObject({
      cancelSentAt: '2026-03-11T10:00:00.000Z',
      confirmedAt: '2026-03-11T10:02:00.000Z',
    });
  });

  test.each([
    ['cancelled', 'confirmed', byCancel],
    ['finished-first', 'finished-first', succeeded],
    ['failed-by-itself', 'failed-by-itself', failed],
  ])('may turn out as %s', async (did, name, end) => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: endsAfter(58_000, end) }] });
    await world.sweep();
    expect(await sweepsOf(world, 2)).toEqual([{ [did]: 1 }, {}]);
    expect(world.told().at(-1)).toBe(`cancel.${name} job-1`);
    expect(world.notices('followed-up').map(({ owner, jobs }) => [owner.name, jobs[0]?.did])).toEqual([
      ['sam@example.com', did],
    ]);
  });

  test('leaves the others their time when the engine hangs that is asked about it', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: ignored }] });
    await world.sweep();
    const { source } = world.engine;
    const hang = stub(source, 'get').callsFake(async (_, { signal }) => {
      await world.clock.wait(hours(1), signal);
      throw engineError('timeout');
    });
    hang.withArgs(match({ id: 'job-2' })).callThrough();
    onTestFinished(() => hang.restore());
    world.engine.put({ job: aJob({ id: 'job-2', runTimeMs: hours(1) }) });
    const { outcomes, troubles } = await world.sweepAgain();
    expect(outcomes).toEqual({ cancelled: 1 });
    expect(world.cancelled()).toEqual(['job-1', 'job-2']);
    expect(troubles).toContainEqual(expect.stringMatching(/job-1 could not be followed up/));
  });

  test('may turn out to be of a job that is gone', async () => {
    const gone = (at: number) => (at >= nowMs + minutes(1) ? ('gone' as const) : {});
    const world = aWorld({ jobs: [{ job: runaway, onCancel: ignored, look: gone }] });
    await world.sweep();
    expect((await world.sweepAgain()).outcomes).toEqual({ gone: 1 });
  });

  test('is no new offence: nothing is judged, told or cancelled meanwhile', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: ignored }] });
    await world.sweep();
    const before = world.told().length;
    const summary = await world.sweepAgain();
    expect(summary).toMatchObject({ status: 'degraded', outcomes: {}, verdicts: {}, jobsSeen: 1 });
    expect(summary.troubles).toEqual([
      expect.stringMatching(/job-1 is still running 60 s after its cancel was sent \(attempt 1\)/),
    ]);
    expect(world.told()).toHaveLength(before);
    expect(world.cancelled()).toHaveLength(1);
  });

  test('is sent again once three minutes have passed, and three times at most', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: ignored }] });
    await world.sweep();
    await sweepsOf(world, 30);
    const sentAt = world.calls('cancel').map(({ atMs }) => (atMs - nowMs) / 60_000);
    expect(sentAt).toEqual([0, 4, 8]);
    expect(world.jobEvents('cancel.intended').map(({ data }) => data.attempt)).toEqual([1, 2, 3]);
    expect((await world.sweepAgain()).troubles).toEqual([expect.stringMatching(/\(attempt 3\)/)]);
  });

  test('is told as a new attempt when it was sent again', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: [ignored, stopsAfter(1000)] }] });
    await world.sweep();
    expect(await sweepsOf(world, 4)).toEqual([{}, {}, {}, { cancelled: 1 }]);
    expect(world.jobEvents('cancel.confirmed')[0]?.data.attempt).toBe(2);
    expect(world.notices().map(({ phase, jobs }) => [phase, jobs[0]?.did])).toEqual([
      ['cancelled', 'unconfirmed'],
      ['cancelled', 'cancelled'],
    ]);
  });

  test.each([
    [
      'not when the policy only observes by then',
      [enforces, enforces, enforces, enforces, observes],
      'would-have-been-cancelled',
    ],
    [
      'not when the job is exempt by then',
      [
        ...Array<typeof enforces>(4).fill(enforces),
        inForce(aPolicy({ ...whoIsTold, protect: { principals: ['sam@example.com'] } })),
      ],
      'held-back',
    ],
    [
      'not when the rule is gone by then',
      [...Array<typeof enforces>(4).fill(enforces), inForce(aPolicy({ rules: [aRule({ limit: { runTime: '2d' } })] }))],
      'withdrawn',
    ],
  ])('is sent again %s', async (_, states, did) => {
    const world = aWorld({ states, jobs: [{ job: runaway, onCancel: ignored }] });
    await world.sweep();
    const outcomes = await sweepsOf(world, 4);
    expect(world.cancelled()).toHaveLength(1);
    expect(outcomes.at(-1)).toEqual({ [did]: 1 });
  });

  test('stays open while the job cannot be looked at', async () => {
    const broken = engineError('503');
    const look = (at: number) => (at > nowMs + seconds(59) && at < nowMs + seconds(130) ? broken : {});
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(58_000), look }] });
    await world.sweep();
    const second = await world.sweepAgain();
    expect(second.troubles).toEqual([expect.stringMatching(/job-1 could not be followed up: \[bigquery\] 503/)]);
    expect(await sweepsOf(world, 2)).toEqual([{}, { cancelled: 1 }]);
  });

  test('is not forgotten when the policy no longer has a target of its engine', async () => {
    const elsewhere = aPolicy({ targets: [{ engine: 'yandex-data-proc', folder: 'b1gexample' }] });
    const states = [enforces, inForce(elsewhere), enforces];
    const world = aWorld({ states, jobs: [{ job: runaway, onCancel: stopsAfter(58_000) }] });
    await world.sweep();
    expect((await world.sweepAgain()).troubles).toContainEqual(
      expect.stringMatching(/no target of its engine any more/),
    );
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('leaves the children of a script alone when the policy only observes by then', async () => {
    const rules = [aRule({ match: { statementType: ['SCRIPT'] } })];
    const script = aJob({ id: 'parent', runTimeMs: hours(1), statementType: 'SCRIPT' });
    const states = [inForce(aPolicy({ rules })), inForce(aPolicy({ rules, mode: 'observe' }))];
    const world = aWorld({
      states,
      jobs: [{ job: script, onCancel: stopsAfter(58_000) }, aJob({ id: 'child-1', parentId: 'parent' })],
    });
    await world.sweep();
    expect((await world.sweepAgain()).troubles).toEqual([expect.stringMatching(/1 of its child jobs still run/)]);
    expect(world.cancelled()).toEqual(['parent']);
  });

  test('comes before anything is listed, and at most 200 of them are looked at', async () => {
    const world = aWorld();
    const stories = Array.from({ length: 250 }, (_, index) => {
      const verdict = aVerdict({ job: { ...runaway, id: `old-${index}` } });
      const plan = { sweepId: 'sweep-0', dueMs: nowMs - 2, notAfterMs: nowMs - 1 };
      const story = planned(openCase(caseId(verdict.job), verdict, nowMs), verdict, plan, nowMs);
      return settled(sent(story, nowMs), verdict, 'unconfirmed', nowMs);
    });
    await world.ledger.swap({ ...emptyLedger, cases: Object.fromEntries(stories.map((one) => [one.id, one])) }, '0');
    const { outcomes } = await world.sweep();
    expect(outcomes).toEqual({ gone: 200 });
    const calls = world.journal.filter(({ what }) => what !== 'event');
    expect(calls.slice(0, 200).every(({ what }) => what === 'get')).toBe(true);
    expect((await world.sweepAgain()).outcomes).toEqual({ gone: 50 });
  });
});

describe('a call that failed', () => {
  test('is followed up like one that was accepted', async () => {
    const error = engineError('connection reset');
    const onCancel: OnCancel = { how: 'throws', error, butEnds: { afterMs: 8000, end: byCancel } };
    const world = aWorld({ jobs: [{ job: runaway, onCancel }] });
    expect((await world.sweep()).outcomes).toEqual({ error: 1 });
    expect(await sweepsOf(world, 1)).toEqual([{ cancelled: 1 }]);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('is repeated once three minutes have passed', async () => {
    const onCancel: readonly OnCancel[] = [{ how: 'throws', error: engineError('500') }, stopsAfter(500)];
    const world = aWorld({ jobs: [{ job: runaway, onCancel }] });
    await world.sweep();
    expect(await sweepsOf(world, 4)).toEqual([{}, {}, {}, { cancelled: 1 }]);
  });
});

describe('a cancel that was forbidden', () => {
  test('is tried again after an hour, and not before', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: [denied, denied, stopsAfter(0)] }] });
    await world.sweep();
    const before = await sweepsOf(world, 59);
    expect(before.every((outcomes) => Object.keys(outcomes).length === 0)).toBe(true);
    expect(await sweepsOf(world, 60)).toContainEqual({ forbidden: 1 });
    await sweepsOf(world, 2);
    const sentAt = world.calls('cancel').map(({ atMs }) => Math.floor((atMs - nowMs) / 60_000));
    expect(sentAt).toEqual([0, 60, 120]);
    expect(world.jobEvents('cancel.forbidden').map(({ data, severity }) => [data.attempt, severity])).toEqual([
      [1, 'ERROR'],
      [2, 'ERROR'],
    ]);
    expect(world.notices('cancelled')).toHaveLength(3);
  });

  test('leaves other jobs unharmed: they are judged and cancelled', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: denied }] });
    await world.sweep();
    world.engine.put({ job: { ...runaway, id: 'job-2' } });
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });
});
