import { describe, expect, test } from 'vitest';
import { quietPlaces } from '../../functions/watch/quiet.ts';
import { aJob, aRule, hours, minutes, seconds, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from './a-world.ts';

// Synthetic: no such folder, project or job exists.
const policy = (fields: WrittenPolicy = {}): WrittenPolicy => ({
  mode: 'enforce',
  targets: [
    { engine: 'bigquery', folder: '1' },
    { engine: 'bigquery', projects: ['named'] },
  ],
  rules: [aRule({ limit: { runTime: '30m' } })],
  ...fields,
});

/** A world that finds ten projects, and remembers which of them are quiet. */
function finding(written: WrittenPolicy = policy()): TestWorld {
  const projects = Array.from({ length: 10 }, (_, index) => `found-${index}`);
  const world: TestWorld = aWorld({
    policy: written,
    engines: async () => ({
      sources: {
        bigquery: { ...world.engine.source, projectsBelow: async () => ({ projects, old: [], failed: undefined }) },
      },
      cancellers: { bigquery: world.engine.canceller },
    }),
  });
  Object.assign(world.world, { quiet: quietPlaces() });
  return world;
}

async function sweepFor(world: TestWorld, forMs: number): Promise<number[]> {
  const listed: number[] = [];
  for (let atMs = 0; atMs < forMs; atMs += minutes(1)) listed.push((await world.sweepAgain()).targets.length);
  return listed;
}
const inProject = (project: string) => ({ target: `bigquery:${project}`, project });

describe('projects that were found and have had no jobs for an hour', () => {
  test('are listed every sixth minute where the shortest limit is half an hour, and not all at once', async () => {
    const world = finding();
    expect(new Set(await sweepFor(world, hours(1)))).toEqual(new Set([11]));
    await sweepFor(world, minutes(6));
    const before = world.calls('list').length;
    const listed = await sweepFor(world, minutes(60));
    const each = (world.calls('list').length - before - 60) / 10;
    expect(each).toBe(10);
    expect(Math.max(...listed)).toBeLessThan(8);
  });

  test('are said to be left out, in the answer and in the line that ends the sweep', async () => {
    const world = finding();
    await sweepFor(world, hours(2));
    const summary = await world.sweepAgain();
    expect(summary.status).toBe('ok');
    expect((summary.quiet ?? 0) + summary.targets.length).toBe(11);
    expect(world.log.at(-1)?.message).toContain(`${summary.quiet} quiet ones left out`);
  });

  test('are cancelled in to the millisecond all the same, and listed every minute while they have a job', async () => {
    const world = finding();
    await sweepFor(world, hours(2) + seconds(20));
    const startedAtMs = world.clock.now();
    const job = { ...aJob(inProject('found-3')), createdAtMs: startedAtMs, startedAtMs };
    world.engine.put({ job });
    await sweepFor(world, minutes(31));
    expect(world.calls('cancel').map(({ atMs }) => atMs - startedAtMs)).toEqual([minutes(30) + 1]);
    const before = world.calls('list').filter(({ of }) => of === 'bigquery:found-3').length;
    await sweepFor(world, minutes(10));
    expect(world.calls('list').filter(({ of }) => of === 'bigquery:found-3').length - before).toBe(10);
  });

  test('are listed every minute where they could not be seen to the end', async () => {
    const world = finding();
    world.engine.target('bigquery:found-4', { unreachable: ['EU'] });
    await sweepFor(world, hours(3));
    expect(world.calls('list').filter(({ of }) => of === 'bigquery:found-4')).toHaveLength(180);
  });

  test('are listed every minute where a limit may pass at any time', async () => {
    const world = finding(policy({ rules: [aRule({ limit: { bytesProcessed: '10 TiB' } })] }));
    expect(new Set(await sweepFor(world, hours(2)))).toEqual(new Set([11]));
  });
});
