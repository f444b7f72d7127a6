import { expect, it } from 'vitest';
import { whyObserved } from '../../shared/evaluate/observed.ts';
import type { Modes } from '../../shared/jobs/verdict.ts';

const enforced: Modes = { setting: 'enforce', policy: 'enforce', target: 'enforce', rule: 'enforce' };

it.each<[string, Partial<Modes>, string | undefined, string | undefined]>([
  ['nothing where all four enforce', {}, undefined, undefined],
  ['nothing where all four enforce, whatever could have made them observe', {}, 'it is late', undefined],
  ['the deployment', { setting: 'observe' }, undefined, 'Only observed: the deployment observes.'],
  ['the policy', { policy: 'observe' }, undefined, 'Only observed: the policy says observe.'],
  ['the target', { target: 'observe' }, undefined, 'Only observed: its target says observe, or is none of the policy.'],
  ['the rule', { rule: 'observe' }, 'it is late', 'Only observed: the rule does not say enforce.'],
  [
    'all that observe, in one sentence',
    { setting: 'observe', rule: 'observe' },
    undefined,
    'Only observed: the deployment observes, and the rule does not say enforce.',
  ],
  [
    'what makes the setting observe, where it is something else',
    { setting: 'observe' },
    'it is late',
    'Only observed: it is late.',
  ],
])('names as the reason of a verdict that is only observed: %s', (_what, modes, settingSays, expected) => {
  expect(whyObserved({ ...enforced, ...modes }, settingSays)).toBe(expected);
});
