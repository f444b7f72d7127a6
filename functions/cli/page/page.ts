import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Answer } from '../../../shared/backtest/answer.ts';
import type { Further } from '../../../shared/backtest/further.ts';
import { dataMarkup, markup, type Markup } from '../../../shared/pages/markup.ts';
import { pageText, textBeside, themeChoice } from '../../../shared/pages/page.ts';
import type { Policy } from '../../../shared/policy/schema.ts';
import type { Tested } from '../backtest-lines.ts';
import { countWords, rangeWords, ruleCells, ruleHeadings, scopeWords, slotWords } from '../backtest-words.ts';
import { formatDuration } from '../../../shared/jobs/duration.ts';
import { formatUsd } from '../../../shared/jobs/money.ts';
import { mostRules } from './asks.ts';
import { dataOf, ruleMarkup, type Drawn } from './rule.ts';
import { tableMarkup } from './table.ts';
import { periodWords, timeCharts, timeMarkup } from './time.ts';
import { trimmed } from './what-if.ts';
import { countOf, nameWords } from './words.ts';

/** What the page is made from. */
export interface PageOf {
  readonly policyFile: string;
  readonly policy: Policy;
  readonly tested: Pick<Tested, 'answer' | 'counts'>;
  readonly further: Further;
}

function drawnOf({ policy, tested, further }: PageOf): readonly Drawn[] {
  return policy.rules.slice(0, mostRules).flatMap((rule, index) => {
    const answer = tested.answer.rules.find((one) => one.rule === rule.name);
    if (answer === undefined) return [];
    const whatIf = further.whatIf
      .filter((one) => one.rule === rule.name)
      .map((one) => trimmed(one, rule.limit.of[one.metric] ?? 0));
    const spreads = further.spreads.find((one) => one.rule === rule.name)?.spreads ?? [];
    return [{ id: `rule-${index}`, rule, answer, whatIf, spreads }];
  });
}

const tile = (label: string, value: string, kind = '') =>
  markup`<div class="tile ${kind}"><dt>${label}</dt><dd>${value}</dd></div>`;

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

/** What all rules together would have spared, from what is sure to what is so at most. */
function sparedOf({ rules }: Answer) {
  const range = (key: 'timeMs' | 'slotHours' | 'usd') => ({
    low: sumOf(rules.map(({ after }) => after[key].low)),
    high: sumOf(rules.map(({ after }) => after[key].high)),
  });
  return { time: range('timeMs'), slots: range('slotHours'), usd: range('usd') };
}

function shortMarkup({ policyFile, tested: { answer, counts } }: PageOf): Markup {
  const cancels = sumOf(answer.rules.map((one) => one.cancels));
  const wrong = sumOf(answer.rules.map((one) => one.likelyFalseAlarms));
  const held = sumOf(answer.rules.flatMap((one) => Object.values(one.heldBack)));
  const { time, slots, usd } = sparedOf(answer);
  const spared =
    cancels === 0
      ? []
      : [
          markup`<dl class="tiles">${tile('Time spared', rangeWords(time, formatDuration))}${tile('Slot hours spared', rangeWords(slots, slotWords))}${tile('Money spared', rangeWords(usd, formatUsd))}</dl>`,
        ];
  const left = [
    ...(counts.unfinished === 0 ? [] : [`${countOf(counts.unfinished, 'job')} were not over yet.`]),
    ...(counts.unreadable === 0 ? [] : [`${countOf(counts.unreadable, 'row')} could not be read.`]),
    ...(answer.hitsLeftOut === 0
      ? []
      : [
          `${countOf(answer.hitsLeftOut, 'more job')} were over a limit: too many to plan, and not counted as cancels.`,
        ]),
  ];
  return markup`<section class="card" aria-labelledby="short"><h2 id="short">In short</h2>
<p class="lead">What <b>${nameWords(policyFile)}</b> would have done from ${periodWords(answer)}, had all of it been in force. Nothing was done, and nobody was told.</p>
<dl class="tiles">${tile('Jobs cancelled', countWords(cancels), 'caught')}${tile('Likely false alarms', countWords(wrong), 'false-alarm')}${tile('Cancels held back', countWords(held))}${tile('Breaker openings', countWords(answer.breaker.openings))}</dl>${spared}
<p class="quiet">${scopeWords(answer).join(' ')} ${left.join(' ')}</p></section>`;
}

function rulesMarkup({ tested: { answer } }: PageOf, drawn: readonly Drawn[]): Markup {
  const all = answer.rules.map((one) => ({ one, cells: ruleCells(one) }));
  const used = ruleHeadings.map((_, column) => column === 0 || all.some(({ cells }) => (cells[column] ?? '') !== ''));
  const keep = <Item>(items: readonly Item[]) => items.filter((_, column) => used[column]);
  const rows = all.map(({ one, cells }) => {
    const shown = drawn.find(({ rule }) => rule.name === one.rule);
    const name = shown === undefined ? one.rule : markup`<a href="#${shown.id}">${one.rule}</a>`;
    return keep([name, ...cells.slice(1)]);
  });
  const headings = keep(ruleHeadings.map((heading) => heading.slice(0, 1) + heading.slice(1).toLowerCase()));
  const left = answer.rules.length - drawn.length;
  const more = left > 0 ? [markup`<p class="quiet">The first ${drawn.length} rules have pictures below.</p>`] : [];
  return markup`<section class="card stacked" aria-labelledby="rules"><h2 id="rules">Rule by rule</h2>
${tableMarkup({ caption: 'What each rule would have done, with breaker, budgets, freezes and exemptions', headings, rows })}${more}
<p class="quiet">The sliders below look at one rule alone: its match, its limit and its grace, without breaker, budgets, freezes, exemptions, protection, hours and the other rules. Where that makes another number than here, the rule says so. The numbers are of every job, not of a sample.</p></section>`;
}

function grantedMarkup({ assumptions }: Answer): Markup {
  return markup`<section class="card" aria-labelledby="granted"><h2 id="granted">What this takes for granted</h2><ul>${assumptions.map((one) => markup`<li>${one}</li>`)}</ul></section>`;
}

const require = createRequire(import.meta.url);

function chartLibrary(): string {
  const licence = readFileSync(require.resolve('uplot/LICENSE'), 'utf8').trim();
  return `/*\nuPlot\n${licence}\n*/\n${readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8')}`;
}

/**
 * A backtest as one page that fetches nothing: when it would have happened, what each rule would have caught, and a slider
 * for each of their limits. Everything that comes from a policy or a job is escaped.
 */
export function backtestPage(of: PageOf): string {
  const drawn = drawnOf(of);
  const { answer } = of.tested;
  const data = drawn.map(dataOf);
  const charts = Object.fromEntries([...timeCharts(answer), ...data.flatMap((one) => one.charts)]);
  const sliders = Object.fromEntries(data.flatMap((one) => one.sliders));
  const body = markup`<a class="skip" href="#short">To the content</a><header class="bar"><h1>Backtest of ${nameWords(of.policyFile)}</h1>${themeChoice}</header>
<main><noscript><p class="card">Without JavaScript there are no pictures and sliders; every number is in the tables.</p></noscript>
${shortMarkup(of)}${timeMarkup(answer)}${rulesMarkup(of, drawn)}${drawn.map(ruleMarkup)}${grantedMarkup(answer)}
<footer class="quiet small">Made by Jobwarden. Drawn with uPlot, © 2022 Leon Sorokin, under the MIT licence, whose text stands in the source of this page. It fetches nothing from anywhere.</footer></main>
<p id="told" class="unseen" role="status"></p>${dataMarkup('page-data', { charts, sliders })}`;
  const beside = (name: string) => textBeside(import.meta.url, name);
  return pageText({
    title: `Backtest of ${nameWords(of.policyFile)} · Jobwarden`,
    body,
    styles: [readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'), beside('./backtest.css')],
    scripts: [chartLibrary(), beside('./charts.browser.js'), beside('./sliders.browser.js')],
    asksItsServer: false,
  });
}
