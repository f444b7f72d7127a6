import { expect, it } from 'vitest';
import { auditEventSchema } from '../../shared/audit/event.ts';
import {
  breakerEvent,
  policyEvent,
  stopEvent,
  sweepEvent,
  targetEvent,
  type SweepContext,
} from '../../shared/audit/sweep-event.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { nowMs, seconds } from '../make.ts';

// Synthetic: no such deployment, project or policy exists.
const policy = { sha256: 'ab'.repeat(32), where: 'policy.yaml', generation: '17' };
const context: SweepContext = {
  source: '//jobwarden/test',
  sweepId: 'every-minute@2026-03-11T10:00:00Z',
  nowMs,
  policy,
  modes: { setting: 'enforce', policy: 'enforce' },
};
const target = {
  name: 'bigquery:analytics-prod',
  complete: true,
  jobs: 12,
  redacted: 1,
  unreadable: 0,
  unreachable: [],
};

const opened = (fields: Partial<SweepContext> = {}) =>
  breakerEvent({
    name: 'breaker.opened',
    context: { ...context, ...fields },
    why: '21 cancels were planned, more than 20.',
    plannedCancels: 21,
    jobsSeen: 50,
    maxCancels: 20,
    maxShare: 0.25,
  });
const rejected = (problems: readonly Problem[]) =>
  policyEvent({
    name: 'policy.rejected',
    context,
    why: 'The last good policy stays, in observe mode.',
    subject: { sha256: 'cd'.repeat(32), where: 'policy.yaml' },
    problems,
  });
const changed = (edits: number) =>
  policyEvent({
    name: 'policy.changed',
    context,
    why: 'Another policy is in force.',
    subject: policy,
    difference: {
      before: { sha256: 'cd'.repeat(32) },
      known: true,
      harsher: true,
      changes: Array.from({ length: edits }, (_, at) => ({
        effect: 'harsher' as const,
        where: `rules[${at}]`,
        says: 'x'.repeat(2000),
      })),
    },
  });
const order = { until: '2026-03-11T14:00:00.000Z', reason: 'The month is being closed', by: 'ana@example.com' };
const stopped = stopEvent({ name: 'stop.set', context, why: 'Every cancel is stopped.', order });
const cleared = stopEvent({ name: 'stop.cleared', context, why: 'It is gone.', sinceMs: nowMs - seconds(90) });
const closedByHand = breakerEvent({
  name: 'breaker.closed',
  context,
  why: 'Closed by hand.',
  plannedCancels: 21,
  jobsSeen: 50,
  maxCancels: 20,
  closedByHand: { atMs: nowMs - seconds(20), reason: 'A backfill that went wrong', by: 'ana' },
});
const failed = (name: string) =>
  targetEvent({ context, target: name, why: '[bigquery] 403', failure: 'forbidden', retryable: false });
const completed = (names: readonly string[] = [target.name]) =>
  sweepEvent({
    context,
    why: 'The hourly heartbeat.',
    startedAtMs: nowMs - seconds(7),
    targets: names.map((name) => ({ ...target, name })),
    counts: { listed: 12, cancelled: 1 },
    rules: { 'long-queries': { jobs: 12, over: 1, unknown: 2 } },
    troubles: ['One job could not be read.'],
  });
const problem: Problem = {
  code: 'unknown-key',
  severity: 'error',
  where: 'rules[0].limt',
  line: 7,
  says: 'There is no key limt.',
  try: 'limit',
};

it.each([
  ['breaker.opened', opened()],
  ['breaker.closed', closedByHand],
  ['stop.set', stopped],
  ['stop.cleared', cleared],
  ['policy.rejected', rejected([problem])],
  ['policy.changed', changed(2)],
  ['target.failed', failed('bigquery:analytics-prod')],
  ['sweep.completed', completed()],
])('makes %s a CloudEvent that its schema accepts without losing anything', (name, event) => {
  const sent = JSON.parse(JSON.stringify(event));
  expect(auditEventSchema.parse(sent)).toEqual(sent);
  expect(sent).toMatchObject({
    type: `dev.jobwarden.${name}.v1`,
    correlationid: 'every-minute@2026-03-11T10:00:00Z',
    data: { policy, mode: { setting: 'enforce', policy: 'enforce' } },
  });
});

it('says what the rules cover, those with the most to say where there are too many', () => {
  expect(completed().data.rules).toEqual({ 'long-queries': { jobs: 12, over: 1, unknown: 2 } });
  const names = Array.from({ length: 150 }, (_, index) => `rule-${index}`);
  const rules = Object.fromEntries(names.map((name, index) => [name, { jobs: index, over: 0, unknown: 0 }]));
  const event = sweepEvent({ context, why: 'x', startedAtMs: nowMs, targets: [], counts: {}, rules, troubles: [] });
  expect(Object.keys(event.data.rules ?? {})).toEqual(names.toReversed().slice(0, 100));
});

it('names an event of a sweep by the sweep, the event and what it is about', () => {
  const sweep = 'every-minute@2026-03-11T10:00:00Z';
  expect(completed().id).toBe(`${sweep}.sweep.completed`);
  expect(opened().id).toBe(`${sweep}.breaker.opened`);
  expect(failed('bigquery:a').id).not.toBe(failed('bigquery:b').id);
  expect(failed('bigquery:a').id).toBe(failed('bigquery:a').id);
});

it('makes an id of any sweep name', () => {
  const ids = ['a b', 'a/b', 'x'.repeat(5000), ''].map((sweepId) => opened({ sweepId }).id);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[\w.:@+-]{1,250}$/);
});

it('calls out loud when the breaker opens or a policy is rejected', () => {
  expect([opened().severity, rejected([]).severity]).toEqual(['CRITICAL', 'CRITICAL']);
});

it('says so when there is no policy at all', () => {
  expect(opened({ policy: null, modes: { setting: 'observe', policy: null } }).data).toMatchObject({ policy: null });
});

it('keeps twenty problems and counts the rest', () => {
  const { data } = rejected(Array.from({ length: 33 }, () => problem));
  expect([data.problems.length, data.moreProblems]).toEqual([20, 13]);
});

it('says until when, why and by whom every cancel is stopped, and since when it was', () => {
  expect(stopped.data).toMatchObject(order);
  expect(cleared.data).toMatchObject({ since: '2026-03-11T09:58:30.000Z', until: undefined });
});

it('says who closed the breaker by hand, why, and when', () => {
  expect(closedByHand.data.closedByHand).toEqual({
    reason: 'A backfill that went wrong',
    by: 'ana',
    at: '2026-03-11T09:59:40.000Z',
  });
});

it('keeps thirty changes of a policy and counts the rest, within the size of a message', () => {
  const { data } = changed(33);
  expect([data.difference?.changes.length, data.difference?.moreChanges]).toEqual([30, 3]);
  expect(JSON.stringify(changed(33)).length).toBeLessThan(64 * 1024);
});

it('keeps five hundred targets and counts the rest', () => {
  const { data } = completed(Array.from({ length: 512 }, (_, at) => `bigquery:p-${at}`));
  expect([data.targets.length, data.moreTargets]).toEqual([500, 12]);
});

it('gives the duration of the sweep in ms', () => {
  expect(completed().data).toMatchObject({ startedAt: '2026-03-11T09:59:53.000Z', durationMs: 7000 });
});
