import type { Answer } from '../../../shared/backtest/answer.ts';
import type { Hour } from '../../../shared/backtest/timeline.ts';
import { formatDuration } from '../../../shared/jobs/duration.ts';
import { markup, type Markup } from '../../../shared/pages/markup.ts';
import { countWords } from '../backtest-words.ts';
import type { Chart, Ink } from './charts.ts';
import { foldedTable, tableMarkup } from './table.ts';
import { countOf, nameWords } from './words.ts';

type Counts = Omit<Hour, 'at'>;

/** A stretch of the period: an hour, a day or a week. */
interface Bucket extends Counts {
  readonly atMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const units = [
  { name: 'hour', ms: hourMs, mostMs: 7 * dayMs, ticks: 12 },
  { name: 'day', ms: dayMs, mostMs: 400 * dayMs, ticks: 7 },
  { name: 'week', ms: 7 * dayMs, mostMs: Number.POSITIVE_INFINITY, ticks: 4 },
] as const;
type Unit = (typeof units)[number];

const nothing: Counts = { cancels: 0, likelyFalseAlarms: 0, heldBack: 0, told: 0, breakerOpenings: 0 };

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const longDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `1 July 2026 to 30 September 2026`. */
export function periodWords({ period }: Answer): string {
  if (period === undefined) return 'no time at all';
  const [from, to] = [longDate.format(new Date(period.from)), longDate.format(new Date(period.to))];
  return from === to ? from : `${from} to ${to}`;
}

function bucketWords(atMs: number, unit: Unit): string {
  const at = new Date(atMs);
  if (unit.name === 'hour') return `${date.format(at)}, ${at.toISOString().slice(11, 16)}`;
  return unit.name === 'week' ? `week of ${date.format(at)}` : date.format(at);
}

function sum(a: Counts, b: Counts): Counts {
  return {
    cancels: a.cancels + b.cancels,
    likelyFalseAlarms: a.likelyFalseAlarms + b.likelyFalseAlarms,
    heldBack: a.heldBack + b.heldBack,
    told: a.told + b.told,
    breakerOpenings: a.breakerOpenings + b.breakerOpenings,
  };
}

function bucketsOf({ period, hours }: Answer): { readonly unit: Unit; readonly buckets: readonly Bucket[] } {
  const fromMs = Date.parse(period?.from ?? '1970-01-01');
  const toMs = Date.parse(period?.to ?? '1970-01-01');
  const unit = units.find(({ mostMs }) => toMs - fromMs <= mostMs) ?? units[2];
  const first = Math.floor(fromMs / unit.ms);
  const found = new Map<number, Counts>();
  for (const { at, ...counts } of hours) {
    const place = Math.floor(Date.parse(at) / unit.ms);
    found.set(place, sum(found.get(place) ?? nothing, counts));
  }
  const length = Math.floor(toMs / unit.ms) - first + 1;
  const buckets = Array.from({ length }, (_, index) => ({
    ...(found.get(first + index) ?? nothing),
    atMs: (first + index) * unit.ms,
  }));
  return { unit, buckets };
}

const lanes: readonly {
  readonly id: string;
  readonly name: string;
  readonly series: readonly (readonly [Ink, keyof Counts])[];
}[] = [
  {
    id: 'lane-cancels',
    name: 'Cancels',
    series: [
      ['caught', 'cancels'],
      ['false-alarm', 'likelyFalseAlarms'],
    ],
  },
  { id: 'lane-held', name: 'Held back', series: [['held', 'heldBack']] },
  { id: 'lane-told', name: 'Warnings and records', series: [['told', 'told']] },
  { id: 'lane-breaker', name: 'Breaker openings', series: [['breaker', 'breakerOpenings']] },
];

function bucketSays(bucket: Bucket, unit: Unit): string {
  const { cancels, likelyFalseAlarms, heldBack, told, breakerOpenings } = bucket;
  const parts = [
    ...(cancels === 0 ? [] : [countOf(cancels, 'cancel')]),
    ...(likelyFalseAlarms === 0 ? [] : [`${countOf(likelyFalseAlarms, 'likely false alarm')} among them`]),
    ...(heldBack === 0 ? [] : [`${countWords(heldBack)} held back`]),
    ...(told === 0 ? [] : [`${countWords(told)} warned of or recorded`]),
    ...(breakerOpenings === 0 ? [] : ['the breaker opened']),
  ];
  return `${bucketWords(bucket.atMs, unit)}: ${parts.length === 0 ? 'nothing' : parts.join(', ')}`;
}

/** The pictures of the period, by their names. */
export function timeCharts(answer: Answer): readonly (readonly [string, Chart])[] {
  const { unit, buckets } = bucketsOf(answer);
  const ticks = buckets.flatMap(({ atMs }, index) =>
    index % unit.ticks === 0
      ? [[index, unit.name === 'hour' ? bucketWords(atMs, unit) : date.format(atMs)] as const]
      : [],
  );
  const says = buckets.map((bucket) => bucketSays(bucket, unit));
  return lanes
    .filter(({ series }) => series.some(([, key]) => buckets.some((bucket) => bucket[key] > 0)))
    .map(({ id, series }) => {
      const drawn = series.map(([ink, key]) => ({ ink, values: buckets.map((bucket) => bucket[key]) }));
      return [id, { kind: 'lane', series: drawn, ticks, marks: [], says }] as const;
    });
}

const busiestShown = 5;

function busiest(buckets: readonly Bucket[], unit: Unit): Markup {
  const size = ({ cancels, heldBack }: Bucket) => cancels + heldBack;
  const found = buckets
    .filter((bucket) => size(bucket) > 0)
    .toSorted((a, b) => size(b) - size(a))
    .slice(0, busiestShown);
  if (found.length === 0) return markup``;
  const items = found.map((bucket) => markup`<li>${bucketSays(bucket, unit)}</li>`);
  return markup`<h3>The busiest ${unit.name}s</h3><ol class="plain">${items}</ol>`;
}

function openingsMarkup({ breaker }: Answer): Markup {
  if (breaker.openings === 0) return markup``;
  const rows = breaker.first.map(({ atMs, untilMs, why, rules }) => [
    new Date(atMs).toISOString().slice(0, 16).replace('T', ' '),
    formatDuration(untilMs - atMs),
    nameWords(rules.join(', ')),
    nameWords(why),
  ]);
  const left = breaker.openings - breaker.first.length;
  const caption = `When the breaker would have opened (UTC)${left === 0 ? '' : `: the first ${rows.length} of ${countWords(breaker.openings)}`}`;
  const shown = tableMarkup({ caption, headings: ['From', 'For', 'Rules', 'Why'], rows });
  return markup`<h3>The breaker</h3><div class="stacked">${shown}</div>`;
}

/** The period in lanes, one under the other, with its busiest days and all of it as a table. */
export function timeMarkup(answer: Answer): Markup {
  const { unit, buckets } = bucketsOf(answer);
  const shown = timeCharts(answer).flatMap(([id]) => lanes.find((lane) => lane.id === id) ?? []);
  const legend = buckets.some(({ likelyFalseAlarms }) => likelyFalseAlarms > 0)
    ? markup`<p class="legend"><span class="key caught">cancels</span> <span class="key false-alarm">likely false alarms among them</span></p>`
    : markup``;
  const pictures = shown.map(({ id, name, series }) => {
    const most = Math.max(...series.map(([, key]) => Math.max(...buckets.map((bucket) => bucket[key]))));
    return markup`<div class="lane"><div class="lane-name">${name} <span class="quiet">at most ${countWords(most)} a ${unit.name}</span></div><div class="chart lane-chart" data-chart="${id}" aria-hidden="true"></div></div>`;
  });
  const rows = buckets
    .filter((bucket) => Object.entries(bucket).some(([key, count]) => key !== 'atMs' && count > 0))
    .map(({ atMs, ...one }) => [
      bucketWords(atMs, unit),
      ...[one.cancels, one.likelyFalseAlarms, one.heldBack, one.told, one.breakerOpenings].map(countWords),
    ]);
  const headings = ['When', 'Cancels', 'Likely false', 'Held back', 'Warned, recorded', 'Breaker opened'];
  const caption = `What would have happened, ${unit.name} by ${unit.name} (UTC); ${unit.name}s without anything are left out`;
  return markup`<section class="card" aria-labelledby="when"><h2 id="when">When it would have happened</h2>
<p class="quiet">Each row has a scale of its own, ${unit.name} by ${unit.name}, in UTC.</p>${legend}
<div class="lanes">${pictures.length === 0 ? [markup`<p>Nothing would have happened.</p>`] : pictures}</div><p class="says quiet" data-says="lanes" aria-hidden="true"></p>
${foldedTable('The numbers as a table', { caption, headings, rows })}
<div class="two"><div>${busiest(buckets, unit)}</div><div>${openingsMarkup(answer)}</div></div></section>`;
}
