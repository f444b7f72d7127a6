import { describe, expect, test } from 'vitest';
import { enforce } from '../../functions/watch/enforce.ts';
import { sweep } from '../../functions/watch/watch.ts';
import { aJob, aVerdict, hours, nowMs, seconds } from '../make.ts';
import { aWorld } from './a-world.ts';
import { denied, endsAfter, engineError, ignored, stopsAfter, succeeded, type OnCancel } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const broken = engineError('500 from the service');

describe('failures stay apart', () => {
  test('each of many jobs has its own end', async () => {
    const ends: readonly (readonly [string, OnCancel])[] = [
      ['a', stopsAfter(500)],
      ['b', denied],
      ['c', { how: 'throws', error: broken }],
      ['d', endsAfter(100, succeeded)],
      ['e', ignored],
    ];
    const jobs = ends.map(([id, onCancel]) => ({ job: { ...runaway, id }, onCancel }));
    const world = aWorld({ jobs });
    const { outcomes } = await world.sweep();
    expect(outcomes).toEqual({ cancelled: 1, forbidden: 1, error: 1, 'finished-first': 1, unconfirmed: 1 });
  });

  test('something that no engine should throw ends the sweep, and the next one finds out what became of the job', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(0) }] });
    const { cancel } = world.engine.canceller;
    const breaks = {
      ...world.world,
      engines: async () => ({
        sources: { bigquery: world.engine.source },
        cancellers: {
          bigquery: {
            cancel: async (...given: Parameters<typeof cancel>) => {
              await cancel(...given);
              throw new TypeError('undefined is not a function');
            },
          },
        },
      }),
    };
    await expect(sweep(breaks, 'sweep-0')).rejects.toThrow('undefined is not a function');
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

test('enforce never sends a cancel for a verdict that the policy no longer gives', async () => {
  const world = aWorld({ jobs: [runaway] });
  const budget = { untilMs: nowMs + seconds(59), signal: new AbortController().signal };
  const { source, canceller } = world.engine;
  const by = {
    source,
    canceller,
    clock: world.clock,
    budget,
    cancelByMs: nowMs + seconds(56),
    judge: () => undefined,
    stopped: async () => undefined,
  };
  expect(await enforce(aVerdict({ job: runaway }), by)).toMatchObject({ did: 'held-back' });
  expect(world.cancelled()).toEqual([]);
});
