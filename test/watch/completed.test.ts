import { describe, expect, test } from 'vitest';
import { logLine } from '../../functions/log.ts';
import { completedLine } from '../../functions/watch/completed-line.ts';
import { sweep } from '../../functions/watch/watch.ts';
import { meter } from '../../shared/engines/http/meter.ts';
import { aJob, aRule, hours, minutes, nowMs } from '../make.ts';
import { aWorld, type Given } from './a-world.ts';
import { denied, ignored } from './memory-engine.ts';

// Synthetic: no such project, person or job exists.
const runaway = aJob({ runTimeMs: hours(1) });

async function lastLine(given: Given) {
  const world = aWorld(given);
  const summary = await world.sweep();
  return { summary, line: world.log.at(-1) };
}

describe('the line that ends a sweep', () => {
  test('says how many jobs are over a limit, what was cancelled, what each rule covers, and how long each part took', async () => {
    const short = aJob({ id: 'job-2', runTimeMs: minutes(1) });
    const { line } = await lastLine({ jobs: [runaway, short], latencyMs: 100 });
    expect(line).toMatchObject({
      event: 'sweep.completed',
      jobsSeen: 2,
      violations: 1,
      cancels: { sent: 1, confirmed: 1 },
      rules: { 'long-queries': { jobs: 2, over: 1, unknown: 0 } },
      phasesMs: { prepare: 0, followUp: 0, list: expect.any(Number), act: expect.any(Number), record: 0 },
      policy: { sha256: 'a1'.repeat(32), standing: 'current' },
      heldBack: {},
      targetsInAll: 2,
      'logging.googleapis.com/labels': { status: 'ok', mode: 'enforce' },
    });
    const { phasesMs, tookMs } = (await lastLine({ jobs: [runaway], latencyMs: 100 })).summary;
    expect(phasesMs.list).toBeGreaterThanOrEqual(100);
    expect(Object.values(phasesMs).reduce((sum, ms) => sum + ms, 0)).toBe(tookMs);
  });

  test.each<[string, Given, { sent: number; confirmed: number }, string | undefined]>([
    ['cancelled', { jobs: [runaway] }, { sent: 1, confirmed: 1 }, undefined],
    ['unconfirmed', { jobs: [{ job: runaway, onCancel: ignored }] }, { sent: 1, confirmed: 0 }, 'job-1'],
    ['forbidden', { jobs: [{ job: runaway, onCancel: denied }] }, { sent: 1, confirmed: 0 }, 'job-1'],
    ['observed', { jobs: [runaway], policy: { mode: 'observe' } }, { sent: 0, confirmed: 0 }, 'job-1'],
    [
      'recorded',
      { jobs: [runaway], policy: { rules: [aRule({ action: 'record' })] } },
      { sent: 0, confirmed: 0 },
      'job-1',
    ],
  ])('names the oldest job over its limit that still goes on: %s', async (_, given, cancels, oldest) => {
    const { summary } = await lastLine(given);
    expect(summary.cancels).toEqual(cancels);
    expect(summary.violations).toBe(1);
    expect(summary.oldestOverLimit?.job).toBe(oldest && `bigquery:analytics-prod:EU.${oldest}`);
    if (oldest !== undefined) expect(summary.oldestOverLimit?.forMs).toBeGreaterThanOrEqual(hours(1));
  });

  test('names the oldest of many', async () => {
    const ages = [2, 9, 5].map((age) => aJob({ id: `job-${age}`, runTimeMs: hours(age) }));
    const { summary } = await lastLine({ jobs: ages, policy: { mode: 'observe' } });
    expect([summary.violations, summary.oldestOverLimit]).toEqual([
      3,
      { job: 'bigquery:analytics-prod:EU.job-9', rule: 'long-queries', forMs: hours(9) },
    ]);
  });

  test('counts the calls of this sweep alone, where calls are counted', async () => {
    const counted = meter();
    counted.sent(false);
    const world = aWorld();
    const engines: typeof world.world.engines = async (names) => {
      const opened = await world.world.engines(names);
      return { ...opened, traffic: () => counted.traffic() };
    };
    const log = { ...world.world, engines };
    const before = await sweep(
      {
        ...log,
        stop: async () => {
          counted.sent(false);
          counted.sent(true);
          counted.received(700);
          return undefined;
        },
      },
      'sweep-1',
    );
    expect(before.calls).toEqual({ calls: 2, retries: 1, bytesReceived: 700 });
    expect((await world.sweepAgain()).calls).toBeUndefined();
  });

  test('is short enough for a log entry, whatever went wrong, and names what is troubled first', async () => {
    const { summary } = await lastLine({});
    const target = { jobs: 1, redacted: 0, complete: true, unreadable: [], unreachable: [] };
    const well = Array.from({ length: 500 }, (_, index) => ({ ...target, target: `bigquery:well-${index}` }));
    const ill = { ...target, target: 'bigquery:ill', complete: false, failed: 'x'.repeat(5000) };
    const troubles = Array.from({ length: 5000 }, () => 'y'.repeat(900));
    const rules = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`rule-${index}`, { jobs: 1, over: index, unknown: 0 }]),
    );
    const line = completedLine({ ...summary, targets: [...well, ill], troubles, rules });
    expect(line).toMatchObject({ targetsInAll: 501, troublesInAll: 5000 });
    expect(line['targets']).toHaveLength(50);
    expect(Object(line['targets'])[0]).toMatchObject({ target: 'bigquery:ill' });
    const written: unknown = JSON.parse(logLine(line, nowMs));
    expect(written).toMatchObject({ event: 'sweep.completed', rules: { 'rule-999': { over: 999 } } });
    expect(written).not.toHaveProperty('cut');
  });
});
