import { formatDuration } from '../../jobs/duration.ts';
import type { Action } from '../../jobs/verdict.ts';
import type { Path } from '../lines.ts';
import type { Rule } from '../rule.ts';
import { effectOf, isSame, opposite, type Change, type Effect, type Extent } from './change.ts';
import { compareLimits } from './limits.ts';
import { changed, felt, type Part, type RulePair } from './rule-part.ts';
import { active, match } from './rule-reach.ts';

const severity: Readonly<Record<Action, number>> = { record: 0, warn: 1, cancel: 2 };
const does: Readonly<Record<Action, string>> = { record: 'records', warn: 'warns', cancel: 'cancels' };

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
