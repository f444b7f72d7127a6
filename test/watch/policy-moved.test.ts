import { describe, expect, test } from 'vitest';
import { policySource, type Reading } from '../../shared/policy/source.ts';
import { readWatchSettings, type WatchSettings } from '../../functions/settings.ts';
import { sweep } from '../../functions/watch/watch.ts';
import type { HeldBack } from '../../shared/jobs/verdict.ts';
import { aJob, aRule, hours, type WrittenPolicy } from '../make.ts';
import { aWorld, whoIsTold, type TestWorld } from './a-world.ts';

// Synthetic: no such project, person, job or policy exists.

const textOf = (fields: WrittenPolicy = {}) =>
  JSON.stringify({
    ...whoIsTold,
    version: 1,
    mode: 'enforce',
    targets: [{ engine: 'bigquery', projects: ['analytics-prod'] }],
    rules: [aRule()],
    breaker: { maxCancels: 10, maxShare: '100%' },
    ...fields,
  });

const usual = textOf();
const softer = textOf({ rules: [aRule({ limit: { runTime: '3h' } })] });
const respelled = `${usual}\n`;
const broken = 'version: 1\nrules: all of them\n';
const away = undefined;

const saysMoved = /^The policy was changed, or became unreadable, after this sweep began; the next one judges/;
const runaways = ['job-1', 'job-2'].map((id) => aJob({ id, runTimeMs: hours(1) }));

interface Given {
  /** What is read, time after time; the last one stays. Undefined: nothing can be read. */
  readonly texts: readonly (string | undefined)[];
  readonly settings?: Partial<WatchSettings>;
  readonly jobs?: typeof runaways;
  readonly stop?: () => HeldBack | undefined;
}

/** A world whose policy is read as text, before each sweep and before each cancel. */
function whereThePolicyReads({ texts, settings = {}, jobs = runaways.slice(0, 1), stop }: Given) {
  const world: TestWorld = aWorld({ jobs, ...(stop === undefined ? {} : { stop }) });
  let reads = 0;
  const read = async (): Promise<Reading> => {
    const text = texts[Math.min(reads, texts.length - 1)];
    reads += 1;
    return text === undefined ? { unreadable: 'it is away' } : { bytes: new TextEncoder().encode(text) };
  };
  const policy = policySource('policy.yaml', read, world.clock.now);
  const around = { ...world.world, settings: { ...world.world.settings, ...settings }, policy };
  let sweeps = 0;
  return {
    ...world,
    reads: () => reads,
    sweep: async () => sweep(around, `sweep-${(sweeps += 1)}`),
    heldBack: () => world.jobEvents('cancel.held-back').map(({ data }) => data.heldBack),
  };
}

describe('right before a cancel, the policy is read again:', () => {
  test('it is sent when the text is the same', async () => {
    const world = whereThePolicyReads({ texts: [usual] });
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
    expect(world.reads()).toBe(2);
  });

  test.each([
    ['a softer text stands there', softer],
    ['the same policy is written in another way', respelled],
    ['what stands there does not validate', broken],
    ['it cannot be read', away],
  ])('it is held back when %s', async (_, text) => {
    const world = whereThePolicyReads({ texts: [usual, text] });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary.heldBack).toEqual({ 'look-again': 1 });
    expect(world.heldBack()).toEqual([{ by: 'look-again', why: expect.stringMatching(saysMoved) }]);
  });

  test('each cancel has a reading of its own', async () => {
    const world = whereThePolicyReads({ texts: [usual, usual, softer], jobs: runaways });
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(summary).toMatchObject({ outcomes: { cancelled: 1 }, heldBack: { 'look-again': 1 } });
    expect(world.reads()).toBe(3);
  });

  test('a switch that says stop is named first, and the policy is not asked any more', async () => {
    const stop = { by: 'stop', why: 'A synthetic stop.' } as const;
    let asked = 0;
    const world = whereThePolicyReads({ texts: [usual, softer], stop: () => ((asked += 1) > 1 ? stop : undefined) });
    expect((await world.sweep()).heldBack).toEqual({ stop: 1 });
    expect(world.reads()).toBe(1);
  });
});

describe('after a cancel that was held back because the policy moved', () => {
  test('the next sweep cancels by the new text where that still means the job', async () => {
    const world = whereThePolicyReads({ texts: [usual, respelled] });
    await world.sweep();
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
    expect(world.told().filter((name) => name !== 'policy.changed')).toEqual([
      'cancel.intended job-1',
      'cancel.held-back job-1',
      'cancel.intended job-1',
      'cancel.confirmed job-1',
    ]);
  });

  test('the next sweep leaves the job alone where the new text is softer', async () => {
    const world = whereThePolicyReads({ texts: [usual, softer] });
    for (let count = 0; count < 3; count += 1) await world.sweep();
    expect(world.cancelled()).toEqual([]);
  });

  test('it uses up none of the budget', async () => {
    const tight = { budget: { perSweep: 5, perHour: 1, perOwnerPerHour: 1 } };
    const world = whereThePolicyReads({ texts: [textOf(tight), away, textOf(tight)] });
    await world.sweep();
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
  });
});

describe('a cancel that is only observed', () => {
  test.each<[string, Partial<WatchSettings>, WrittenPolicy]>([
    ['by the deployment', { mode: 'observe' }, {}],
    ['by the policy', {}, { mode: 'observe' }],
  ])('does not ask for the policy again: %s', async (_, settings, fields) => {
    const world = whereThePolicyReads({ texts: [textOf(fields), away], settings });
    expect((await world.sweep()).outcomes).toEqual({ 'would-have-been-cancelled': 1 });
    expect(world.reads()).toBe(1);
  });
});

describe('while the newest edit is rejected', () => {
  test('the last good policy only observes, and is not read again for that', async () => {
    const world = whereThePolicyReads({ texts: [softer, broken] });
    await world.sweep();
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(world.reads()).toBe(2);
  });

  const keep = { ifRejected: 'keep' } as const;
  const lenient = textOf({ rules: [aRule({ limit: { runTime: '59m' } })] });
  /** The good text is read by a sweep that finds nothing to do, because the clock of the job begins later. */
  const later = [aJob({ id: 'job-1', runTimeMs: 0 })];
  const afterAnHour = async (world: ReturnType<typeof whereThePolicyReads>) => {
    await world.sweep();
    world.clock.advance(hours(1));
    return world.sweep();
  };

  test('a deployment that keeps the last good one cancels by it, as long as the rejected text stands there', async () => {
    const world = whereThePolicyReads({ texts: [lenient, broken], settings: keep, jobs: later });
    const summary = await afterAnHour(world);
    expect(summary).toMatchObject({ status: 'degraded', mode: 'enforce', outcomes: { cancelled: 1 } });
    expect(summary.policy.standing).toBe('last-good');
    const [notice] = world.notices('trouble');
    expect(notice?.trouble?.title).toBe('The policy was rejected: the one before it stays in force');
    expect(notice?.trouble?.lines[0]).toMatch(/does not validate; the last good one stays in force\.$/);
  });

  test.each([
    ['it is mended meanwhile', softer],
    ['it is edited again, and wrong in another way', `${broken}rule: 1\n`],
    ['it cannot be read any more', away],
  ])('what it keeps is held back when %s', async (_, text) => {
    const world = whereThePolicyReads({ texts: [lenient, broken, text], settings: keep, jobs: later });
    expect((await afterAnHour(world)).heldBack).toEqual({ 'look-again': 1 });
    expect(world.cancelled()).toEqual([]);
  });

  test('a policy that cannot be read at all is not kept in force', async () => {
    const world = whereThePolicyReads({ texts: [lenient, away], settings: keep, jobs: later });
    expect(await afterAnHour(world)).toMatchObject({ mode: 'observe', outcomes: { 'would-have-been-cancelled': 1 } });
    expect(world.cancelled()).toEqual([]);
  });

  const needed = { JOBWARDEN_POLICY: 'policy.yaml', JOBWARDEN_TOPIC: 'projects/p/topics/t' };
  test.each([
    [{}, { ifRejected: undefined }],
    [{ JOBWARDEN_IF_REJECTED: 'observe' }, { ifRejected: undefined }],
    [{ JOBWARDEN_IF_REJECTED: 'keep' }, { ifRejected: 'keep' }],
    [{ JOBWARDEN_IF_REJECTED: 'enforce' }, [{ where: 'JOBWARDEN_IF_REJECTED', code: 'setting-wrong' }]],
  ])('whether it is kept is the setting %j', (env, expected) => {
    expect(readWatchSettings({ ...needed, ...env })).toMatchObject(expected);
  });
});
