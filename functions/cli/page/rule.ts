import type { Spread } from '../../../shared/backtest/spread.ts';
import type { WhatIf } from '../../../shared/backtest/curve.ts';
import { markup, type Markup } from '../../../shared/pages/markup.ts';
import { countWords } from '../backtest-words.ts';
import { writtenLimit } from '../written.ts';
import { binsOf, binWords, spreadChart, type Chart } from './charts.ts';
import { foldedTable } from './table.ts';
import { sliderOf, whatIfId, whatIfMarkup, type Looked, type Slider } from './what-if.ts';
import { amountWords, countOf, done, metricWords, nameWords } from './words.ts';

/** A rule with everything that the page shows of it. */
export interface Drawn extends Looked {
  readonly whatIf: readonly WhatIf[];
  readonly spreads: readonly Spread[];
}

const spreadId = ({ id }: Looked, { metric }: Spread) => `${id}-spread-${metric}`;

/** The pictures and sliders of a rule, by their names. */
export function dataOf(drawn: Drawn): {
  readonly charts: readonly (readonly [string, Chart])[];
  readonly sliders: readonly (readonly [string, Slider])[];
} {
  const found = drawn.whatIf.map((one) => [whatIfId(drawn, one), sliderOf(one, drawn)] as const);
  const spreads = drawn.spreads.map(
    (one) => [spreadId(drawn, one), spreadChart(one, drawn.rule.limit.of[one.metric])] as const,
  );
  return {
    charts: [...found.map(([id, { chart }]) => [id, chart] as const), ...spreads],
    sliders: found.map(([id, { slider }]) => [id, slider]),
  };
}

function spreadMarkup(drawn: Drawn, spread: Spread): Markup {
  const { metric, unknown } = spread;
  const bins = binsOf(spread);
  const limit = drawn.rule.limit.of[metric];
  const name = `By ${metricWords[metric]}`;
  const missing = unknown === 0 ? '' : ` Not known of ${countOf(unknown, 'job')}.`;
  const line = limit === undefined ? 'The rule has no limit on it.' : `The limit is ${amountWords(metric, limit)}.`;
  const head = markup`<h4>${name}</h4><p class="quiet small">${line}${missing}</p>`;
  if (bins.length === 0) return markup`<div>${head}</div>`;
  const rows = bins.map((bin) => [
    binWords(bin, metric),
    ...[bin.all, bin.caught, bin.likelyFalseAlarms].map(countWords),
  ]);
  const caption = `The jobs of ${drawn.rule.name} by ${metricWords[metric]}`;
  const headings = [metricWords[metric], 'Jobs', 'Caught', 'Likely false'];
  return markup`<div>${head}<div class="chart spread-chart" data-chart="${spreadId(drawn, spread)}" aria-hidden="true"></div><p class="says quiet" data-says="${spreadId(drawn, spread)}" aria-hidden="true"></p>
${foldedTable('As a table', { caption, headings, rows })}</div>`;
}

function spreadsMarkup(drawn: Drawn): Markup {
  if (drawn.spreads.length === 0) return markup``;
  const pictures = drawn.spreads.map((one) => spreadMarkup(drawn, one));
  return markup`<section><h3>The jobs that the rule is about</h3>
<p class="legend"><span class="key rest">all jobs</span> <span class="key caught">caught by the rule alone, with the limit of the policy</span> <span class="key false-alarm">likely false alarms among them</span> <span class="quiet">(on a logarithmic scale)</span></p>
<div class="spreads">${pictures}</div></section>`;
}

/** One rule: what it is, its slider, and how its jobs are spread. */
export function ruleMarkup(drawn: Drawn): Markup {
  const { id, rule, answer, whatIf } = drawn;
  const unjudged =
    answer.unjudged === 0
      ? ''
      : ` Of ${countWords(answer.unjudged)} it could not tell: the history does not say enough.`;
  const description = rule.description === undefined ? [] : [markup`<p>${nameWords(rule.description)}</p>`];
  const still =
    whatIf.length > 0
      ? []
      : [markup`<p>The history has none of the numbers that this rule limits, so there is nothing to move.</p>`];
  return markup`<section class="card rule" aria-labelledby="${id}"><h2 id="${id}">${rule.name} <span class="chip ${rule.action}">${rule.action}</span></h2>
${description}<p>Jobs over <code>${writtenLimit(rule.limit)}</code> are ${done[rule.action]}. The rule is about ${countOf(answer.jobs, 'job')} of this period.${unjudged}</p>
${still}${whatIf.map((one) => whatIfMarkup(one, drawn))}${spreadsMarkup(drawn)}<p class="small"><a href="#rules">All rules</a></p></section>`;
}
