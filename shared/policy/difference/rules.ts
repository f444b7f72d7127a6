import type { Policy } from '../schema.ts';
import type { Rule } from '../rule.ts';
import { isSame, type Change } from './change.ts';
import { comeOrGone, compareRule } from './rule.ts';

const withoutName = (rule: Rule) => ({ ...rule, name: '', description: undefined });

interface Renamed {
  readonly from: string;
  readonly to: string;
  readonly index: number;
}

function renamedRules(before: Policy, after: Policy): readonly Renamed[] {
  const has = ({ rules }: Policy, name: string) => rules.some((rule) => rule.name === name);
  const gone = before.rules.filter(({ name }) => !has(after, name));
  return after.rules.flatMap((rule, index) => {
    if (has(before, rule.name)) return [];
    const same = gone.find((other) => isSame(withoutName(other), withoutName(rule)));
    return same === undefined ? [] : [{ from: same.name, to: rule.name, index }];
  });
}

/** The first rule that stands elsewhere among those that both policies have. */
function reordered(before: Policy, after: Policy): readonly Change[] {
  const common = (rules: Policy['rules'], others: Policy['rules']) =>
    rules.map(({ name }) => name).filter((name) => others.some((other) => other.name === name));
  const now = common(after.rules, before.rules);
  const old = common(before.rules, after.rules);
  const moved = now.find((name, index) => name !== old[index]);
  if (moved === undefined) return [];
  const index = after.rules.findIndex(({ name }) => name === moved);
  const says = `The rules stand in another order, from ${moved} on; the earlier of two that do the same gives the verdict.`;
  return [{ side: 'new', path: ['rules', index], effect: 'either', says }];
}

/** What changed among the rules, each found by its name. */
export function compareRules(before: Policy, after: Policy): readonly Change[] {
  const groups = { before: before.groups, after: after.groups };
  const renamed = renamedRules(before, after);
  const old = new Map(before.rules.map((rule) => [rule.name, rule]));
  const now = new Set(after.rules.map(({ name }) => name));
  const names = renamed.map(({ from, to, index }): Change => {
    const says = `The rule ${from} is called ${to} now; exemptions, overrides and routes go by the name.`;
    return { side: 'new', path: ['rules', index], effect: 'either', says };
  });
  const kept = after.rules.flatMap((rule, index) => {
    const other = old.get(rule.name);
    if (other !== undefined) return compareRule({ before: other, after: rule, at: ['rules', index], groups });
    return renamed.some(({ to }) => to === rule.name) ? [] : comeOrGone(rule, ['rules', index], 'new');
  });
  const gone = before.rules.flatMap((rule, index) =>
    now.has(rule.name) || renamed.some(({ from }) => from === rule.name)
      ? []
      : comeOrGone(rule, ['rules', index], 'old'),
  );
  return [...names, ...kept, ...gone, ...reordered(before, after)];
}
