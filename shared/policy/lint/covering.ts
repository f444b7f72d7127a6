import type { Path } from '../lines.ts';
import { breadthOf, comparisonOf, matchWithin, type AnyBlock } from './blocks.ts';
import type { Check, Sense, Subject } from './subject.ts';
import { passesEverything, valuesWithin } from './values.ts';

type Breadth = ReturnType<typeof breadthOf>;

function breadthOfMatch(match: readonly AnyBlock[], { policy }: Subject): Breadth {
  if (match.length === 0) return 'all';
  const found = match.map((block) => breadthOf(block, policy.groups));
  return found.find((one) => one === 'all') ?? found.find((one) => one === 'nearly-all') ?? 'some';
}

function breadthOfPrincipals(values: readonly string[], { policy }: Subject): Breadth {
  const how = comparisonOf('principal', policy.groups);
  const addresses =
    values.some((value) => /^\*@\*(\.\*)?$/.test(value)) && !values.some((value) => value.startsWith('!'));
  if (values.length === 0) return 'some';
  if (addresses || passesEverything(values, how)) return 'all';
  return values.every((value) => value.startsWith('!')) ? 'nearly-all' : 'some';
}

function wide(what: string, effect: string, breadth: Breadth, path: Path): Sense[] {
  if (breadth === 'some') return [];
  const about = breadth === 'all' ? 'every job' : 'all jobs but a few';
  const says = `This ${what} is about ${about}: ${effect}.`;
  return [{ code: 'covers-everything', path, says, try: 'Name the jobs or identities that are meant.' }];
}

/** Exemptions, protections, opt-outs and silences that are about everything. */
export const wideExceptions: Check = (subject) => {
  const { exemptions, silences, protect, optOut } = subject.policy;
  const free = 'nothing can be cancelled';
  return [
    ...exemptions.flatMap(({ match, rules }, index) =>
      wide(
        'exemption',
        rules === undefined ? free : `${rules.join(' and ')} can cancel nothing`,
        breadthOfMatch(match, subject),
        ['exemptions', index, 'match'],
      ),
    ),
    ...wide('protection', free, breadthOfPrincipals(protect.principals, subject), ['protect', 'principals']),
    ...wide('opt-out', 'everybody may keep any job', breadthOfPrincipals(optOut?.allowedFor ?? [], subject), [
      'optOut',
      'allowedFor',
    ]),
    ...silences.flatMap(({ match }, index) =>
      wide('silence', 'nobody hears of anything', breadthOfMatch(match, subject), ['silences', index, 'match']),
    ),
  ];
};

/** Freezes that are about everything: all right for a few days, and good to know. */
export const wideFreezes: Check = (subject) =>
  subject.policy.freezes.flatMap(({ name, match }, index): Sense[] => {
    if (breadthOfMatch(match, subject) === 'some') return [];
    const says = `While "${name}" lasts, nothing at all is cancelled.`;
    const path = match.length === 0 ? ['freezes', index, 'name'] : ['freezes', index, 'match'];
    return [
      { code: 'freezes-everything', path, says, try: 'Name the jobs that are meant, or leave it so if all are.' },
    ];
  });

const rulesWithin = (inner: readonly string[] | undefined, outer: readonly string[] | undefined) =>
  outer === undefined || (inner !== undefined && inner.every((rule) => outer.includes(rule)));

const twice = (path: Path, says: string): Sense => ({
  code: 'covered-twice',
  path,
  says,
  try: 'Remove it, or say what is different about it.',
});

/** The place of another entry that covers this one; of two that cover each other the earlier one stays. */
function coveredBy<Entry>(
  entries: readonly Entry[],
  index: number,
  isWithin: (inner: Entry, outer: Entry) => boolean,
): number {
  const entry = entries[index];
  if (entry === undefined) return -1;
  return entries.findIndex(
    (other, at) => at !== index && isWithin(entry, other) && (at < index || !isWithin(other, entry)),
  );
}

const doubleExemptions: Check = ({ policy: { exemptions, groups, protect } }) =>
  exemptions.flatMap(({ match }, index): Sense[] => {
    const path = ['exemptions', index, 'match'];
    const at = coveredBy(
      exemptions,
      index,
      (inner, outer) =>
        inner.expires <= outer.expires &&
        rulesWithin(inner.rules, outer.rules) &&
        matchWithin(inner.match, outer.match, groups),
    );
    if (at >= 0) return [twice(path, `exemptions[${at}] covers all of this, for at least as long.`)];
    const isKept = match.every(
      ({ principal }) =>
        principal !== undefined && valuesWithin(principal, protect.principals, { groups, lowerCase: true }),
    );
    if (protect.principals.length === 0 || protect.upTo !== undefined || !isKept) return [];
    return [twice(path, 'protect covers all of this, without an end.')];
  });

const doubleFreezes: Check = ({ policy: { freezes, groups } }) =>
  freezes.flatMap((freeze, index) => {
    const at = coveredBy(freezes, index, (inner, outer) => {
      const [a, b] = [inner.when, outer.when];
      const isLonger =
        a.how === 'dates'
          ? b.how === 'dates' && b.from <= a.from && a.to <= b.to
          : b.how === 'monthEnd' && b.firstDay <= a.firstDay && a.lastDay <= b.lastDay;
      return isLonger && matchWithin(inner.match, outer.match, groups);
    });
    return at < 0
      ? []
      : [twice(['freezes', index, 'name'], `"${freezes[at]?.name}" freezes all that "${freeze.name}" does.`)];
  });

const doubleSilences: Check = ({ policy: { silences, groups } }) =>
  silences.flatMap((_, index) => {
    const at = coveredBy(
      silences,
      index,
      (inner, outer) => inner.until <= outer.until && matchWithin(inner.match, outer.match, groups),
    );
    return at < 0
      ? []
      : [twice(['silences', index, 'match'], `silences[${at}] mutes all of this, for at least as long.`)];
  });

/** Exemptions, freezes and silences that another one makes superfluous. */
export const doubles: Check = (subject) => [
  ...doubleExemptions(subject),
  ...doubleFreezes(subject),
  ...doubleSilences(subject),
];
