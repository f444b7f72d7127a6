import { describe, expect, it } from 'vitest';
import { backtest } from '../../shared/backtest/backtest.ts';
import { readRow } from '../../shared/history/row.ts';
import { aPolicy, aRule, minutes } from '../make.ts';
import { historyOf, projectName, quarter } from './generator.ts';
import type { Row } from './make.ts';

// What the backtest says of the made-up quarter, against what was planted, and against plain arithmetic on its rows.
const rows = [...historyOf(quarter)];
const limitMs = minutes(45);

const policy = aPolicy({
  timezone: 'UTC',
  targets: [
    { engine: 'bigquery', projects: Array.from({ length: quarter.projects }, (_, index) => projectName(index)) },
  ],
  breaker: { maxCancels: 20, maxShare: '100%', minJobs: 1 },
  budget: { perSweep: 100, perHour: 1000, perOwnerPerHour: 1000 },
  rules: [aRule({ name: 'long', limit: { runTime: '45m' } }), aRule({ name: 'queued', limit: { queueTime: '1h' } })],
});

const test = backtest({ policy });
for (const row of rows) {
  const reading = readRow(row, { location: 'EU' });
  if ('past' in reading) test.note(reading.past);
}
const answer = test.answer();

const ms = (value: unknown) => Date.parse(String(value).replace(' UTC', 'Z').replace(' ', 'T'));
const runMs = (row: Row) => ms(row['end_time']) - ms(row['start_time']);
const isStorm = (row: Row) => String(row['job_id']).startsWith('incident-dashboard-storm');
const isOver = (row: Row) => runMs(row) > limitMs && row['statement_type'] === 'SELECT';

describe('the made-up quarter', () => {
  it('is the same each time, and is of the size that it says', () => {
    expect([...historyOf(quarter)].at(-1)).toEqual(rows.at(-1));
    expect(answer.jobs).toMatchObject({ judged: rows.length, projects: 60, redacted: 0 });
    expect(rows.length).toBeGreaterThan(25_000);
    expect(new Set(rows.map((row) => row['job_id'])).size).toBe(rows.length);
  });

  it('has every planted incident found by its rule', () => {
    const found = new Map(answer.verdicts.map(({ job, rule, did }) => [job.split('.').at(-1), `${rule} ${did}`]));
    const planted = rows.map((row) => String(row['job_id'])).filter((id) => id.startsWith('incident-'));
    const expected = (id: string) => {
      if (id.includes('storm')) return 'long held back';
      return id.includes('queue') ? 'queued cancel' : 'long cancel';
    };
    expect(planted).toHaveLength(3 * (3 + 40));
    expect(planted.filter((id) => found.get(id) !== expected(id))).toEqual([]);
  });

  it('opens the breaker over each storm and at no other time', () => {
    expect(answer.breaker.openings).toBe(3);
    expect(answer.rules[0]?.heldBack).toEqual({ breaker: 120 });
  });

  it('counts cancels and likely false alarms exactly as the rows say', () => {
    const cancelled = rows.filter((row) => isOver(row) && !isStorm(row));
    const falseAlarms = cancelled.filter(
      (row) => row['error_result'] === undefined && runMs(row) - limitMs - 1 <= Math.max(minutes(5), 0.2 * runMs(row)),
    );
    expect(falseAlarms.length).toBeGreaterThan(3);
    expect(answer.rules[0]).toMatchObject({ cancels: cancelled.length, likelyFalseAlarms: falseAlarms.length });
  });

  it('adds up what was used after the limit as the rows say', () => {
    const after = rows.filter((row) => isOver(row) && !isStorm(row));
    const hours = after.reduce(
      (sum, row) => sum + (Number(row['total_slot_ms']) / 3_600_000) * (1 - (limitMs + 1) / runMs(row)),
      0,
    );
    expect(answer.rules[0]?.after.slotHours.high).toBeCloseTo(hours, 5);
  });
});
