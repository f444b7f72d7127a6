import type { Freeze } from '../calendar.ts';
import type { Exemption } from '../exceptions.ts';
import type { Path } from '../lines.ts';
import type { Policy } from '../schema.ts';
import { effectOf, extentOf, isSame, opposite, type Change, type Effect, type Extent } from './change.ts';
import { compareValues, coversPattern } from './covers.ts';
import { compareCeilings } from './limits.ts';
import { compareLists, compareMatches } from './match.ts';

type OptOut = NonNullable<Policy['optOut']>;

interface Groups {
  readonly before: Policy['groups'];
  readonly after: Policy['groups'];
}

/** More that is spared is softer. */
const spares = (extent: Extent): Effect => opposite(effectOf(extent));
const words: Readonly<Record<Extent, string>> = {
  same: 'the same',
  wider: 'wider',
  narrower: 'narrower',
  either: 'another',
};
const lowerCase = (word: string, other: string) => coversPattern(word, other, true);

const at = (path: Path, effect: Effect, says: string, side: Change['side'] = 'new'): Change => ({
  side,
  path,
  effect,
  says,
});

/** A list of identities spares nobody when it is empty. */
function comparePrincipals(before: readonly string[], after: readonly string[], groups: Groups): Extent {
  if (before.length === 0 || after.length === 0) {
    return before.length === after.length ? 'same' : before.length === 0 ? 'wider' : 'narrower';
  }
  return compareValues({ values: before, groups: groups.before }, { values: after, groups: groups.after }, lowerCase);
}

function protection(before: Policy, after: Policy, groups: Groups): Change[] {
  const names = comparePrincipals(before.protect.principals, after.protect.principals, groups);
  const ceiling = compareCeilings(before.protect.upTo, after.protect.upTo);
  const gone = after.protect.principals.length === 0;
  const found: Change[] = [];
  if (names !== 'same') {
    const says = gone ? 'Nobody is protected any more.' : `Who is protected is ${words[names]}.`;
    found.push(at(gone ? [] : ['protect', 'principals'], spares(names), says));
  }
  if (ceiling !== 'same' && !gone && before.protect.principals.length > 0) {
    found.push(at(['protect', 'upTo'], effectOf(ceiling), `The ceiling of the protection is ${lower(ceiling)}.`));
  }
  return found;
}

const lower = (extent: Extent) => (extent === 'wider' ? 'lower' : extent === 'narrower' ? 'higher' : 'another');

function optOutParts(before: OptOut, after: OptOut, groups: Groups): Change[] {
  const found: Change[] = [];
  if (!isSame(before.label, after.label)) {
    found.push(at(['optOut', 'label'], 'either', `Owners keep jobs by ${after.label.key}=${after.label.value} now.`));
  }
  const allowed = comparePrincipals(before.allowedFor, after.allowedFor, groups);
  if (allowed !== 'same')
    found.push(at(['optOut', 'allowedFor'], spares(allowed), `Who may keep jobs is ${words[allowed]}.`));
  const ceiling = compareCeilings(before.upTo, after.upTo);
  if (ceiling !== 'same') {
    found.push(at(['optOut', 'upTo'], effectOf(ceiling), `The ceiling of the opt-out is ${lower(ceiling)}.`));
  }
  const [old, now] = [before.perOwnerPerDay ?? Infinity, after.perOwnerPerDay ?? Infinity];
  if (old !== now) {
    const words = (count: number) => (count === Infinity ? 'any number' : String(count));
    const says = `Jobs that an owner may keep in a day: ${words(now)}, was ${words(old)}.`;
    found.push(at(['optOut'], now < old ? 'harsher' : 'softer', says));
  }
  return found;
}

function optOuts({ optOut: before }: Policy, { optOut: after }: Policy, groups: Groups): Change[] {
  if (before === undefined || after === undefined) {
    if (before === after) return [];
    return before === undefined
      ? [at(['optOut'], 'softer', 'Owners may keep their jobs by a label now.')]
      : [at(['optOut'], 'harsher', 'Owners can no longer keep their jobs by a label.', 'old')];
  }
  return optOutParts(before, after, groups);
}

const named = ({ reason, expires }: Exemption) => `The exemption until ${expires} (${reason})`;

function exemptionParts(before: Exemption, after: Exemption, path: Path, groups: Groups): Change[] {
  const found: Change[] = [];
  const match = compareLists(before.match, after.match, { ...groups, cancels: false });
  if (match !== 'same')
    found.push(at([...path, 'match'], spares(match), `${named(after)} is ${words[match]} than before.`));
  const isIn = (some: readonly string[] | undefined, all: readonly string[] | undefined) =>
    all === undefined || (some?.every((rule) => all.includes(rule)) ?? false);
  const rules = extentOf(isIn(before.rules, after.rules), isIn(after.rules, before.rules));
  if (rules !== 'same')
    found.push(at(path, spares(rules), `${named(after)} is from ${after.rules?.join(', ') ?? 'all rules'}.`));
  if (before.expires !== after.expires) {
    const effect = after.expires < before.expires ? 'harsher' : 'softer';
    found.push(at([...path, 'expires'], effect, `${named(after)} ended on ${before.expires} before.`));
  }
  if (before.afterExpiry !== after.afterExpiry) {
    const effect = after.afterExpiry === 'cancel' ? 'harsher' : 'softer';
    found.push(at([...path, 'afterExpiry'], effect, `${named(after)}: after its end comes ${after.afterExpiry}.`));
  }
  if (before.reason !== after.reason || before.approvedBy !== after.approvedBy) {
    found.push(at(path, 'neutral', `${named(after)} has another reason or approver.`));
  }
  return found;
}

/** Pairs entries that are alike, in the first of the ways first. What is left on either side is new or gone. */
function paired<Entry>(
  before: readonly Entry[],
  after: readonly Entry[],
  alike: readonly ((entry: Entry) => unknown)[],
) {
  const pairs = new Map<number, number>();
  const taken = new Set<number>();
  for (const key of alike) {
    for (const [index, entry] of after.entries()) {
      if (pairs.has(index)) continue;
      const found = before.findIndex((other, position) => !taken.has(position) && isSame(key(other), key(entry)));
      if (found < 0) continue;
      pairs.set(index, found);
      taken.add(found);
    }
  }
  return { pairs, gone: before.map((_, index) => index).filter((index) => !taken.has(index)) };
}

function exemptions(before: Policy, after: Policy, groups: Groups): Change[] {
  const alike = [
    (one: Exemption) => one,
    ({ match, rules }: Exemption) => [match, rules],
    ({ reason }: Exemption) => reason,
  ];
  const { pairs, gone } = paired(before.exemptions, after.exemptions, alike);
  const kept = after.exemptions.flatMap((exemption, index) => {
    const other = before.exemptions[pairs.get(index) ?? -1];
    const path = ['exemptions', index];
    if (other === undefined) return [at(path, 'softer', `${named(exemption)} is new.`)];
    return exemptionParts(other, exemption, path, groups);
  });
  const lost = gone.flatMap((index) => {
    const exemption = before.exemptions[index];
    return exemption === undefined ? [] : [at(['exemptions', index], 'harsher', `${named(exemption)} is gone.`, 'old')];
  });
  return [...kept, ...lost];
}

function compareWhen(before: Freeze['when'], after: Freeze['when']): Extent {
  if (before.how === 'dates' && after.how === 'dates') {
    return extentOf(
      after.from <= before.from && before.to <= after.to,
      before.from <= after.from && after.to <= before.to,
    );
  }
  if (before.how !== 'monthEnd' || after.how !== 'monthEnd') return 'either';
  const isIn = (inner: typeof before, outer: typeof before) =>
    outer.firstDay <= inner.firstDay && inner.lastDay <= outer.lastDay;
  return extentOf(isIn(before, after), isIn(after, before));
}

function freezeParts(before: Freeze, after: Freeze, path: Path, groups: Groups): Change[] {
  const found: Change[] = [];
  const match = compareMatches(before.match, after.match, { ...groups, cancels: false });
  if (match !== 'same')
    found.push(at(path, spares(match), `The freeze "${after.name}" is for jobs that are ${words[match]}.`));
  const when = compareWhen(before.when, after.when);
  if (when !== 'same') found.push(at(path, spares(when), `The time of the freeze "${after.name}" is ${words[when]}.`));
  if (before.reason !== after.reason || before.approvedBy !== after.approvedBy) {
    found.push(at(path, 'neutral', `The freeze "${after.name}" has another reason or approver.`));
  }
  return found;
}

function freezes(before: Policy, after: Policy, groups: Groups): Change[] {
  const { pairs, gone } = paired(before.freezes, after.freezes, [(one) => one, ({ name }) => name]);
  const kept = after.freezes.flatMap((freeze, index) => {
    const other = before.freezes[pairs.get(index) ?? -1];
    const path = ['freezes', index];
    return other === undefined
      ? [at(path, 'softer', `The freeze "${freeze.name}" is new.`)]
      : freezeParts(other, freeze, path, groups);
  });
  const lost = gone.map((index) =>
    at(['freezes', index], 'harsher', `The freeze "${before.freezes[index]?.name}" is gone.`, 'old'),
  );
  return [...kept, ...lost];
}

/** What changed in what keeps jobs from being cancelled: protection, opt-out, exemptions and freezes. */
export function compareExceptions(before: Policy, after: Policy): readonly Change[] {
  const groups = { before: before.groups, after: after.groups };
  return [protection, optOuts, exemptions, freezes].flatMap((compare) => compare(before, after, groups));
}
