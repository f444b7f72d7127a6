import { describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/jobs/problem.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { aJob, aPolicy, aRule, hours, nowMs } from '../make.ts';
import { aWorld, inForce, whoIsTold } from './a-world.ts';
import { ignored, stopsAfter } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const good = inForce(aPolicy({ ...whoIsTold }));
const { problems = [] } = loadPolicy('version: 1\nrules: 7\n', { file: 'policy.yaml', now: nowMs });
const none: PolicyState = { standing: 'none', problems, rejectedSha256: 'b2'.repeat(32), changed: false };
const rejected = (sha: string): PolicyState => ({
  ...good,
  standing: 'last-good',
  problems,
  rejectedSha256: sha.repeat(32),
});

describe('without a policy that was ever good', () => {
  test('nothing is listed, nothing is cancelled, and the sweep failed', async () => {
    const world = aWorld({ states: [none], jobs: [runaway] });
    const summary = await world.sweep();
    expect(summary).toMatchObject({
      status: 'failed',
      mode: 'observe',
      targets: [],
      jobsSeen: 0,
      policy: { standing: 'none' },
    });
    expect(world.journal.map(({ what, of }) => `${what} ${of}`)).toEqual(['event policy.rejected']);
  });

  test('every problem is in the answer, and the first ones are among the troubles', async () => {
    const many: readonly Problem[] = Array.from({ length: 30 }, (_, line) => ({
      code: 'unknown-key',
      severity: 'error',
      where: `rules[${line}]`,
      file: 'policy.yaml',
      line,
      says: 'This key is unknown.',
      try: 'Remove it.',
    }));
    const world = aWorld({ states: [{ ...none, problems: many }] });
    const summary = await world.sweep();
    expect(summary.policy.problems).toHaveLength(30);
    expect(summary.troubles).toHaveLength(11);
    expect(summary.troubles[0]).toMatch(/nothing is watched/);
    expect(summary.troubles[3]).toBe('policy.yaml, line 2: This key is unknown. Remove it.');
  });

  test('it is an event once, and a loud line in the log each time', async () => {
    const world = aWorld({ states: [none] });
    for (let sweep = 0; sweep < 3; sweep += 1) await world.sweepAgain();
    expect(world.told()).toEqual(['policy.rejected']);
    expect(world.log.filter(({ severity }) => severity === 'CRITICAL')).toHaveLength(3);
    expect(world.log.at(-1)).toMatchObject({
      message: expect.stringMatching(/nothing is watched.*policy\.yaml, line/),
    });
  });

  test('the event is tried again until it is accepted', async () => {
    const world = aWorld({ states: [none] });
    world.trail.down = true;
    await world.sweep();
    world.trail.down = false;
    await world.sweepAgain();
    await world.sweepAgain();
    expect(world.told()).toEqual(['policy.rejected']);
  });

  test('another text that is wrong is another event', async () => {
    const world = aWorld({
      states: [none, { ...none, rejectedSha256: 'c3'.repeat(32) }, { standing: 'none', problems, changed: false }],
    });
    for (let sweep = 0; sweep < 4; sweep += 1) await world.sweepAgain();
    expect(world.told()).toEqual(['policy.rejected', 'policy.rejected', 'policy.rejected']);
  });

  test('the first good one is acted on at once', async () => {
    const world = aWorld({ states: [none, good], jobs: [runaway] });
    await world.sweep();
    expect(await world.sweepAgain()).toMatchObject({ status: 'ok', outcomes: { cancelled: 1 } });
    expect((await world.ledger.document()).troubles).toEqual({});
  });
});

describe('with a policy whose newest edit was rejected', () => {
  test('the last good one only observes', async () => {
    const world = aWorld({ states: [rejected('b2')], jobs: [runaway] });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary).toMatchObject({
      status: 'degraded',
      mode: 'observe',
      policy: { standing: 'last-good', problems },
      outcomes: { 'would-have-been-cancelled': 1 },
    });
  });

  test.each([
    ['the newest edit of the policy was rejected', rejected('b2')],
    ['the policy cannot be read now', { ...rejected('b2'), rejectedSha256: undefined }],
  ])('each job says so: %s', async (says, state) => {
    const world = aWorld({ states: [state], jobs: [runaway] });
    await world.sweep();
    const [event] = world.jobEvents('cancel.would-have');
    expect(event?.data.heldBack).toEqual({ by: 'mode', why: `Only observed: ${says}.` });
  });

  test('a deployment that observes says that of itself', async () => {
    const world = aWorld({ setting: 'observe', states: [rejected('b2')], jobs: [runaway] });
    await world.sweep();
    const [event] = world.jobEvents('cancel.would-have');
    expect(event?.data.heldBack?.why).toBe('Only observed: the deployment observes.');
  });

  test('that is told once: by an event, and by one notice that stands for the jobs', async () => {
    const world = aWorld({ states: [rejected('b2')], jobs: [runaway] });
    for (let sweep = 0; sweep < 3; sweep += 1) await world.sweepAgain();
    expect(world.told()).toEqual(['cancel.would-have job-1', 'policy.rejected']);
    expect(world.notices()).toHaveLength(1);
    const [notice] = world.notices('trouble');
    expect(notice?.trouble?.title).toMatch(/policy was rejected: nothing is cancelled/);
    expect(notice?.trouble?.lines[1]).toMatch(/^policy\.yaml, line \d+: /);
    expect(notice?.jobs.map(({ id }) => id)).toEqual(['job-1']);
  });

  test('another wrong text is told again', async () => {
    const world = aWorld({ states: [rejected('b2'), rejected('b2'), rejected('c3')] });
    for (let sweep = 0; sweep < 3; sweep += 1) await world.sweepAgain();
    expect(world.told()).toEqual(['policy.rejected', 'policy.rejected']);
    expect(world.notices('trouble')).toHaveLength(2);
  });

  test('the event says which text was refused, and which one stands', async () => {
    const world = aWorld({ states: [rejected('b2')] });
    await world.sweep();
    const event = world.trail.events.find(({ type }) => type.includes('policy.rejected'));
    expect(event).toMatchObject({
      severity: 'CRITICAL',
      data: {
        policy: { sha256: 'a1'.repeat(32) },
        subject: { sha256: 'b2'.repeat(32), where: 'policy.yaml' },
        mode: { setting: 'observe', policy: 'enforce' },
      },
    });
  });

  test('cancels that were sent before are followed up', async () => {
    const world = aWorld({ states: [good, rejected('b2')], jobs: [{ job: runaway, onCancel: stopsAfter(58_000) }] });
    await world.sweep();
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('cancels without effect are not repeated', async () => {
    const world = aWorld({ states: [good, rejected('b2')], jobs: [{ job: runaway, onCancel: ignored }] });
    for (let sweep = 0; sweep < 10; sweep += 1) await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(1);
  });

  test('the mended one is acted on at once', async () => {
    const world = aWorld({ states: [rejected('b2'), good], jobs: [runaway] });
    await world.sweep();
    expect(await world.sweepAgain()).toMatchObject({ status: 'ok', mode: 'enforce', outcomes: { cancelled: 1 } });
    expect((await world.ledger.document()).troubles).toEqual({});
  });
});

describe('with a policy in force', () => {
  test('the version is in the answer and in every event', async () => {
    const world = aWorld({ jobs: [runaway] });
    expect((await world.sweep()).policy).toEqual({ standing: 'current', sha256: 'a1'.repeat(32), problems: [] });
    expect(new Set(world.jobEvents().map(({ data }) => data.policy.sha256))).toEqual(new Set(['a1'.repeat(32)]));
  });

  test('an edit counts from the next sweep on', async () => {
    const softer = inForce(aPolicy({ rules: [aRule({ limit: { runTime: '1d' } })] }));
    const world = aWorld({ states: [softer, good], jobs: [runaway] });
    expect((await world.sweep()).outcomes).toEqual({});
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('notes on it are in the answer and trouble nobody', async () => {
    const note: Problem = { code: 'nobody-told', severity: 'note', where: 'silences', says: 'Not yet.', try: 'Wait.' };
    const world = aWorld({ states: [{ ...good, problems: [note] }] });
    expect(await world.sweep()).toMatchObject({ status: 'ok', policy: { problems: [note] } });
  });

  test('that only names a folder whose projects cannot be found, the sweep fails and says so', async () => {
    const elsewhere = { targets: [{ engine: 'bigquery' as const, folder: '123456789012' }] };
    const summary = await aWorld({ policy: elsewhere, jobs: [runaway] }).sweep();
    const failed = 'this engine cannot look for projects now';
    expect(summary).toMatchObject({ status: 'failed', targets: [{ target: 'bigquery:folders/123456789012', failed }] });
  });
});
