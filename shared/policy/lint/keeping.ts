import type { Limit } from '../limits.ts';
import type { Path } from '../lines.ts';
import type { Rule } from '../rule.ts';
import { breadthOf, matchWithin } from './blocks.ts';
import { limitWithin, metricsOf } from './limits-within.ts';
import { listed, type Check, type Sense, type Subject } from './subject.ts';
import { valuesWithin } from './values.ts';

const cancelRules = ({ policy }: Subject) => policy.rules.filter(({ action }) => action === 'cancel');

function idleRules(subject: Subject): Sense[] {
  const cancelling = new Set(cancelRules(subject).map(({ name }) => name));
  return subject.policy.exemptions.flatMap(({ rules = [] }, index) =>
    rules.flatMap((rule, at): Sense[] => {
      if (cancelling.has(rule)) return [];
      const says = `${rule} never cancels, so there is nothing to be exempt from.`;
      return [
        {
          code: 'exempts-from-nothing',
          path: ['exemptions', index, 'rules', at],
          says,
          try: 'Remove it, or name a rule that cancels.',
        },
      ];
    }),
  );
}

/** What keeps every job of a rule, in words; undefined for nothing. */
function keeperOf(rule: Rule, { policy, today }: Subject): string | undefined {
  const { exemptions, groups, protect } = policy;
  const at = exemptions.findIndex(
    (one) =>
      one.expires >= today &&
      (one.rules === undefined || one.rules.includes(rule.name)) &&
      // One that is about everything is reported itself.
      one.match.every((block) => breadthOf(block, groups) === 'some') &&
      matchWithin(rule.match, one.match, groups),
  );
  if (at >= 0) return `exemptions[${at}] covers every job it matches, until ${exemptions[at]?.expires}`;
  if (protect.upTo !== undefined || protect.principals.length === 0 || rule.match.length === 0) return undefined;
  const isProtected = rule.match.every(
    ({ principal }) =>
      principal !== undefined && valuesWithin(principal, protect.principals, { groups, lowerCase: true }),
  );
  return isProtected ? 'protect names every identity it matches' : undefined;
}

function keptRules(subject: Subject): Sense[] {
  return subject.policy.rules.flatMap((rule, index): Sense[] => {
    const keeper = rule.action === 'cancel' ? keeperOf(rule, subject) : undefined;
    if (keeper === undefined) return [];
    const says = `${rule.name} never cancels anything: ${keeper}.`;
    return [
      { code: 'rule-exempt', path: ['rules', index, 'name'], says, try: 'Say action: warn, or narrow what is kept.' },
    ];
  });
}

function lowCeiling(subject: Subject, ceiling: Limit | undefined, path: Path): Sense[] {
  const rules = cancelRules(subject);
  if (ceiling === undefined || rules.length === 0) return [];
  if (!rules.every(({ limit }) => limitWithin(limit, ceiling))) return [];
  const names = listed(rules.map(({ name }) => name));
  const says = `Nothing is ever kept: a job over the limit of ${names} is over this ceiling of ${listed(metricsOf(ceiling))} too.`;
  return [{ code: 'ceiling-too-low', path, says, try: 'Write a ceiling above the limits of the rules.' }];
}

function idleCeiling({ policy: { protect } }: Subject): Sense[] {
  if (protect.upTo === undefined || protect.principals.length > 0) return [];
  const says = 'upTo is a ceiling for protected identities, and none is named.';
  return [
    {
      code: 'idle-key',
      path: ['protect', 'upTo'],
      part: 'key',
      says,
      try: 'Name them under principals, or remove it.',
    },
  ];
}

/** Whether what keeps jobs has something to keep, and leaves something to do. */
export const keeping: Check = (subject) => [
  ...idleRules(subject),
  ...keptRules(subject),
  ...lowCeiling(subject, subject.policy.protect.upTo, ['protect', 'upTo']),
  ...lowCeiling(subject, subject.policy.optOut?.upTo, ['optOut', 'upTo']),
  ...idleCeiling(subject),
];
