import type { Modes } from '../jobs/verdict.ts';

const saysObserve: readonly (readonly [keyof Modes, string])[] = [
  ['setting', 'the deployment observes'],
  ['policy', 'the policy says observe'],
  ['target', 'its target says observe, or is none of the policy'],
  ['rule', 'the rule does not say enforce'],
];

/**
 * Which of the four settings make a verdict one that is only observed, in words; undefined when it is in force.
 * `settingSays` takes the place of the words for the setting where something else than the deployment makes it observe.
 */
export function whyObserved(modes: Modes, settingSays?: string): string | undefined {
  const reasons = saysObserve
    .filter(([part]) => modes[part] === 'observe')
    .map(([part, words]) => (part === 'setting' ? (settingSays ?? words) : words));
  return reasons.length === 0 ? undefined : `Only observed: ${reasons.join(', and ')}.`;
}
