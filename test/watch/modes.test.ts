import { describe, expect, test } from 'vitest';
import type { Mode } from '../../shared/jobs/verdict.ts';
import { aJob, aRule, hours } from '../make.ts';
import { aWorld } from './a-world.ts';

const modes: readonly Mode[] = ['observe', 'enforce'];
const combinations = modes.flatMap((setting) =>
  modes.flatMap((policy) =>
    modes.flatMap((target) =>
      modes.map((rule) => ({ setting, policy, target, rule, all: [setting, policy, target, rule] })),
    ),
  ),
);
const runaway = aJob({ runTimeMs: hours(1) });

function worldOf({ setting, policy, target, rule }: Record<'setting' | 'policy' | 'target' | 'rule', Mode>) {
  return aWorld({
    setting,
    jobs: [runaway],
    policy: {
      mode: policy,
      targets: [{ engine: 'bigquery', projects: ['analytics-prod'], mode: target }],
      rules: [aRule({ mode: rule })],
    },
  });
}

describe('the softest of the four modes counts', () => {
  test.each(combinations)('setting $setting, policy $policy, target $target, rule $rule', async (all) => {
    const world = worldOf(all);
    const isEnforced = all.all.every((mode) => mode === 'enforce');
    const { outcomes } = await world.sweep();
    expect(world.cancelled()).toEqual(isEnforced ? ['job-1'] : []);
    expect(outcomes).toEqual(isEnforced ? { cancelled: 1 } : { 'would-have-been-cancelled': 1 });
  });

  test.each(combinations.filter(({ all }) => all.includes('observe')))(
    'says which of them held the cancel back: $all',
    async (all) => {
      const world = worldOf(all);
      await world.sweep();
      const [event] = world.jobEvents('cancel.would-have');
      expect(event?.data.heldBack?.by).toBe('mode');
      const words = { setting: 'deployment', policy: 'the policy says', target: 'its target', rule: 'the rule' };
      for (const [part, said] of Object.entries(words)) {
        const isSoft = Object.entries(all).some(([name, mode]) => name === part && mode === 'observe');
        expect(event?.data.heldBack?.why.includes(said)).toBe(isSoft);
      }
    },
  );

  test('a target that is not named at all observes', async () => {
    const world = aWorld({ jobs: [{ ...runaway, target: 'bigquery:finance-prod' }] });
    world.engine.put({ job: runaway, look: { target: 'bigquery:elsewhere' } });
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
  });
});

describe('observing', () => {
  test('takes the same path up to the cancel: the job is looked at again, and nothing is sent', async () => {
    const world = worldOf({ setting: 'observe', policy: 'enforce', target: 'enforce', rule: 'enforce' });
    const summary = await world.sweep();
    expect(world.calls('get')).toHaveLength(2);
    expect(world.calls('cancel')).toEqual([]);
    expect(summary).toMatchObject({ status: 'ok', mode: 'observe', heldBack: { mode: 1 } });
    expect(world.told()).toEqual(['cancel.would-have job-1']);
  });

  test('says how a job ended that was done by the time it was looked at again', async () => {
    const world = worldOf({ setting: 'observe', policy: 'enforce', target: 'enforce', rule: 'enforce' });
    world.engine.put({ job: runaway, look: [{}, { state: 'done', end: { how: 'succeeded' } }] });
    expect((await world.sweep()).outcomes).toEqual({ 'finished-first': 1 });
  });

  test('records no intent, and writes the ledger for what it saw', async () => {
    const world = worldOf({ setting: 'enforce', policy: 'observe', target: 'enforce', rule: 'enforce' });
    await world.sweep();
    expect(world.jobEvents('cancel.intended')).toEqual([]);
    expect(world.ledger.swaps()).toBe(2);
  });

  test('tells the operators and not the owner, unless the policy says so', async () => {
    const world = worldOf({ setting: 'observe', policy: 'enforce', target: 'enforce', rule: 'enforce' });
    await world.sweep();
    expect(world.notices().map(({ phase, owner }) => [phase, owner.name])).toEqual([['would-have', 'operators']]);
  });
});
