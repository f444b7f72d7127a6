import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { ReportAnswer } from '../../shared/report/answer.ts';
import { jobwarden, root, type Scene } from '../cli/a-shell.ts';
import { hours, minutes, nowMs } from '../make.ts';
import { aMonth, slotHourUsd, type Month, type Truth } from './a-month.ts';

// Real sweeps over a made-up world; every number here comes from the truth about its jobs, not from its events.

let month: Month;
beforeAll(async () => {
  month = await aMonth();
}, 60_000);

const ndjson = (values: readonly unknown[]) => values.map((one) => JSON.stringify(one)).join('\n');
const words = ['report', '--since', '30d', '--events', 'events.ndjson', '--state', 'gs://state', '--policy', 'p.yaml'];

function scene(values: readonly unknown[] = month.values): Scene {
  const files = new Map([
    ['events.ndjson', ndjson(values)],
    ['p.yaml', month.policyText],
  ]);
  return { files, env: { USER: 'ana' }, outside: { now: month.world.clock.now, objects: () => month.state } };
}

async function answerOf(values?: readonly unknown[], more: readonly string[] = []): Promise<ReportAnswer> {
  const { out, code } = await jobwarden([...words, ...more, '--format', 'json'], scene(values));
  const data: { readonly report: ReportAnswer; readonly problems: readonly unknown[] } = JSON.parse(out);
  expect([code, data.problems]).toEqual([0, []]);
  return data.report;
}

const rule = ({ rules }: ReportAnswer, name: string) => {
  const found = rules.find((one) => one.rule === name);
  if (found === undefined) throw new Error(`the report has no rule ${name}`);
  return found;
};
const those = (fate: Truth['fate']) => month.truth.filter((one) => one.fate === fate);
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

describe('a month of real sweeps', () => {
  it('counts how the cancels of a rule in force ended', async () => {
    const live = rule(await answerOf(), 'live');
    const count = (fate: Truth['fate']) => those(fate).length;
    expect(live.cancels).toEqual({
      sent: 7,
      confirmed: count('confirmed'),
      finishedFirst: count('finishedFirst'),
      failedByItself: count('failedByItself'),
      gone: 0,
      forbidden: count('forbidden'),
      unconfirmed: count('unconfirmed'),
      error: 0,
      open: 0,
    });
    expect(live).toMatchObject({ mode: 'enforce', wouldCancel: 0, startedAgain: 1 });
    expect(live.observed.heldBack).toEqual({ exemption: 1, 'opt-out': 1, breaker: count('breaker') });
    expect(live.observed.breakerOpenings).toBe(1);
  });

  it('counts what was only observed, and how those jobs ended by themselves', async () => {
    const trial = rule(await answerOf(), 'trial');
    const known = those('would');
    expect(trial).toMatchObject({
      mode: 'observe',
      over: known.length + 1,
      wouldCancel: known.length + 1,
      wouldKnown: known.length,
      cancels: { sent: 0 },
    });
    const alarms = known.filter(({ isLikelyFalse }) => isLikelyFalse === true);
    expect(trial.falseAlarms).toEqual({ count: alarms.length, of: known.length });
    expect(trial.observed.ended).toEqual({ succeeded: known.length, failed: 0, stopped: 0 });
    expect(trial.observed.owners.most).toContainEqual({ name: 'lee@trial.example.com', count: 3 });
    expect(trial.observed.owners.different).toBe(3);
  });

  it('adds up what those jobs went on to use, to the millisecond', async () => {
    const { observed } = rule(await answerOf(), 'trial');
    const after = ({ endsAtMs = 0, minute }: Truth) => endsAtMs - (nowMs + minutes(minute));
    const all = sum(those('would').map(after));
    const sure = sum(those('would').flatMap((one) => (one.isLikelyFalse === true ? [] : [after(one)])));
    const slotHours = (ms: number) => (2 * ms) / hours(1);
    expect(observed.after.timeMs).toEqual({ low: sure, high: all });
    expect(observed.after.slotHours.high).toBeCloseTo(slotHours(all), 9);
    expect(observed.after.slotHours.low).toBeCloseTo(slotHours(sure), 9);
    expect(observed.after.usd.high).toBeCloseTo(slotHours(all) * slotHourUsd, 9);
    expect(observed.after.usd.low).toBeCloseTo(slotHours(sure) * slotHourUsd, 9);
  });

  it('knows how long each cancel took from its limit', async () => {
    const fates = new Set<Truth['fate']>(['confirmed', 'finishedFirst', 'failedByItself', 'unconfirmed']);
    const late = month.truth.filter(({ fate }) => fates.has(fate)).map(({ lateMs }) => lateMs);
    const { delay } = await answerOf();
    const meanMs = Math.round(sum(late) / late.length);
    expect(delay).toEqual({ count: late.length, meanMs, p95Ms: Math.max(...late) });
  });

  it('knows the rest: breaker, exceptions, messages, cases, coverage, rules that never fired', async () => {
    const answer = await answerOf();
    // It opened when they were seen, a minute after their limit, and closed when they were over.
    expect(answer.breaker).toEqual({ openings: 1, openMs: minutes(20) - minutes(1), byHand: 0 });
    expect(answer.exemptions?.map(({ reason, jobs, rules, daysLeft }) => [reason, jobs, rules, daysLeft])).toEqual([
      ['month-end close', 1, ['live'], 9],
      ['migration', 0, [], 111],
    ]);
    expect(answer.optOut).toMatchObject({ jobs: 1, offered: true });
    expect(answer.messages).toEqual({ delivered: month.world.notices().length - 1, undeliverable: 1 });
    expect(answer.cases).toEqual({ open: 3, unconfirmed: 1, forbidden: 1 });
    expect(answer.neverFired).toEqual(['nobody', 'dear']);
    const { observed } = rule(answer, 'dear');
    // One job, seen once a minute from its own until its end an hour after its limit, of which a minute was over.
    expect([observed.jobs, observed.unjudged]).toEqual([59, 59]);
    expect(answer.coverage.sweeps).toBe(201);
    expect([rule(answer, 'notes').recorded, rule(answer, 'cautions').warned]).toEqual([1, 1]);
  });

  test.each([
    ['month.txt', []],
    ['month.md', ['--format', 'markdown']],
  ])('reads as %s does', async (file, more) => {
    // UPDATE=1 writes what the command says now; read it aloud before you keep it.
    const { out } = await jobwarden([...words, ...more], scene());
    const path = `${root}/test/report/${file}`;
    if (process.env['UPDATE'] === '1') writeFileSync(path, out);
    else expect(out).toBe(readFileSync(path, 'utf8'));
  });
});

describe('the events of a month', () => {
  it('may come in any order, and each of them more than once', async () => {
    const { values } = month;
    const expected = JSON.stringify(await answerOf());
    const some = fc.array(fc.nat({ max: values.length - 1 }), { maxLength: 50 });
    const keys = fc.array(fc.nat(), { minLength: values.length, maxLength: values.length });
    await fc.assert(
      fc.asyncProperty(some, keys, async (twice, order) => {
        const shuffled = values
          .map((value, index) => ({ value, key: order[index] ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ value }) => value);
        const all = [...shuffled, ...twice.map((index) => values[index])];
        expect(JSON.stringify(await answerOf(all))).toBe(expected);
      }),
      { numRuns: Number(process.env['REPORT_RUNS'] ?? 15) },
    );
  });

  it('count only from the moment that is asked for', async () => {
    const late = await jobwarden(
      [...words.map((word) => (word === '30d' ? '90m' : word)), '--format', 'json'],
      scene(),
    );
    const data: { readonly report: ReportAnswer; readonly counts: { readonly earlier: number } } = JSON.parse(late.out);
    expect(data.counts.earlier).toBeGreaterThan(100);
    expect(rule(data.report, 'live').cancels).toMatchObject({ sent: 2, confirmed: 1, forbidden: 1 });
  });
});

describe('what people marked', () => {
  beforeAll(async () => {
    // Nobody else is to see the marks.
    month = await aMonth();
  });
  const markIn = async (job: string, judged: string) =>
    jobwarden(['mark', job, judged, '--why', 'it was fine', '--state', 'gs://state'], scene());

  it('stands above what is likely', async () => {
    const [first, second] = those('would').filter(({ isLikelyFalse }) => isLikelyFalse === true);
    const [sure] = those('would');
    expect((await markIn(`analytics-prod:EU.${first?.job.id}`, 'rightly')).code).toBe(0);
    expect((await markIn(second?.job.id ?? '', 'rightly')).code).toBe(0);
    expect((await markIn(sure?.job.id ?? '', 'false-alarm')).code).toBe(0);
    const answer = await answerOf();
    const trial = rule(answer, 'trial');
    expect(trial.falseAlarms).toEqual({ count: 1, of: those('would').length });
    expect(trial.marked).toEqual({ falseAlarm: 1, rightly: 2 });
    expect(answer.marks).toEqual({ falseAlarm: 1, rightly: 2, ofOtherJobs: 0 });
    expect(trial.observed.likelyFalseAlarms).toBe(2);
  });
});
