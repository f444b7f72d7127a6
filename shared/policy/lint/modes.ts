import type { Check, Sense } from './subject.ts';

const cappedBy = (what: string, index: number, name: string): Sense => ({
  code: 'enforce-capped',
  path: ['rules', index, 'mode'],
  says: `${name} says enforce, but ${what}, so it only says what it would do.`,
  try: 'Leave it so for a trial; to act, the policy and the target must say enforce too.',
});

/** Modes that a softer one above or below leaves without effect. */
export const modes: Check = ({ policy }) => {
  const enforced = policy.rules.flatMap((rule, index) => (rule.mode === 'enforce' ? [{ rule, index }] : []));
  if (policy.mode === 'enforce' && enforced.length === 0) {
    const says = 'The policy says enforce, and no rule does: nothing is ever done.';
    const cure = 'Add mode: enforce to the rules that have shown what they do.';
    return [{ code: 'nothing-enforced', path: ['mode'], says, try: cure }];
  }
  const isTrial = policy.mode === 'observe';
  if (!isTrial && policy.targets.some(({ mode }) => mode !== 'observe')) return [];
  const why = isTrial ? 'the policy observes (that is the default of mode)' : 'every target observes';
  return enforced.map(({ rule, index }) => cappedBy(why, index, rule.name));
};
