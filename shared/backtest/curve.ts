import type { Costs } from '../evaluate/measure.ts';
import type { PastJob } from '../history/past-job.ts';
import type { Metric } from '../jobs/verdict.ts';
import { afterOf } from './after.ts';
import type { RuleAnswer } from './answer.ts';
import { parting, type Part, type Parted } from './parts.ts';
import { addAfter, noSums, type AfterSums } from './tally.ts';
import { caughtAt, finalOf, moved, type Line, type WhatIfAsk } from './what-if.ts';

/** What a rule alone would have caught with one limit, and what the caught jobs went on to do. */
export interface WhatIfAt {
  readonly limit: number;
  readonly caught: number;
  readonly likelyFalseAlarms: number;
  /** Over the limit, but at their end within the grace. */
  readonly endedInGrace: number;
  readonly after: RuleAnswer['after'];
}

/** What a rule alone would have caught, limit by limit. */
export interface WhatIf {
  readonly rule: string;
  readonly metric: Metric;
  readonly at: readonly WhatIfAt[];
  readonly owners: Parted;
  readonly clients: Parted;
}

/** Counts for each of some limits what a rule alone would have caught: every job, no sample. */
export interface Curve {
  note(past: PastJob, about: { readonly owner: string; readonly client: string }): void;
  whatIf(): WhatIf;
}

type Stop = { caught: number; endedInGrace: number } & AfterSums;

interface Asking {
  readonly ask: WhatIfAsk;
  readonly line: Line;
  readonly costs: Costs;
}

/** Begins to count for the limits that are asked for. The parts are ordered by what the rule's own limit catches. */
export function curve({ ask, line, costs }: Asking): Curve {
  const { rule, metric, limits } = ask;
  const stops = limits.map((): Stop => ({ caught: 0, endedInGrace: 0, ...noSums() }));
  const [owners, clients] = [parting(limits.length), parting(limits.length)];
  const own = Math.max(0, limits.indexOf(line.limit.of[metric] ?? Number.NaN));
  return {
    note: (past, { owner, client }) => {
      for (const { at, caught } of caughtBy(past, { ask, line, costs })) {
        const stop = stops[at];
        if (stop === undefined) continue;
        if (caught === 'grace') {
          stop.endedInGrace += 1;
          continue;
        }
        const after = afterOf(past, caught, costs);
        const one = { isFalseAlarm: after.likelyFalseAlarm, slotHours: after.slotHours ?? 0 };
        stop.caught += 1;
        addAfter(stop, after);
        owners.note(owner, at, one);
        clients.note(client, at, one);
      }
    },
    whatIf: () => ({
      rule,
      metric,
      at: stops.map(({ caught, likelyFalseAlarms, endedInGrace, ...after }, index) => {
        const { timeMs, slotHours, usd, unpriced } = after;
        const limit = limits[index] ?? 0;
        return { limit, caught, likelyFalseAlarms, endedInGrace, after: { timeMs, slotHours, usd, unpriced } };
      }),
      owners: owners.parted(own),
      clients: clients.parted(own),
    }),
  };
}

/** By which of the limits, and when, a job is caught. Limits ascend: what one does not catch, no higher one does. */
function* caughtBy(past: PastJob, { ask, line, costs }: Asking) {
  // A wait is looked at as long as the job is there.
  const final =
    ask.metric === 'queueTime' ? past.endedAtMs - past.createdAtMs : (finalOf(past, ask.metric, costs) ?? 0);
  let last: number | 'grace' | undefined;
  let isSettled = false;
  for (const [at, limit] of ask.limits.entries()) {
    // Above what the job came to, only the other numbers of the limit count, and those stay.
    if (!isSettled) last = caughtAt(past, { ...line, limit: moved(line.limit, ask.metric, limit) }, costs);
    if (last === undefined) return;
    isSettled = limit >= final;
    yield { at, caught: last };
  }
}

function partedAt({ different, most, others }: Parted, at: readonly number[]): Parted {
  const pick = (values: readonly number[]) => at.map((index) => values[index] ?? 0);
  const picked = ({ caught, likelyFalseAlarms, slotHours }: Omit<Part, 'name'>) => ({
    caught: pick(caught),
    likelyFalseAlarms: pick(likelyFalseAlarms),
    slotHours: pick(slotHours),
  });
  return {
    different,
    most: most.map((part) => ({ name: part.name, ...picked(part) })),
    others: others && picked(others),
  };
}

/** The same for some of its limits only. */
export function onlyAt({ at, owners, clients, ...rest }: WhatIf, limits: readonly number[]): WhatIf {
  const places = at.flatMap(({ limit }, index) => (limits.includes(limit) ? [index] : []));
  return {
    ...rest,
    at: at.filter((_, index) => places.includes(index)),
    owners: partedAt(owners, places),
    clients: partedAt(clients, places),
  };
}
