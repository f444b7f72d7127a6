import type { WhatIf, WhatIfAt } from '../../shared/backtest/curve.ts';
import { moved, movable, type WhatIfAsk } from '../../shared/backtest/what-if.ts';
import type { Metric } from '../../shared/jobs/verdict.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { closest } from '../../shared/policy/closest.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { usage } from './arguments.ts';
import { afterCells, countWords } from './backtest-words.ts';
import type { Given, Line } from './command.ts';
import type { Read } from './policy-file.ts';
import { table } from './table.ts';
import { readWritten, writtenLimit } from './written.ts';

type Rule = Policy['rules'][number];

const form = 'Write --what-if RULE=LIMIT, such as --what-if long-queries=45m, or RULE=bytesProcessed:2 TiB.';

/** The number of a limit that an amount can only mean, or that is named before it. */
function meantBy({ limit }: Rule, text: string): { readonly metric: Metric; readonly value: number } | undefined {
  const [, named, amount = text] = /^([a-zA-Z]+):\s*(.*)$/.exec(text) ?? [];
  for (const metric of movable) {
    if (limit.of[metric] === undefined || (named !== undefined && named !== metric)) continue;
    const value = readWritten(metric, amount.trim());
    if (value !== undefined) return { metric, value };
  }
  return undefined;
}

function askOf(text: string, { rules }: Policy): WhatIfAsk | Problem {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  const rule = rules.find((one) => one.name === name);
  if (at < 1) return usage('bad-what-if', `"${text}" names no rule and limit.`, form);
  if (rule === undefined) {
    const meant = closest(
      name,
      rules.map((one) => one.name),
    );
    const cure = meant === undefined ? `Rules: ${rules.map((one) => one.name).join(', ')}.` : `Did you mean ${meant}?`;
    return usage('unknown-rule', `The policy has no rule ${name}.`, cure);
  }
  const meant = meantBy(rule, text.slice(at + 1).trim());
  if (meant === undefined) {
    const says = `"${text.slice(at + 1)}" is no amount of what ${name} limits: ${writtenLimit(rule.limit)}.`;
    return usage('bad-what-if', says, `${form} Only what the history has can be moved: ${movable.join(', ')}.`);
  }
  const own = rule.limit.of[meant.metric] ?? meant.value;
  return {
    rule: name,
    metric: meant.metric,
    limits: [...new Set([own, meant.value])].sort((a, b) => a - b),
  };
}

/** Reads `--what-if`: limits to look at beside those of the policy, one after the other for each number that is moved. */
export function whatIfAsked({ values }: Given, policy: Policy): Read<readonly WhatIfAsk[]> {
  const texts = values['what-if'];
  const asks = (Array.isArray(texts) ? texts : []).map((text) => askOf(String(text), policy));
  const problems = asks.filter((one) => 'says' in one);
  if (problems.length > 0) return { problems };
  const merged = new Map<string, WhatIfAsk>();
  for (const ask of asks.filter((one) => 'limits' in one)) {
    const key = `${ask.rule} ${ask.metric}`;
    const limits = [...(merged.get(key)?.limits ?? []), ...ask.limits];
    merged.set(key, { ...ask, limits: [...new Set(limits)].sort((a, b) => a - b) });
  }
  return { value: [...merged.values()] };
}

/** The limit of a rule with one number moved, as it is written in a policy. */
export function movedLimit({ limit }: Pick<Rule, 'limit'>, metric: Metric, to: number): string {
  return writtenLimit(moved(limit, metric, to));
}

const headings = [
  'RULE',
  'LIMIT',
  'CAUGHT',
  'LIKELY FALSE',
  'ENDED IN GRACE',
  'TIME AFTER',
  'SLOT HOURS AFTER',
  'MONEY AFTER',
  'OWNERS',
];

function rowsOf({ rule, metric, at, owners }: WhatIf, policy: Policy): readonly (readonly string[])[] {
  const own = policy.rules.find(({ name }) => name === rule);
  if (own === undefined) return [];
  return at.map((one: WhatIfAt, index) => {
    const isOwn = one.limit === own.limit.of[metric];
    const named = owners.most.filter(({ caught }) => (caught[index] ?? 0) > 0);
    const more = (owners.others?.caught[index] ?? 0) > 0 ? 1 : 0;
    return [
      rule,
      `${movedLimit(own, metric, one.limit)}${isOwn ? ' as it is' : ''}`,
      countWords(one.caught),
      countWords(one.likelyFalseAlarms),
      countWords(one.endedInGrace),
      ...(one.caught === 0 ? ['', '', ''] : afterCells(one.after, one.caught)),
      more === 0 ? countWords(named.length) : `over ${named.length}`,
    ];
  });
}

/** What other limits would have caught, as a table; each rule alone. */
export function whatIfLines(whatIf: readonly WhatIf[], policy: Policy): readonly Line[] {
  if (whatIf.length === 0) return [];
  return [
    '',
    'What if? Each rule alone, without breaker, budgets, freezes, exemptions, hours and the other rules:',
    ...table(
      headings,
      whatIf.flatMap((one) => rowsOf(one, policy)),
    ),
  ];
}
