import type { Spread } from '../../../shared/backtest/spread.ts';
import type { WhatIf } from '../../../shared/backtest/curve.ts';
import type { Metric } from '../../../shared/jobs/verdict.ts';
import { countWords } from '../backtest-words.ts';
import { amountWords } from './words.ts';

/** The colours of the page, by what they mean. */
export type Ink = 'caught' | 'false-alarm' | 'rest' | 'told' | 'held' | 'breaker';

/** A line across a picture, at a place between or on its points. */
interface Mark {
  readonly at: number;
  readonly label: string;
}

/** A picture as the script of the page draws it: points in equal distances, with a tick at some of them. */
export interface Chart {
  readonly kind: 'lane' | 'bars' | 'curve';
  readonly series: readonly { readonly ink: Ink; readonly values: readonly number[] }[];
  readonly ticks: readonly (readonly [at: number, label: string])[];
  readonly marks: readonly Mark[];
  /** What each point says, for those who point at it. */
  readonly says: readonly string[];
}

/** A bin of a spread that has jobs, or lies between two that have. */
export interface Bin {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly all: number;
  readonly caught: number;
  readonly likelyFalseAlarms: number;
}

/** The bins of a spread from the first with a job to the last. */
export function binsOf({ edges, all, caught, likelyFalseAlarms }: Spread): readonly Bin[] {
  const first = all.findIndex((count) => count > 0);
  const last = all.findLastIndex((count) => count > 0);
  return all
    .map((count, index) => ({
      from: edges[index - 1],
      to: edges[index],
      all: count,
      caught: caught[index] ?? 0,
      likelyFalseAlarms: likelyFalseAlarms[index] ?? 0,
    }))
    .slice(Math.max(0, first), last + 1);
}

/** `30 min to 45 min`, `under 1 s`, `168 h and more`. */
export function binWords({ from, to }: Bin, metric: Metric): string {
  if (from === undefined) return `under ${amountWords(metric, to ?? 0)}`;
  const begin = amountWords(metric, from);
  return to === undefined ? `${begin} and more` : `${begin} to ${amountWords(metric, to)}`;
}

/** Where a value lies among bins: half a bin before a bin's place is where it begins. Undefined outside of them. */
function placeOf(bins: readonly Bin[], value: number): number | undefined {
  const index = bins.findIndex(({ from = 0, to = Number.POSITIVE_INFINITY }) => value >= from && value < to);
  const bin = bins[index];
  if (bin === undefined) return bins.at(-1)?.to === value ? bins.length - 0.5 : undefined;
  const { from, to } = bin;
  const share = from === undefined || to === undefined ? 0 : Math.log(value / from) / Math.log(to / from);
  return index - 0.5 + share;
}

/** How the jobs of a rule are spread over one of their numbers; `limit` where the rule limits it. */
export function spreadChart(spread: Spread, limit: number | undefined): Chart {
  const bins = binsOf(spread);
  const { metric } = spread;
  const at = limit === undefined ? undefined : placeOf(bins, limit);
  return {
    kind: 'bars',
    series: [
      { ink: 'rest', values: bins.map(({ all }) => all) },
      { ink: 'caught', values: bins.map(({ caught }) => caught) },
      { ink: 'false-alarm', values: bins.map(({ likelyFalseAlarms }) => likelyFalseAlarms) },
    ],
    ticks: bins.flatMap(({ from }, index) =>
      from === undefined ? [] : [[index - 0.5, amountWords(metric, from)] as const],
    ),
    marks: at === undefined || limit === undefined ? [] : [{ at, label: amountWords(metric, limit) }],
    says: bins.map((bin) => {
      const hit = bin.caught === 0 ? '' : `, ${countWords(bin.caught)} caught`;
      const wrong = bin.likelyFalseAlarms === 0 ? '' : `, ${countWords(bin.likelyFalseAlarms)} likely false alarms`;
      return `${binWords(bin, metric)}: ${countWords(bin.all)} jobs${hit}${wrong}`;
    }),
  };
}

/** What each stop of a slider says. */
export function stopWords(metric: Metric, { limit, caught, likelyFalseAlarms }: WhatIf['at'][number]): string {
  return `${amountWords(metric, limit)}: ${countWords(caught)} caught, ${countWords(likelyFalseAlarms)} likely false alarms`;
}

/** What a rule alone would catch, over the stops of its slider. */
export function curveChart({ metric, at }: WhatIf, own: number): Chart {
  const isRound = (index: number) => index % 4 === 0;
  return {
    kind: 'curve',
    series: [
      { ink: 'caught', values: at.map(({ caught }) => caught) },
      { ink: 'false-alarm', values: at.map(({ likelyFalseAlarms }) => likelyFalseAlarms) },
    ],
    ticks: at.flatMap(({ limit }, index) => (isRound(index) ? [[index, amountWords(metric, limit)] as const] : [])),
    marks: [{ at: own, label: 'in the policy' }],
    says: at.map((one) => stopWords(metric, one)),
  };
}
