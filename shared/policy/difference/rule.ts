import { formatDuration } from '../../jobs/duration.ts';
import type { Action } from '../../jobs/verdict.ts';
import { weekdays, type Active } from '../calendar.ts';
import { inYaml } from '../fields.ts';
import type { Path } from '../lines.ts';
import type { Rule } from '../rule.ts';
import { effectOf, extentOf, isSame, opposite, type Change, type Effect, type Extent } from './change.ts';
import { compareLimits } from './limits.ts';
import { compareKeys, compareMatches, compareUnless, type KeyDifference, type MatchContext } from './match.ts';

/** One rule of two policies. `at` is its place in the new one. */
export interface RulePair {
  readonly before: Rule;
  readonly after: Rule;
  readonly at: Path;
  readonly groups: Pick<MatchContext, 'before' | 'after'>;
}

type Part = (pair: RulePair) => readonly Change[];

const severity: Readonly<Record<Action, number>> = { record: 0, warn: 1, cancel: 2 };
const does: Readonly<Record<Action, string>> = { record: 'records', warn: 'warns', cancel: 'cancels' };

function changed({ at }: RulePair, key: readonly (string | number)[], effect: Effect, says: string): Change {
  return { side: 'new', path: [...at, ...key], effect, says };
}

/** What a rule that only records does is no harm to anybody. */
function felt(rule: Rule, effect: Effect): Effect {
  return rule.action === 'record' ? 'neutral' : effect;
}

/** Where a rule sets others aside, more for it is less for them. */
function meant({ before, after }: RulePair, extent: Extent): Effect {
  const overrides = before.overrides.length + after.overrides.length > 0;
  return overrides && extent !== 'same' ? 'either' : felt(after, effectOf(extent));
}

const action: Part = (pair) => {
  const { before, after } = pair;
  if (before.action === after.action) return [];
  const effect = severity[after.action] > severity[before.action] ? 'harsher' : 'softer';
  return [
    changed(pair, ['action'], effect, `${after.name} ${does[after.action]} now; it ${did(before.action)} before.`),
  ];
};

const did = (action: Action) =>
  action === 'cancel' ? 'cancelled' : action === 'warn' ? 'only warned' : 'only recorded';

const mode: Part = (pair) => {
  const { before, after } = pair;
  if (before.mode === after.mode) return [];
  const acts = after.mode === 'enforce';
  const says = acts
    ? `${after.name} is in force now; it was on trial.`
    : `${after.name} is on trial now; it was in force.`;
  return [changed(pair, ['mode'], felt(after, acts ? 'harsher' : 'softer'), says)];
};

const written = (values: readonly string[] | undefined) =>
  values === undefined
    ? 'anything'
    : inYaml(values.filter((value) => !value.startsWith('\u0000')).map((value) => value));

const extents: Readonly<Record<Extent, string>> = {
  same: 'as before',
  wider: 'wider',
  narrower: 'narrower',
  either: 'another',
};

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

const match: Part = (pair) => {
  const { before, after, groups } = pair;
  const context = { ...groups, cancels: after.action === 'cancel' && before.action === 'cancel' };
  const extent = compareMatches(before.match, after.match, context);
  if (extent === 'same') return [];
  const says = `The match of ${after.name} is ${extents[extent]}: ${matchWords(pair, context)}.`;
  return [changed(pair, ['match'], meant(pair, extent), says)];
};

const limit: Part = (pair) => {
  const { before, after } = pair;
  return compareLimits(before.limit, after.limit).map(({ metric, extent, says }) => {
    const isThere = metric !== undefined && after.limit.of[metric] !== undefined;
    const key = ['limit', ...(isThere && after.limit.how === 'all' ? ['all'] : []), ...(isThere ? [metric] : [])];
    return changed(pair, key, felt(after, effectOf(extent)), `The limit of ${after.name}: ${says}.`);
  });
};

/** An earlier warning lets a grace begin sooner; without a grace it is a kindness. */
function earlier(rule: Rule, extent: Extent): Effect {
  const isFelt = rule.action === 'warn' || (rule.action === 'cancel' && rule.graceMs !== 0);
  return isFelt ? effectOf(extent) : 'neutral';
}

const warnAt: Part = (pair) => {
  const { before, after } = pair;
  if (before.warnAt === undefined || after.warnAt === undefined) {
    if (before.warnAt === after.warnAt) return [];
    const isNew = before.warnAt === undefined;
    const says = isNew
      ? `${after.name} warns before its limit now.`
      : `${after.name} no longer warns before its limit.`;
    return [changed(pair, isNew ? ['warnAt'] : [], earlier(after, isNew ? 'wider' : 'narrower'), says)];
  }
  return compareLimits(before.warnAt, after.warnAt).map(({ extent, says }) =>
    changed(pair, ['warnAt'], earlier(after, extent), `The warning line of ${after.name}: ${says}.`),
  );
};

const graceWords = (ms: number) => (ms === 0 ? 'none' : formatDuration(ms));

const grace: Part = (pair) => {
  const [old, now] = [pair.before.graceMs, pair.after.graceMs];
  if (old === undefined || now === undefined || old === now) return [];
  const says = `The grace of ${pair.after.name} is ${graceWords(now)}, was ${graceWords(old)}.`;
  return [changed(pair, ['grace'], now < old ? 'harsher' : 'softer', says)];
};

/** The minutes of a week in which a rule acts. */
function minutes(active: Active | undefined): ReadonlySet<number> {
  const { days, fromMinute, toMinute } = active ?? { days: weekdays, fromMinute: 0, toMinute: 1440 };
  const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + 1440;
  const starts = days.map((day) => weekdays.indexOf(day) * 1440 + fromMinute);
  return new Set(starts.flatMap((start) => Array.from({ length }, (_, minute) => (start + minute) % (7 * 1440))));
}

const isIn = (some: ReadonlySet<number>, all: ReadonlySet<number>) => [...some].every((minute) => all.has(minute));

const active: Part = (pair) => {
  const { before, after } = pair;
  if (isSame(before.active, after.active)) return [];
  const [old, now] = [minutes(before.active), minutes(after.active)];
  const extent = extentOf(isIn(old, now), isIn(now, old));
  if (extent === 'same') return [];
  const says = `The hours of ${after.name} are ${extents[extent]}.`;
  return [changed(pair, after.active === undefined ? [] : ['active'], meant(pair, extent), says)];
};

const overrides: Part = (pair) => {
  const { before, after } = pair;
  const gone = before.overrides.filter((name) => !after.overrides.includes(name));
  const added = after.overrides.filter((name) => !before.overrides.includes(name));
  return [
    ...gone.map((name) => changed(pair, [], 'harsher', `${after.name} no longer sets ${name} aside.`)),
    ...added.map((name) => changed(pair, ['overrides'], 'softer', `${after.name} sets ${name} aside.`)),
  ];
};

const undelivered: Part = (pair) => {
  const [old, now] = [pair.before.ifUndelivered, pair.after.ifUndelivered];
  if (isSame(old, now)) return [];
  const cancels = (one: typeof old) => one?.then === 'cancel';
  const says = `What ${pair.after.name} does when nobody could be told has changed.`;
  const sooner = cancels(now) && (!cancels(old) || (now?.waitMs ?? 0) < (old?.waitMs ?? 0));
  const effect = sooner ? 'harsher' : cancels(old) ? 'softer' : 'neutral';
  return [changed(pair, now === undefined ? [] : ['ifUndelivered'], effect, says)];
};

const retries: Part = (pair) => {
  const [old, now] = [pair.before.retries, pair.after.retries];
  if (isSame(old, now)) return [];
  const spares = (one: typeof old) => one?.then === 'letRun';
  const effect = spares(old) ? (spares(now) ? 'either' : 'harsher') : spares(now) ? 'softer' : 'neutral';
  const says = `What ${pair.after.name} does about queries that are started again has changed.`;
  return [changed(pair, now === undefined ? [] : ['retries'], effect, says)];
};

const switches: Part = (pair) => {
  const { before, after } = pair;
  const changes: Change[] = [];
  if (before.ifUnknown !== after.ifUnknown) {
    const warns = after.ifUnknown === 'warn';
    const says = `${after.name} ${warns ? 'warns' : 'no longer warns'} when its limit cannot be judged.`;
    changes.push(changed(pair, ['ifUnknown'], warns ? 'harsher' : 'softer', says));
  }
  if (before.pastBreaker !== after.pastBreaker) {
    const says = `${after.name} ${after.pastBreaker ? 'may' : 'may no longer'} act although the breaker is open.`;
    changes.push(changed(pair, ['pastBreaker'], after.pastBreaker ? 'harsher' : 'softer', says));
  }
  if (before.description !== after.description) {
    changes.push(changed(pair, [], 'neutral', `The description of ${after.name} has changed.`));
  }
  return changes;
};

const parts: readonly Part[] = [
  action,
  mode,
  match,
  limit,
  warnAt,
  grace,
  active,
  overrides,
  undelivered,
  retries,
  switches,
];

/** What changed in one rule, part by part. */
export function compareRule(pair: RulePair): readonly Change[] {
  return parts.flatMap((part) => part(pair));
}

function overriding(rule: Rule, gone: boolean, change: Omit<Change, 'says' | 'effect'>): readonly Change[] {
  const effect: Effect = gone ? 'harsher' : 'softer';
  const verb = gone ? 'no longer sets' : 'sets';
  return rule.overrides.map((name) => ({ ...change, effect, says: `${rule.name} ${verb} ${name} aside.` }));
}

/** A rule that is only in one of the two policies. One that is on trial does nothing to anybody yet. */
export function comeOrGone(rule: Rule, path: Path, side: Change['side']): readonly Change[] {
  const gone = side === 'old';
  const own: Effect = rule.mode === 'enforce' ? felt(rule, 'harsher') : 'neutral';
  const trial = rule.mode === 'enforce' ? '' : ', on trial';
  const says = gone
    ? `The rule ${rule.name} is gone: it ${does[rule.action]} no longer${trial === '' ? '' : '; it was on trial'}.`
    : `The rule ${rule.name} is new: it ${does[rule.action]}${trial}.`;
  return [{ side, path, effect: gone ? opposite(own) : own, says }, ...overriding(rule, gone, { side, path })];
}
