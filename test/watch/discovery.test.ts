import { describe, expect, test } from 'vitest';
import type { Below } from '../../shared/engines/engine.ts';
import { aJob, aRule, hours, minutes, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from './a-world.ts';

// Synthetic: no such folder, project or job exists.
const inProject = (project: string) => ({ target: `bigquery:${project}`, project });
const runaway = aJob({ ...inProject('found'), runTimeMs: hours(7) });
const days = (count: number) => hours(24 * count);

const rules = [aRule({ name: 'long', limit: { runTime: '6h' }, action: 'cancel', grace: 'none', mode: 'enforce' })];
const inFolder = (more: object = {}): WrittenPolicy => ({
  mode: 'enforce',
  targets: [{ engine: 'bigquery', folder: '1', ...more }],
  rules,
});

/** A world whose BigQuery finds projects; what it finds may change. */
function finding(
  policy: WrittenPolicy,
  given: { projects: readonly string[] } & Partial<Below>,
): TestWorld & { says: Partial<Below> } {
  const says: Partial<Below> = given;
  const asked: string[] = [];
  const world: TestWorld = aWorld({
    policy,
    jobs: [runaway],
    engines: async () => ({
      sources: {
        bigquery: {
          ...world.engine.source,
          projectsBelow: async (parent) => {
            asked.push(parent);
            return { projects: [], old: [], failed: undefined, ...says };
          },
        },
      },
      cancellers: { bigquery: world.engine.canceller },
    }),
  });
  return { ...world, says };
}

const names = ({ targets }: { readonly targets: readonly { readonly target: string }[] }) =>
  targets.map(({ target }) => target);

describe('projects below a folder', () => {
  test('are watched like those that are named, and their jobs are cancelled', async () => {
    const world = finding(inFolder(), { projects: ['found', 'other'] });
    const summary = await world.sweep();
    expect(names(summary)).toEqual(['bigquery:found', 'bigquery:other']);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('that are excluded are not looked at', async () => {
    const world = finding(inFolder({ exclude: ['found'] }), { projects: ['found', 'other'] });
    expect(names(await world.sweep())).toEqual(['bigquery:other']);
    expect(world.cancelled()).toEqual([]);
  });

  test('have the mode of their target', async () => {
    const world = finding(inFolder({ mode: 'observe' }), { projects: ['found'] });
    expect(await world.sweep()).toMatchObject({ outcomes: { 'would-have-been-cancelled': 1 } });
    expect(world.cancelled()).toEqual([]);
  });

  test('are looked at in the order of need: those that had jobs in the last sweep first', async () => {
    const world = finding(inFolder({ mode: 'observe' }), { projects: ['a', 'b', 'found', 'z'] });
    const active = new Set<string>();
    Object.assign(world.world, { active });
    expect(names(await world.sweep())).toEqual(['bigquery:a', 'bigquery:b', 'bigquery:found', 'bigquery:z']);
    expect(names(await world.sweepAgain())[0]).toBe('bigquery:found');
    expect([...active]).toEqual(['bigquery:found']);
  });

  test('of which there are none make a sweep that says so', async () => {
    const world = finding(inFolder(), { projects: [] });
    const summary = await world.sweep();
    expect(summary).toMatchObject({ status: 'degraded', targets: [] });
    expect(summary.troubles).toEqual([expect.stringContaining('There is nothing to look in')]);
  });
});

describe('a search that fails', () => {
  test('is a target that failed, with its sentence, and the projects that were found are watched', async () => {
    const failed = 'not all projects below folders/1 were found: [bigquery] no';
    const world = finding(inFolder(), { projects: ['found'], failed });
    const summary = await world.sweep();
    expect(summary).toMatchObject({ status: 'degraded' });
    expect(summary.targets).toMatchObject([
      { target: 'bigquery:found', complete: true },
      { target: 'bigquery:folders/1', jobs: 0, complete: false, failed },
    ]);
    expect(world.told()).toContain('target.failed');
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('and had an earlier answer goes on with that, and says so', async () => {
    const world = finding(inFolder(), {
      projects: ['found'],
      old: ['What lies below folders/1 is known from earlier'],
    });
    const summary = await world.sweep();
    expect(summary.troubles).toEqual(['What lies below folders/1 is known from earlier']);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('is the failure of a sweep that has nothing else to look in', async () => {
    const world = finding(inFolder(), { projects: [], failed: 'no' });
    expect(await world.sweep()).toMatchObject({ status: 'failed' });
  });
});

describe('newProjects: observe', () => {
  const cautious = inFolder({ newProjects: 'observe' });

  test('only observes a project for seven days from when it was first seen, and enforces then', async () => {
    const world = finding(cautious, { projects: ['found'] });
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
    await world.sweepAgain(days(7) - minutes(1));
    expect(world.cancelled()).toEqual([]);
    await world.sweepAgain(minutes(1));
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('keeps in mind when each was seen, through sweeps that could not look for it', async () => {
    const world = finding(cautious, { projects: ['found'] });
    await world.sweep();
    const firstMs = (await world.ledger.document()).projectsSeen?.['found'];
    expect(firstMs).toBeTypeOf('number');
    Object.assign(world.says, { projects: [], failed: 'no' });
    await world.sweepAgain();
    expect((await world.ledger.document()).projectsSeen).toEqual({ found: firstMs });
    Object.assign(world.says, { projects: ['found', 'young'], failed: undefined });
    await world.sweepAgain(days(8));
    const { projectsSeen } = await world.ledger.document();
    expect(projectsSeen).toEqual({ found: 0, young: expect.any(Number) });
    Object.assign(world.says, { projects: ['young'] });
    await world.sweepAgain();
    expect(Object.keys((await world.ledger.document()).projectsSeen ?? {})).toEqual(['young']);
  });

  test('leaves the ledger alone where no target asks for it', async () => {
    const world = finding(inFolder(), { projects: ['found'] });
    await world.sweep();
    expect(await world.ledger.document()).not.toHaveProperty('projectsSeen');
  });

  test('is not the same as newProjects: enforce', async () => {
    const world = finding(
      { ...cautious, targets: [{ engine: 'bigquery', folder: '1', newProjects: 'enforce' }] },
      { projects: ['found'] },
    );
    await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
  });
});
