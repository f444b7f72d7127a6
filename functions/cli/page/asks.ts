import type { FurtherAsked } from '../../../shared/backtest/further.ts';
import { stopsAround } from '../../../shared/backtest/stops.ts';
import { movable, type WhatIfAsk } from '../../../shared/backtest/what-if.ts';
import type { Policy } from '../../../shared/policy/schema.ts';

/** Rules beyond these have a row in the table and no pictures: the page stays of a size that opens at once. */
export const mostRules = 30;

/** What a backtest has to look at for its page: every number of the first rules' limits, at the stops of its slider. */
export function pageAsks({ rules }: Policy, asked: readonly WhatIfAsk[]): FurtherAsked {
  const own = rules.slice(0, mostRules).flatMap(({ name, limit }) =>
    movable.flatMap((metric): WhatIfAsk[] => {
      const value = limit.of[metric];
      return value === undefined ? [] : [{ rule: name, metric, limits: stopsAround(metric, value) }];
    }),
  );
  const merged = own.map((ask) => {
    const more = asked.filter(({ rule, metric }) => rule === ask.rule && metric === ask.metric);
    const limits = [...ask.limits, ...more.flatMap(({ limits }) => limits)];
    return { ...ask, limits: [...new Set(limits)].sort((a, b) => a - b) };
  });
  const rest = asked.filter(({ rule, metric }) => !own.some((one) => one.rule === rule && one.metric === metric));
  return { whatIf: [...merged, ...rest], spreads: true };
}
