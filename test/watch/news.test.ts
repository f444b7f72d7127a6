import { describe, expect, test } from 'vitest';
import type { Action, Mode } from '../../shared/jobs/verdict.ts';
import { eventName } from '../../shared/audit/event.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { aJob, aRule, hours, minutes, type WrittenPolicy } from '../make.ts';
import { aWorld } from './a-world.ts';
import { denied, endsAfter, engineError, stopsAfter, succeeded } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });

interface Row {
  readonly action: Action;
  readonly mode: Mode;
  readonly events: readonly string[];
  readonly did: string;
  readonly notices: readonly (readonly [string, string])[];
}

const rows: readonly Row[] = [
  { action: 'record', mode: 'enforce', events: ['job.recorded'], did: 'recorded', notices: [] },
  { action: 'record', mode: 'observe', events: ['job.recorded'], did: 'recorded', notices: [] },
  { action: 'warn', mode: 'enforce', events: ['job.warned'], did: 'warned', notices: [['warned', 'sam@example.com']] },
  {
    action: 'warn',
    mode: 'observe',
    events: ['warn.would-have'],
    did: 'would-have-been-warned',
    notices: [['would-have', 'operators']],
  },
  {
    action: 'cancel',
    mode: 'enforce',
    events: ['cancel.intended', 'cancel.confirmed'],
    did: 'cancelled',
    notices: [['cancelled', 'sam@example.com']],
  },
  {
    action: 'cancel',
    mode: 'observe',
    events: ['cancel.would-have'],
    did: 'would-have-been-cancelled',
    notices: [['would-have', 'operators']],
  },
];

const policyOf = (action: Action, mode: Mode): WrittenPolicy => ({ rules: [aRule({ action, mode })] });
const heartbeats = (events: readonly TrailEvent[]) =>
  events.filter(({ type }) => eventName(type) === 'sweep.completed');

describe('every verdict becomes an event, and a notice where somebody has to know', () => {
  test.each(rows)('$action in $mode mode', async ({ action, mode, events, did, notices }) => {
    const world = aWorld({ jobs: [runaway], policy: policyOf(action, mode) });
    const summary = await world.sweep();
    expect(world.told()).toEqual(events.map((name) => `${name} job-1`));
    expect(summary).toMatchObject({ status: 'ok', verdicts: { [action]: 1 }, outcomes: { [did]: 1 } });
    expect(world.notices().map(({ phase, owner }) => [phase, owner.name])).toEqual(notices);
  });

  test.each(rows.filter(({ did }) => did !== 'cancelled'))(
    '$action in $mode mode is told once, and counted always',
    async ({ action, mode, did }) => {
      const world = aWorld({ jobs: [runaway], policy: policyOf(action, mode) });
      await world.sweep();
      const before = world.trail.events.length;
      const again = await world.sweepAgain();
      expect(again).toMatchObject({ outcomes: { [did]: 1 }, events: { published: 0, waiting: 0 } });
      expect(world.trail.events).toHaveLength(before);
      expect(world.calls('get').length, 'a job that was reported is not fetched again').toBeLessThanOrEqual(2);
    },
  );

  test('what was held back is told once for each reason', async () => {
    const policy = { protect: { principals: ['sam@example.com'] }, rules: [aRule()] };
    const world = aWorld({ jobs: [runaway], policy });
    await world.sweep();
    expect((await world.sweepAgain()).heldBack).toEqual({ protection: 1 });
    expect(world.told()).toEqual(['cancel.held-back job-1']);
  });

  test('every event says whose job it is, and how that was found', async () => {
    const world = aWorld({ jobs: [{ ...runaway, labels: { owner: 'kim@example.com' } }] });
    await world.sweep();
    expect(world.jobEvents().map(({ data }) => data.owner?.name)).toEqual(['kim@example.com', 'kim@example.com']);
    expect(world.jobEvents()[0]?.data.owner?.foundBy).toMatch(/^label owner/);
  });

  test('jobs of one owner share a notice', async () => {
    const jobs = ['a', 'b', 'c'].map((id) => ({ ...runaway, id }));
    const world = aWorld({ jobs: [...jobs, { ...runaway, id: 'd', principal: 'kim@example.com' }] });
    await world.sweep();
    const told = world.notices().map(({ owner, jobs: named }) => `${owner.name} ${named.length}`);
    expect(told.toSorted()).toEqual(['kim@example.com 1', 'sam@example.com 3']);
  });

  test('a notice names the audit event that records what it tells', async () => {
    const world = aWorld({ jobs: [runaway] });
    await world.sweep();
    const [job] = world.notices().flatMap(({ jobs }) => jobs);
    expect(world.jobEvents('cancel.confirmed').map(({ id }) => id)).toEqual([job?.event]);
  });

  test('a warning line and the limit are two pieces of news, and the first says when the cancel would come', async () => {
    const policy = { rules: [aRule({ warnAt: { runTime: '20m' } })] };
    const world = aWorld({ jobs: [aJob({ runTimeMs: minutes(25) })], policy });
    await world.sweep();
    expect(world.jobEvents('job.warned')[0]?.data.when.cancelAt).toBe('2026-03-11T10:05:00.000Z');
    expect(world.notices('warned')[0]?.jobs[0]?.willCancelAtMs).toBe(Date.parse('2026-03-11T10:05:00Z'));
    await world.sweepAgain(minutes(6));
    expect(world.told()).toEqual(['job.warned job-1', 'cancel.intended job-1', 'cancel.confirmed job-1']);
  });

  test('who only observes does not write to the owner of a job that ended by itself', async () => {
    const world = aWorld({
      setting: 'observe',
      jobs: [{ job: runaway, look: [{}, { state: 'done', end: succeeded }] }],
    });
    await world.sweep();
    expect(world.told()).toEqual(['cancel.finished-first job-1']);
    expect(world.notices()).toEqual([]);
  });

  test('who only observes tells once of a job that cannot be looked at again', async () => {
    const world = aWorld({ setting: 'observe', jobs: [{ job: runaway, look: engineError('503') }] });
    await world.sweep();
    expect(world.told()).toEqual(['cancel.held-back job-1']);
    expect(await world.sweepAgain()).toMatchObject({ heldBack: { 'look-again': 1 }, events: { published: 0 } });
  });

  test('who only observes tells the owners where the policy says so', async () => {
    const world = aWorld({ setting: 'observe', jobs: [runaway], policy: { observe: { tell: 'owner' } } });
    await world.sweep();
    expect(world.notices().map(({ owner }) => owner.name)).toEqual(['sam@example.com']);
  });
});

describe('a rule on trial beside a rule in force', () => {
  const trial = aRule({ name: 'trial', mode: 'observe', limit: { runTime: '20m' } });
  const warns = aRule({ name: 'warns', action: 'warn' });

  test('both speak: the one in force acts, the one on trial says what it would do', async () => {
    const world = aWorld({ jobs: [runaway], policy: { rules: [trial, warns] } });
    const { outcomes } = await world.sweep();
    expect(outcomes).toEqual({ 'would-have-been-cancelled': 1, warned: 1 });
    expect(world.told().toSorted()).toEqual(['cancel.would-have job-1', 'job.warned job-1']);
    expect(world.cancelled()).toEqual([]);
  });

  test('neither is told twice', async () => {
    const world = aWorld({ jobs: [runaway], policy: { rules: [trial, warns] } });
    await world.sweep();
    expect((await world.sweepAgain()).events.published).toBe(0);
  });

  test('a cancel that was refused is not repeated every minute because of the trial', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: denied }], policy: { rules: [trial, aRule()] } });
    await world.sweep();
    for (let minute = 0; minute < 5; minute += 1) await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('a story that came to its end is not opened again by the trial', async () => {
    const world = aWorld({ jobs: [runaway], policy: { rules: [trial, aRule()] } });
    await world.sweep();
    const { cases } = await world.ledger.document();
    expect(Object.values(cases).map(({ state }) => state)).toEqual(['closed']);
  });

  test('a cancel under way is followed up whatever the trial says', async () => {
    const world = aWorld({
      jobs: [{ job: runaway, onCancel: { how: 'ignored' } }],
      policy: { rules: [trial, aRule()] },
    });
    await world.sweep();
    expect((await world.sweepAgain()).troubles).toEqual([expect.stringMatching(/60 s after its cancel/)]);
  });
});

describe('a job whose story is over', () => {
  test.each([
    ['it was cancelled', stopsAfter(0)],
    ['it finished first', endsAfter(0, succeeded)],
    ['the engine did not know it', { how: 'gone' } as const],
  ])('is left alone when a late list still shows it: %s', async (_, onCancel) => {
    const gone = onCancel.how === 'gone' ? { look: [{}, {}, 'gone' as const] } : {};
    const world = aWorld({ jobs: [{ job: runaway, onCancel, staysListed: true, ...gone }] });
    await world.sweep();
    const before = world.trail.events.length;
    expect(await world.sweepAgain()).toMatchObject({ status: 'ok', outcomes: {}, jobsSeen: 1 });
    expect(world.trail.events).toHaveLength(before);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('is judged anew when its own record says that it runs', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: [{ how: 'gone' }, stopsAfter(0)] }] });
    expect((await world.sweep()).outcomes).toEqual({ gone: 1 });
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('is left alone when its own record cannot be had', async () => {
    const broken = engineError('503');
    const world = aWorld({ jobs: [{ job: runaway, onCancel: { how: 'gone' }, look: [{}, {}, broken] }] });
    await world.sweep();
    expect((await world.sweepAgain()).outcomes).toEqual({});
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

describe('the heartbeat', () => {
  test('is an event in the first sweep, and then once an hour while nothing happens', async () => {
    const world = aWorld();
    await world.sweep();
    for (let minute = 0; minute < 119; minute += 1) await world.sweepAgain();
    expect(heartbeats(world.trail.events).map(({ time }) => time)).toEqual([
      '2026-03-11T10:00:00.000Z',
      '2026-03-11T11:00:00.000Z',
    ]);
  });

  test('is an event too whenever something happened', async () => {
    const world = aWorld();
    await world.sweep();
    world.engine.put({ job: runaway });
    await world.sweepAgain();
    await world.sweepAgain();
    expect(heartbeats(world.trail.events)).toHaveLength(2);
    expect(heartbeats(world.trail.events)[1]).toMatchObject({
      data: { counts: { jobs: 1, cancelled: 1 }, targets: [{ name: 'bigquery:analytics-prod', jobs: 1 }, {}] },
    });
  });
});
