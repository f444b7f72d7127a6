import type { RuleAnswer } from '../../../shared/backtest/answer.ts';
import type { WhatIf, WhatIfAt } from '../../../shared/backtest/curve.ts';
import type { Parted } from '../../../shared/backtest/parts.ts';
import { markup, type Markup } from '../../../shared/pages/markup.ts';
import type { Policy } from '../../../shared/policy/schema.ts';
import { movedLimit } from '../backtest-what-if.ts';
import { afterCells, countWords, slotWords } from '../backtest-words.ts';
import { curveChart, stopWords, type Chart } from './charts.ts';
import { foldedTable, tableMarkup } from './table.ts';
import { amountWords, metricWords, moveWords, nameWords, standingWords } from './words.ts';

type Rule = Policy['rules'][number];

/** What a slider shows at each of its stops, for the script of the page. */
export interface Slider {
  readonly own: number;
  readonly amounts: readonly string[];
  readonly says: readonly string[];
  readonly yaml: readonly string[];
  /** By stop: caught, likely false alarms, time, slot hours, money. */
  readonly cells: readonly (readonly string[])[];
  /** By stop and row of the table: caught, likely false alarms, slot hours. */
  readonly owners: Parts;
  readonly clients: Parts;
}

type Parts = readonly (readonly (readonly string[])[])[];

/** A rule with what was counted for it. */
export interface Looked {
  readonly id: string;
  readonly rule: Rule;
  readonly answer: RuleAnswer;
}

/** What is right of 0 while nothing is caught any more is cut off but for one stop, and the rule's own. */
export function trimmed(whatIf: WhatIf, own: number): WhatIf {
  const last = whatIf.at.findLastIndex(({ caught, endedInGrace, limit }) => caught + endedInGrace > 0 || limit === own);
  return { ...whatIf, at: whatIf.at.slice(0, last + 2) };
}

const ownAt = ({ at, metric }: WhatIf, { limit }: Rule) =>
  Math.max(
    0,
    at.findIndex((one) => one.limit === limit.of[metric]),
  );

function cellsOf({ caught, likelyFalseAlarms, after }: WhatIfAt): readonly string[] {
  return [
    countWords(caught),
    countWords(likelyFalseAlarms),
    ...(caught === 0 ? ['none', 'none', 'none'] : afterCells(after, caught)),
  ];
}

function partsOf({ most, others }: Parted, stops: number): Parts {
  const all = [...most, ...(others === undefined ? [] : [others])];
  return Array.from({ length: stops }, (_, at) =>
    all.map(({ caught, likelyFalseAlarms, slotHours }) => [
      countWords(caught[at] ?? 0),
      countWords(likelyFalseAlarms[at] ?? 0),
      slotWords(slotHours[at] ?? 0),
    ]),
  );
}

/** The name of a picture or slider. */
export function whatIfId({ id }: Looked, { metric }: WhatIf): string {
  return `${id}-${metric}`;
}

/** A slider and its picture, as data. */
export function sliderOf(whatIf: WhatIf, { rule }: Looked): { readonly slider: Slider; readonly chart: Chart } {
  const { metric, at, owners, clients } = whatIf;
  const own = ownAt(whatIf, rule);
  const slider = {
    own,
    amounts: at.map(({ limit }) => amountWords(metric, limit)),
    says: at.map((one) => stopWords(metric, one)),
    yaml: at.map(({ limit }) => movedLimit(rule, metric, limit)),
    cells: at.map(cellsOf),
    owners: partsOf(owners, at.length),
    clients: partsOf(clients, at.length),
  };
  return { slider, chart: curveChart(whatIf, own) };
}

function partsMarkup(what: 'owners' | 'clients', parted: Parted, slider: Slider): Markup {
  const words = what === 'owners' ? ['Team or owner', 'Who would be hit'] : ['Client', 'What would be hit'];
  const names = [...parted.most.map(({ name }) => nameWords(name)), ...(parted.others === undefined ? [] : ['others'])];
  const here = slider[what][slider.own] ?? [];
  const rows = names.map((name, index) => [name, ...(here[index] ?? [])]);
  if (rows.length === 0) return markup``;
  const isShown = here.map(([caught]) => caught !== '0');
  const headings = [words[0] ?? '', 'Caught', 'Likely false', 'Slot hours after'];
  const shown = tableMarkup({ caption: words[1] ?? '', headings, rows, isShown });
  return markup`<div data-parts="${what}">${shown}</div>`;
}

const tile = (label: string, value: string, kind: string) =>
  markup`<div class="tile ${kind}"><dt>${label}</dt><dd>${value}</dd></div>`;

const afterWords = {
  cancel: ['Time spared', 'Slot hours spared', 'Money spared'],
  warn: ['Time after the warning', 'Slot hours after', 'Money after'],
  record: ['Time after the record', 'Slot hours after', 'Money after'],
} as const;

/** What else could be asked of one number of a rule's limit: a slider under its curve, what it comes to, and who is hit. */
export function whatIfMarkup(whatIf: WhatIf, looked: Looked): Markup {
  const { rule, answer } = looked;
  const { metric, at } = whatIf;
  const { slider } = sliderOf(whatIf, looked);
  const id = whatIfId(looked, whatIf);
  const here = at[slider.own];
  const cells = slider.cells[slider.own] ?? [];
  const after = afterWords[rule.action];
  const labels = ['Caught', 'Likely false alarms', ...after];
  const kinds = ['caught', 'false-alarm', '', '', ''];
  const move = moveWords(rule, metric);
  const rows = at.map(({ limit }, index) => [amountWords(metric, limit), ...(slider.cells[index] ?? [])]);
  const caption = `What ${rule.name} alone would catch by its limit on ${metricWords[metric]}`;
  return markup`<section class="what-if" data-slider="${id}" aria-labelledby="${id}-name"><h3 id="${id}-name">What if the limit on ${metricWords[metric]} were different?</h3>
<p>${here === undefined ? '' : standingWords(rule, answer, here)}</p>${move === '' ? [] : [markup`<p>${move}</p>`]}
<div class="chosen"><label for="${id}-range">Limit on ${metricWords[metric]}</label> <output aria-live="off" for="${id}-range">${slider.amounts[slider.own] ?? ''}</output>
<button type="button" data-reset disabled>Back to the policy’s limit</button></div>
<p class="legend"><span class="key caught">caught</span> <span class="key false-alarm dashed">likely false alarms</span> <span class="quiet">(jobs, on a logarithmic scale)</span></p>
<div class="chart curve-chart" data-chart="${id}" aria-hidden="true"></div>
<input type="range" id="${id}-range" min="0" max="${at.length - 1}" step="1" value="${slider.own}" aria-valuetext="${slider.says[slider.own] ?? ''}" autocomplete="off">
<dl class="tiles">${labels.map((label, index) => tile(label, cells[index] ?? '', kinds[index] ?? ''))}</dl>
${foldedTable('Every stop of the slider as a table', { caption, headings: ['Limit', ...labels], rows, marked: slider.own })}
<div class="two">${partsMarkup('owners', whatIf.owners, slider)}${partsMarkup('clients', whatIf.clients, slider)}</div>
<div class="yaml"><div class="yaml-head"><h4>For the policy</h4><button type="button" data-copy>Copy</button></div>
<pre><code>- name: ${rule.name}
  limit: <span data-limit>${slider.yaml[slider.own] ?? ''}</span></code></pre>
<p class="quiet small">The name and the limit of the rule; the rest of it stays as it is in the policy.</p></div></section>`;
}
