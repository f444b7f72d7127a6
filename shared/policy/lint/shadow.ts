import { formatQuantity } from '../../jobs/quantity.ts';
import type { Action } from '../../jobs/verdict.ts';
import type { MatchBlock } from '../match.ts';
import type { Groups } from '../pattern.ts';
import type { Rule } from '../rule.ts';
import type { Policy } from '../schema.ts';
import { blockWithin, matchWithin } from './blocks.ts';
import { limitWithin, metricsOf } from './limits-within.ts';
import { names } from './reach.ts';
import type { Check, Sense } from './subject.ts';
import { valuesWithin } from './values.ts';

const severity: Readonly<Record<Action, number>> = { record: 0, warn: 1, cancel: 2 };
const everything: readonly Partial<MatchBlock>[] = [{}];
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** A rule with its place in the policy. */
interface Placed {
  readonly rule: Rule;
  readonly order: number;
}

const blocksOf = ({ match }: Rule): readonly Partial<MatchBlock>[] => (match.length === 0 ? everything : match);

function isSelectOnly({ statementType }: Partial<MatchBlock>, groups: Groups): boolean {
  return names(statementType) && valuesWithin(statementType ?? [], ['SELECT'], { groups });
}

/** Whether a cancel rule that matches by `outer` reaches all that is meant by `inner`. */
function reachesAll(
  outer: Partial<MatchBlock>,
  inner: Partial<MatchBlock>,
  isCancel: boolean,
  groups: Groups,
): boolean {
  if (isSelectOnly(inner, groups)) return true;
  const isSteady = isCancel ? inner.continuous !== true : inner.continuous === false;
  if (!isSteady && outer.continuous !== true) return false;
  if (names(outer.statementType)) return true;
  return isCancel && !names(inner.statementType) && (!names(inner.jobType) || names(outer.jobType));
}

function takesAllOf(winner: Rule, loser: Rule, groups: Groups): boolean {
  const reaches = (outer: Partial<MatchBlock>, inner: Partial<MatchBlock>) =>
    winner.action !== 'cancel' || reachesAll(outer, inner, loser.action === 'cancel', groups);
  return blocksOf(loser).every((inner) =>
    blocksOf(winner).some((outer) => blockWithin(inner, outer, groups) && reaches(outer, inner)),
  );
}

/** Whether the winner acts whenever the loser does, by the clock. */
const isActiveToo = (winner: Rule, loser: Rule) => winner.active === undefined || same(winner.active, loser.active);

function outranks(winner: Placed, loser: Placed): boolean {
  const ahead = severity[winner.rule.action] - severity[loser.rule.action];
  return ahead > 0 || (ahead === 0 && winner.order < loser.order);
}

/** Whether a cancel by the loser is held back wherever one by the winner is: one that is not would go first. */
function isFreeToo(winner: Rule, loser: Rule, { exemptions }: Policy): boolean {
  if (winner.action !== 'cancel' || loser.action !== 'cancel') return true;
  const named = exemptions.filter(({ rules }) => rules?.includes(winner.name) === true);
  return (
    (winner.graceMs ?? 0) <= (loser.graceMs ?? 0) && named.every(({ rules }) => rules?.includes(loser.name) === true)
  );
}

/** A rule on trial never silences one in force; one in force silences a trial, unless another trial goes before both. */
function mayWin(winner: Rule, loser: Rule, { rules }: Policy): boolean {
  if (winner.mode === loser.mode) return true;
  const isTrial = (rule: Rule) => rule !== loser && rule.mode === 'observe' && rule.action === 'cancel';
  return winner.mode === 'enforce' && (loser.action !== 'cancel' || !rules.some(isTrial));
}

function passesFirst(winner: Rule, loser: Rule): boolean {
  const lines = [loser.limit, ...(loser.warnAt === undefined ? [] : [loser.warnAt])];
  return loser.ifUnknown === 'ignore' && lines.every((line) => limitWithin(line, winner.limit));
}

function shadows(winner: Placed, loser: Placed, policy: Policy): boolean {
  return (
    outranks(winner, loser) &&
    passesFirst(winner.rule, loser.rule) &&
    mayWin(winner.rule, loser.rule, policy) &&
    isFreeToo(winner.rule, loser.rule, policy) &&
    isActiveToo(winner.rule, loser.rule) &&
    takesAllOf(winner.rule, loser.rule, policy.groups)
  );
}

const bearing = ({ match, limit, warnAt, action, active }: Rule) => ({ match, limit, warnAt, action, active });

function limitsOf({ limit }: Rule): string {
  const joined = limit.how === 'all' ? ' and ' : ' or ';
  return metricsOf(limit)
    .map((metric) => `${metric} ${formatQuantity(metric, limit.of[metric] ?? 0)}`)
    .join(joined);
}

function shadowSense(winner: Placed, loser: Placed): Sense {
  const path = ['rules', loser.order, 'name'];
  if (same(bearing(winner.rule), bearing(loser.rule))) {
    const says = `${loser.rule.name} says the same as ${winner.rule.name} further up.`;
    return { code: 'duplicate-rule', path, says, try: 'Remove one of them, or make its match or limit another.' };
  }
  const why =
    winner.rule.action === loser.rule.action
      ? 'it stands first'
      : `${winner.rule.action} outranks ${loser.rule.action}`;
  const says = `${loser.rule.name} never decides anything: ${winner.rule.name} takes all of its jobs from ${limitsOf(winner.rule)} on, and ${why}.`;
  return {
    code: 'rule-shadowed',
    path,
    says,
    try: 'Give this rule the lower limit or the narrower match, or remove it.',
  };
}

/** Rules that always lose against another one. */
export const shadow: Check = ({ policy }) => {
  const placed = policy.rules.map((rule, order) => ({ rule, order }));
  const setAside = new Set(policy.rules.flatMap(({ overrides }) => overrides));
  const certain = placed.filter(({ rule }) => !setAside.has(rule.name));
  return placed.flatMap((loser) => {
    const winner = certain.find((other) => other !== loser && shadows(other, loser, policy));
    return winner === undefined ? [] : [shadowSense(winner, loser)];
  });
};

/** Rules that are set aside for every job that they match. */
export const overridden: Check = ({ policy: { rules, groups } }) =>
  rules.flatMap((loser, order) => {
    const winner = rules.find(
      (rule) =>
        rule.overrides.includes(loser.name) && isActiveToo(rule, loser) && matchWithin(loser.match, rule.match, groups),
    );
    if (winner === undefined) return [];
    const says = `${loser.name} never applies: ${winner.name} matches all of its jobs and sets it aside, below its own limit too.`;
    const cure = `Narrow the match of ${winner.name}, or take ${loser.name} out of its overrides.`;
    return [{ code: 'rule-overridden', path: ['rules', order, 'name'], says, try: cure }];
  });
