import { describe, expect, test } from 'vitest';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, aRule, hours, minutes, nowMs, seconds, type WrittenPolicy, type WrittenRule } from '../make.ts';
import { aWorld, type Given, type TestWorld } from './a-world.ts';
import { another } from './delivery.ts';
import { engineError, ignored, stopsAfter, type MemoryJob } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const again = (written: WrittenRule['retries']): WrittenPolicy => ({
  budget: { perHour: 100, perOwnerPerHour: 100 },
  rules: [aRule(written === undefined ? {} : { retries: written })],
});
const letsRun = again({ after: 3, within: '2h', then: 'letRun' });
const tells = again({ after: 3, within: '2h', then: 'tell' });

/** A run of the same statement, with another literal each time. */
function run(world: TestWorld, id: string, fields: Partial<Job> = {}, rest: Partial<MemoryJob> = {}): void {
  const atMs = world.clock.now() + minutes(1);
  const queryText = `SELECT sum(price) FROM sales WHERE run = '${id}'`;
  const job = aJob({ id, createdAtMs: atMs - hours(1), startedAtMs: atMs - hours(1), queryText, ...fields });
  world.engine.put({ job, onCancel: stopsAfter(0), ...rest });
}

/** One run after another, each a minute after the last, every one judged in its own sweep. */
async function runs(world: TestWorld, count: number, fields: Partial<Job> = {}): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    run(world, `run-${Math.round(world.clock.now() / 60_000)}`, fields);
    await world.sweepAgain();
  }
}

const troubles = (world: TestWorld) => world.notices('trouble').map(({ trouble }) => trouble?.title);
const cameBack = 'The same query comes back after every cancel';

describe('a query that comes back after every cancel', () => {
  test('is let run where the rule says so, with a sentence', async () => {
    const world = aWorld({ policy: letsRun });
    await runs(world, 5);
    expect(world.cancelled()).toHaveLength(3);
    expect(world.jobEvents('cancel.held-back').map(({ data }) => data.heldBack)).toEqual(
      Array.from({ length: 2 }, () => ({
        by: 'retries',
        why: 'The same query of the same principal was cancelled 3 times; the rule then lets it run.',
      })),
    );
    expect(troubles(world)).toEqual([cameBack]);
    expect(world.notices('trouble')[0]?.trouble?.lines.join(' ')).toMatch(/lets it run from now on/);
  });

  test('is cancelled again where the rule only tells, and the operators are told once', async () => {
    const world = aWorld({ policy: tells });
    await runs(world, 8);
    expect(world.cancelled()).toHaveLength(8);
    expect(troubles(world)).toEqual([cameBack]);
    expect(world.notices('trouble')[0]?.trouble?.lines).toEqual([
      expect.stringMatching(/^sam@example\.com has started .* again after 3 cancels/),
      'It is cancelled again.',
    ]);
  });

  test('is remembered between its runs: it is told once while the rule counts', async () => {
    const world = aWorld({ policy: again({ after: 1, within: '1h', then: 'tell' }) });
    for (let turn = 0; turn < 5; turn += 1) {
      await runs(world, 1);
      await world.sweepAgain(minutes(7));
    }
    expect(world.cancelled()).toHaveLength(5);
    expect(troubles(world)).toEqual([cameBack]);
    await world.sweepAgain(hours(2));
    expect(world.ledger.latest().troubles).toEqual({});
  });

  test('is told again when it still comes back after the time in which the rule counts', async () => {
    const world = aWorld({ policy: again({ after: 1, within: '10m', then: 'tell' }) });
    await runs(world, 13);
    expect(troubles(world)).toEqual([cameBack, cameBack]);
  });

  test('is told once where several of them come at once, and two queries are two troubles', async () => {
    const world = aWorld({ policy: again({ after: 1, within: '2h', then: 'tell' }) });
    run(world, 'first');
    run(world, 'another', { queryText: 'SELECT 1' });
    await world.sweepAgain();
    for (const id of ['a', 'b']) run(world, id);
    run(world, 'c', { queryText: 'SELECT 2' });
    await world.sweepAgain();
    expect(world.cancelled()).toHaveLength(5);
    expect(troubles(world)).toEqual([cameBack, cameBack]);
  });

  test('is known to another instance', async () => {
    const first = aWorld({ policy: letsRun });
    await runs(first, 3);
    const second = await another(first, { policy: letsRun });
    await runs(second, 1);
    expect(second.cancelled()).toEqual([]);
  });

  test('is cancelled again once the time in which the rule counts is over', async () => {
    const world = aWorld({ policy: letsRun });
    await runs(world, 4);
    await world.sweepAgain(hours(2));
    expect(world.cancelled()).toHaveLength(4);
  });

  test.each<[string, Partial<Job>]>([
    ['of somebody else', { principal: 'kim@example.com' }],
    ['with another statement', { queryText: 'SELECT 1' }],
  ])('is not one %s', async (_, fields) => {
    const world = aWorld({ policy: letsRun });
    await runs(world, 3);
    run(world, 'other', fields);
    await world.sweepAgain();
    expect(world.cancelled()).toContain('other');
  });

  test('is not the same job, however often its cancel is attempted', async () => {
    const world = aWorld({ policy: again({ after: 1, within: '2h', then: 'letRun' }) });
    run(world, 'stubborn', {}, { onCancel: ignored });
    for (let minute = 0; minute < 12; minute += 1) await world.sweepAgain();
    expect(world.cancelled()).toEqual(['stubborn', 'stubborn', 'stubborn']);
    expect(troubles(world)).toEqual([]);
  });

  test('is not counted where nothing was sent', async () => {
    const world = aWorld({ policy: again({ after: 1, within: '2h', then: 'letRun' }) });
    run(world, 'unseen', {}, { look: [{}, engineError('503')] });
    await world.sweepAgain();
    world.engine.finish('unseen');
    run(world, 'next');
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['next']);
  });

  test('may be this one where its statement is not known: it is left alone, and told once', async () => {
    const world = aWorld({ policy: letsRun });
    run(world, 'unknown', { queryText: undefined });
    await world.sweepAgain();
    await world.sweepAgain();
    expect(world.cancelled()).toEqual([]);
    expect(world.jobEvents('cancel.held-back').map(({ data }) => data.heldBack?.why)).toEqual([
      'Its statement is not known, so it cannot be told how often it was cancelled before.',
    ]);
  });

  test('is nothing that a job without a statement can be', async () => {
    const given: Given = {
      policy: { rules: [aRule({ match: { jobType: 'load' }, retries: { after: 1, within: '1h', then: 'letRun' } })] },
    };
    const world = aWorld(given);
    for (const id of ['a', 'b']) {
      run(world, id, { jobType: 'load', statementType: null, queryText: undefined });
      await world.sweepAgain();
    }
    expect(world.cancelled()).toEqual(['a', 'b']);
  });

  test('is cancelled by a rule that says nothing of it, as often as it comes', async () => {
    const world = aWorld({ policy: again(undefined) });
    await runs(world, 6);
    expect(world.cancelled()).toHaveLength(6);
    expect(troubles(world)).toEqual([]);
    expect(world.clock.now()).toBeLessThan(nowMs + minutes(6) + seconds(50));
  });
});
