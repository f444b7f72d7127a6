import { describe, expect, test } from 'vitest';
import { logLine, type LogEntry } from '../../functions/log.ts';
import { aJob, aRule, hours, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld } from './a-world.ts';
import { denied, endsAfter, engineError, ignored, type MemoryJob, type OnCancel } from './memory-engine.ts';

const secret = 'SELECT ssn FROM people';
const runaway = aJob({ runTimeMs: hours(1), queryText: secret, labels: { owner: 'kim@example.com' } });
const kept = { reason: 'year-end', approvedBy: 'cfo@example.com', expires: '2026-12-31' };
const severities = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'];

/** Sweeps whose outcomes have every sentence there is. */
const situations: readonly (readonly [string, WrittenPolicy, Omit<MemoryJob, 'job'>])[] = [
  ['cancelled', {}, {}],
  ['protected', { protect: { principals: ['sam@example.com'] } }, {}],
  ['exempt', { exemptions: [{ match: { principal: '*@example.com' }, ...kept }] }, {}],
  ['kept by its owner', { optOut: { label: 'owner=kim@example.com', allowedFor: ['*'], upTo: { runTime: '9h' } } }, {}],
  ['warned', { rules: [aRule({ action: 'warn' })] }, {}],
  ['observed', { mode: 'observe' }, {}],
  ['unconfirmed', {}, { onCancel: ignored }],
  ['forbidden', {}, { onCancel: denied }],
  [
    'failed with a message about its statement',
    {},
    {
      onCancel: endsAfter(0, {
        how: 'failed',
        reason: 'invalidQuery',
        message: `Syntax error in ${secret} of sam@example.com`,
      }),
    },
  ],
  ['not to be looked at', {}, { look: [{}, engineError('503')] }],
  [
    'under a freeze',
    { freezes: [{ name: 'close', from: '2026-03-01', to: '2026-03-31', reason: 'asked for by cfo@example.com' }] },
    {},
  ],
  ['refused in words', {}, { onCancel: { how: 'denied', why: 'User sam@example.com lacks bigquery.jobs.update' } }],
];

async function linesOf(policy: WrittenPolicy, how: Omit<MemoryJob, 'job'>): Promise<readonly LogEntry[]> {
  const world = aWorld({ policy, jobs: [{ job: runaway, ...how }] });
  await world.sweep();
  await world.sweepAgain();
  return world.log;
}

describe('the log of a sweep', () => {
  test.each(situations)('has the field names of Cloud Logging in every line: %s', async (_, policy, how) => {
    const lines = await linesOf(policy, how);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      const written: Record<string, unknown> = JSON.parse(logLine(line, nowMs));
      expect(written).toMatchObject({
        severity: expect.any(String),
        message: expect.any(String),
        time: '2026-03-11T10:00:00.000Z',
      });
      expect(severities).toContain(written['severity']);
      const labels = Object.values(written['logging.googleapis.com/labels'] ?? {});
      expect(labels.every((value) => typeof value === 'string')).toBe(true);
    }
  });

  test.each(situations)('holds no principal, no address and no statement: %s', async (_, policy, how) => {
    const text = (await linesOf(policy, how)).map((line) => logLine(line, nowMs)).join('\n');
    expect(text.match(/sam@|kim@|cfo@|SELECT|ssn/g)).toBeNull();
  });

  test('holds no identity of another cloud either', async () => {
    const principal = 'principal://iam.googleapis.com/x/subject/sam';
    const world = aWorld({ policy: { protect: { principals: ['*'] } }, jobs: [{ ...runaway, principal }] });
    await world.sweep();
    expect(JSON.stringify(world.log)).not.toContain('subject/sam');
    expect(world.log[0]?.message).toMatch(/held-back\. Held back by protection\./);
  });

  test('has one line for each decision and one for the sweep', async () => {
    const world = aWorld({ jobs: [runaway, { ...runaway, id: 'job-2' }] });
    await world.sweep();
    expect(world.log.map((line) => line['event'])).toEqual(['decision', 'decision', 'sweep.completed']);
    expect(world.log[0]).toMatchObject({
      severity: 'NOTICE',
      sweepId: 'sweep-1',
      job: { engine: 'bigquery', project: 'analytics-prod', location: 'EU', id: 'job-1' },
      rule: 'long-queries',
      action: 'cancel',
      mode: 'enforce',
      did: 'cancelled',
      isNews: true,
      'logging.googleapis.com/labels': { rule: 'long-queries', did: 'cancelled', mode: 'enforce' },
    });
    expect(world.log[0]?.message).toMatch(
      /^bigquery:analytics-prod:EU\.job-1 has run for 1 h, over the limit of 30 min \(rule long-queries, cancel\): cancelled\./,
    );
  });

  test('is quiet about what was told before', async () => {
    const world = aWorld({ jobs: [runaway], policy: { mode: 'observe' } });
    await world.sweep();
    await world.sweepAgain();
    const decisions = world.log.filter((line) => line['event'] === 'decision');
    expect(decisions.map(({ severity, isNews }) => [severity, isNews])).toEqual([
      ['NOTICE', true],
      ['DEBUG', false],
    ]);
  });

  test.each([
    ['ok', 'INFO', {}],
    ['degraded', 'WARNING', { onCancel: ignored }],
    ['degraded', 'WARNING', { onCancel: denied }],
  ] as const)('ends with a line as loud as the sweep was %s: %s', async (status, severity, how) => {
    const world = aWorld({ jobs: [{ job: runaway, ...how }] });
    await world.sweep();
    expect(world.log.at(-1)).toMatchObject({ severity, event: 'sweep.completed', status, sweepId: 'sweep-1' });
    expect(world.log.at(-1)?.message).toMatch(new RegExp(`^Sweep ${status}: 1 jobs in 2 targets, 1 `));
  });

  test('is an error where nothing was seen', async () => {
    const world = aWorld({ engines: async () => ({ sources: {}, cancellers: {} }) });
    await world.sweep();
    expect(world.log.at(-1)).toMatchObject({
      severity: 'ERROR',
      message: 'Sweep failed: 0 jobs in 2 targets, nothing to do.',
    });
  });

  test.each<[string, OnCancel]>([
    ['unconfirmed', ignored],
    ['forbidden', denied],
    ['error', { how: 'throws', error: engineError('500') }],
  ])('is an error for a cancel that is %s', async (did, onCancel) => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel }] });
    await world.sweep();
    expect(world.log[0]).toMatchObject({ severity: 'ERROR', did });
  });
});
