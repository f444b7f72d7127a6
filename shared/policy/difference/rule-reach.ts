import { weekdays, type Active } from '../calendar.ts';
import { inYaml } from '../fields.ts';
import type { Rule } from '../rule.ts';
import { extentOf, isSame } from './change.ts';
import { compareKeys, compareMatches, compareUnless, type KeyDifference, type MatchContext } from './match.ts';
import { changed, extents, meant, type Part, type RulePair } from './rule-part.ts';

const written = (values: readonly string[] | undefined) =>
  values === undefined
    ? 'anything'
    : inYaml(values.filter((value) => !value.startsWith('\u0000')).map((value) => value));

function keyWords({ key, extent, before, after }: KeyDifference): string {
  if (isSame(before, after))
    return `${key} is ${extents[extent]}: the group behind ${written(after)} has other members`;
  return `${key} is ${extents[extent]}: ${written(after)}, was ${written(before)}`;
}

function matchWords({ before, after, groups }: RulePair, context: MatchContext): string {
  const [old = {}, ...moreOld] = before.match;
  const [now = {}, ...moreNow] = after.match;
  if (moreOld.length + moreNow.length > 0) {
    const count = (rule: Rule) => `${rule.match.length} ${rule.match.length === 1 ? 'block' : 'blocks'}`;
    return before.match.length === after.match.length
      ? 'its blocks are others'
      : `${count(after)}, was ${count(before)}`;
  }
  const unless = compareUnless(old, now, { ...groups, cancels: false });
  const spared = unless === 'same' ? [] : [`unless is ${extents[unless]}`];
  return [...compareKeys(old, now, context).map(keyWords), ...spared].join('; ');
}

/** Which jobs a rule is about. */
export const match: Part = (pair) => {
  const { before, after, groups } = pair;
  const context = { ...groups, cancels: after.action === 'cancel' && before.action === 'cancel' };
  const extent = compareMatches(before.match, after.match, context);
  if (extent === 'same') return [];
  const says = `The match of ${after.name} is ${extents[extent]}: ${matchWords(pair, context)}.`;
  return [changed(pair, ['match'], meant(pair, extent), says)];
};

/** The minutes of a week in which a rule acts. */
function minutes(active: Active | undefined): ReadonlySet<number> {
  const { days, fromMinute, toMinute } = active ?? { days: weekdays, fromMinute: 0, toMinute: 1440 };
  const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + 1440;
  const starts = days.map((day) => weekdays.indexOf(day) * 1440 + fromMinute);
  return new Set(starts.flatMap((start) => Array.from({ length }, (_, minute) => (start + minute) % (7 * 1440))));
}

const isIn = (some: ReadonlySet<number>, all: ReadonlySet<number>) => [...some].every((minute) => all.has(minute));

/** When a rule acts. */
export const active: Part = (pair) => {
  const { before, after } = pair;
  if (isSame(before.active, after.active)) return [];
  const [old, now] = [minutes(before.active), minutes(after.active)];
  const extent = extentOf(isIn(old, now), isIn(now, old));
  if (extent === 'same') return [];
  const says = `The hours of ${after.name} are ${extents[extent]}.`;
  return [changed(pair, after.active === undefined ? [] : ['active'], meant(pair, extent), says)];
};
