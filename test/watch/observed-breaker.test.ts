import { expect, test } from 'vitest';
import { aJob, hours } from '../make.ts';
import { aWorld } from './a-world.ts';

// Synthetic: no such project, person, job or policy exists.

test.each(['observe', 'enforce'] as const)(
  'jobs that would have been cancelled and run on do not open the breaker that is only observed: setting %s',
  async (setting) => {
    const rules = [
      { name: 'long-queries', limit: { runTime: '30m' }, action: 'cancel' as const, grace: 'none' as const },
    ];
    const trial = rules.map((rule) => ({ ...rule, mode: 'observe' as const }));
    const policy = { rules: setting === 'observe' ? rules : trial, breaker: { maxCancels: 3, maxShare: '100%' } };
    const world = aWorld({ setting, policy });
    for (let sweep = 0; sweep < 7; sweep += 1) {
      for (const one of ['a', 'b']) world.engine.put({ job: aJob({ id: `${one}${sweep}`, runTimeMs: hours(1) }) });
      await world.sweepAgain();
    }
    expect(world.jobEvents('cancel.would-have')).toHaveLength(14);
    expect(world.jobEvents('cancel.held-back')).toEqual([]);
  },
);

test('many at once still do', async () => {
  const jobs = ['a', 'b', 'c', 'd'].map((id) => aJob({ id, runTimeMs: hours(1) }));
  const world = aWorld({ setting: 'observe', jobs, policy: { breaker: { maxCancels: 3, maxShare: '100%' } } });
  await world.sweep();
  await world.sweepAgain();
  expect(world.jobEvents('cancel.would-have')).toEqual([]);
  expect(world.jobEvents('cancel.held-back')).toHaveLength(4);
});
