import { describe, expect, test } from 'vitest';
import { breakerEvent } from '../../shared/audit/sweep-event.ts';
import { targetTroubles, troubleNews, type Standing } from '../../functions/watch/troubles.ts';
import type { TargetReport } from '../../functions/watch/sight.ts';
import { hours, minutes, nowMs } from '../make.ts';

const context = {
  source: '//jobwarden/test',
  sweepId: 'sweep-1',
  nowMs,
  policy: null,
  modes: { setting: 'enforce', policy: 'enforce' },
} as const;
const event = breakerEvent({
  name: 'breaker.opened',
  context,
  why: 'x',
  plannedCancels: 1,
  jobsSeen: 1,
  maxCancels: 0,
});
const closed = () =>
  breakerEvent({ name: 'breaker.closed', context, why: 'x', plannedCancels: 0, jobsSeen: 1, maxCancels: 0 });
const standing = (key: string, toldAfterMs: number): Standing => ({
  key,
  event,
  trouble: { code: key, title: key, lines: [] },
  toldAfterMs,
});
const patient = standing('target:a', minutes(3));
const urgent = standing('breaker', 0);

const rows = [
  {
    title: 'a new one is an event, and told once it stood for long enough',
    before: {},
    now: [patient],
    events: 1,
    told: [],
    kept: { 'target:a': nowMs },
  },
  {
    title: 'an urgent one is told at once',
    before: {},
    now: [urgent],
    events: 1,
    told: ['breaker'],
    kept: { breaker: nowMs, 'told:breaker': nowMs },
  },
  {
    title: 'one that stands is no event again',
    before: { 'target:a': nowMs - 1 },
    now: [patient],
    events: 0,
    told: [],
    kept: { 'target:a': nowMs - 1 },
  },
  {
    title: 'one that stood for long enough is told',
    before: { 'target:a': nowMs - minutes(3) },
    now: [patient],
    events: 0,
    told: ['target:a'],
    kept: { 'target:a': nowMs - minutes(3), 'told:target:a': nowMs },
  },
  {
    title: 'one that was told is not told again',
    before: { 'target:a': nowMs - minutes(9), 'told:target:a': nowMs - minutes(6) },
    now: [patient],
    events: 0,
    told: [],
    kept: { 'target:a': nowMs - minutes(9), 'told:target:a': nowMs - minutes(6) },
  },
  {
    title: 'one that still stands is told again after four hours',
    before: { 'target:a': 1, 'told:target:a': nowMs - hours(4) },
    now: [patient],
    events: 0,
    told: ['target:a'],
    kept: { 'target:a': 1, 'told:target:a': nowMs },
  },
  {
    title: 'one that is over is told once, and forgotten',
    before: { 'target:a': 1, 'told:target:a': 1 },
    now: [],
    events: 0,
    told: ['over target:a'],
    kept: {},
  },
  {
    title: 'a breaker that closed is an event',
    before: { breaker: 1, 'told:breaker': 1 },
    now: [patient],
    events: 2,
    told: ['over breaker'],
    kept: { 'target:a': nowMs },
  },
  {
    title: 'a breaker that stays open is none',
    before: { breaker: 1, 'told:breaker': nowMs - hours(1) },
    now: [urgent],
    events: 0,
    told: [],
    kept: { breaker: 1, 'told:breaker': nowMs - hours(1) },
  },
] as const;

describe('troubles that stand', () => {
  test.each(rows)('$title', ({ before, now, events, told, kept }) => {
    const news = troubleNews(before, now, nowMs, closed);
    expect(news.events).toHaveLength(events);
    expect(news.troubles.map(({ code }) => code)).toEqual(told);
    expect(news.standing).toEqual(kept);
  });
});

const whole: TargetReport = {
  target: 'bigquery:a',
  jobs: 3,
  redacted: 0,
  complete: true,
  unreadable: [],
  unreachable: [],
};

describe('a target is not seen completely', () => {
  test.each([
    ['not when all is well', {}, undefined],
    ['when it failed', { failed: '[bigquery] 403', redacted: 2, unreachable: ['EU'] }, '[bigquery] 403'],
    [
      'when jobs are hidden',
      { redacted: 2, unreachable: ['EU'] },
      '2 jobs are hidden from Jobwarden: grant it bigquery.jobs.listAll.',
    ],
    [
      'when places were skipped',
      { unreachable: ['EU', 'US'], unreadable: ['x'] },
      'These locations could not be reached: EU, US.',
    ],
    [
      'when a record could not be read',
      { unreadable: ['job x: no state', 'job y'] },
      'A record could not be read: job x: no state',
    ],
  ] as const)('%s', (_, fields, why) => {
    const found = targetTroubles(context, { seen: 1, targets: [{ ...whole, ...fields }] });
    expect(found.map(({ trouble }) => trouble.lines[0])).toEqual(why === undefined ? [] : [why]);
  });
});
