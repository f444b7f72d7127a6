import { describe, expect, test } from 'vitest';
import { digest } from '../../shared/notices/digest.ts';
import { consoleUrlOf } from '../../shared/notices/notice-job.ts';
import { receiverKey } from '../../shared/notices/notice.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { ends, type End } from '../../shared/jobs/verdict.ts';
import { aJob, hours, minutes, nowMs } from '../make.ts';
import { aNotice, aNoticePolicy, aTell, context, notices, platform, sam } from './make.ts';

// Synthetic: no such person, team, job or channel exists.

const trial = { by: 'mode' as const, why: 'The rule is on trial.' };
const observed = { verdict: { heldBack: trial }, outcome: { did: 'would-have-been-cancelled' as const } };
const breaker = {
  code: 'breaker-open',
  title: 'The breaker is open',
  lines: ['34 cancels were planned.'],
  standsFor: ['breaker' as const],
};

describe('digest', () => {
  test('tells each owner once of all their jobs', () => {
    const tells = ['a', 'b', 'c'].map((id) => aTell({ job: { id }, verdict: { owner: id === 'c' ? platform : sam } }));
    expect(notices({ tells }).map(({ owner, jobs }) => [owner.name, jobs.map((job) => job.id)])).toEqual([
      ['sam@example.com', ['a', 'b']],
      ['data-platform', ['c']],
    ]);
  });

  test('keeps warnings, cancels and follow-ups apart', () => {
    const tells = [
      aTell(),
      aTell({ followUp: true, job: { id: 'b' } }),
      aTell({ outcome: { did: 'warned' }, job: { id: 'c' } }),
    ];
    expect(notices({ tells }).map(({ phase }) => phase)).toEqual(['cancelled', 'followed-up', 'warned']);
  });

  test.each<[End, string | undefined]>([
    ['recorded', undefined],
    ['held-back', undefined],
    ['warned', 'warned'],
    ['would-have-been-warned', 'would-have'],
    ['would-have-been-cancelled', 'would-have'],
    ...ends.slice(4, 10).map((end): [End, string] => [end, 'cancelled']),
    ['error', 'cancelled'],
  ])('an outcome %s is told as %s', (did, phase) => {
    expect(notices({ tells: [aTell({ outcome: { did } })] })[0]?.phase).toBe(phase);
  });

  test('names the ten costliest jobs, oldest first among equals, and counts the rest', () => {
    const tells = Array.from({ length: 12 }, (_, index) =>
      aTell({ job: { id: `job-${index}`, slotMs: index < 2 ? hours(9) : hours(1), runTimeMs: minutes(40 + index) } }),
    );
    const [notice] = notices({ tells });
    expect(notice?.jobs.map((job) => job.id)).toEqual([1, 0, 11, 10, 9, 8, 7, 6, 5, 4].map((index) => `job-${index}`));
    expect(notice).toMatchObject({ moreJobs: 2, counts: { cancelled: 12 } });
  });

  test('gives the same ids for the same sweep, whatever the order', () => {
    const tells = [aTell({ job: { id: 'a' } }), aTell({ job: { id: 'b' } })];
    expect(notices({ tells })[0]?.id).toBe(notices({ tells: tells.toReversed() })[0]?.id);
  });

  test.each([
    ['another attempt', aNotice({ attempt: 2 })],
    ['another phase', aNotice({ followUp: true })],
    ['another case', aNotice({ case: 'another' })],
    ['another owner', aNotice({ verdict: { owner: platform } })],
    ['other receivers', aNotice({}, aNoticePolicy({ owners: { fallback: { slack: '#other' } } }))],
  ])('gives %s another id', (_title, other) => {
    expect(other.id).not.toBe(aNotice().id);
  });

  test('gives another sweep another id', () => {
    const later = digest({ tells: [aTell()], troubles: [] }, aNoticePolicy(), { ...context, sweepId: 'later' });
    expect(later[0]?.id).not.toBe(aNotice().id);
  });

  test('tells those who hear of jobs without an owner, and then the operators', () => {
    const notice = aNotice({ verdict: { owner: undefined } });
    expect(notice.owner).toMatchObject({ kind: 'fallback' });
    expect(notice.receivers.map(receiverKey)[0]).toBe('slack:#data-unowned');
  });

  test('makes a notice also where there is nobody to tell: it is not lost in silence', () => {
    const policy = aNoticePolicy({ operators: undefined, owners: {} });
    expect(aNotice({ verdict: { owner: undefined } }, policy).receivers).toEqual([]);
  });
});

describe('what would have been done', () => {
  test('goes to the operators in one notice, which names the owners', () => {
    const tells = [aTell({ ...observed, job: { id: 'a' } }), aTell({ ...observed, job: { id: 'b' } })];
    const [notice, ...others] = notices({ tells });
    expect(others).toEqual([]);
    expect(notice?.receivers.map(receiverKey)[0]).toBe('slack:#data-cost');
    expect(notice?.jobs.map((job) => job.owner)).toEqual(['sam@example.com', 'sam@example.com']);
  });

  test('goes to the owner where the policy says so', () => {
    const notice = aNotice(observed, aNoticePolicy({ observe: { tell: 'owner' } }));
    expect(notice).toMatchObject({ mode: 'observe', owner: { name: 'sam@example.com' } });
  });

  test('goes to nobody where the policy says so', () => {
    expect(notices({ tells: [aTell(observed)] }, aNoticePolicy({ observe: { tell: 'nobody' } }))).toEqual([]);
  });
});

describe('troubles', () => {
  const held = aTell({
    job: { id: 'held' },
    verdict: { heldBack: { by: 'breaker', why: 'The breaker is open.' } },
    outcome: { did: 'held-back' },
  });

  test('go to the operators, with the jobs that they stand for', () => {
    const [notice] = notices({ tells: [held], troubles: [breaker] });
    expect(notice).toMatchObject({ phase: 'trouble', trouble: { title: 'The breaker is open' } });
    expect(notice?.jobs.map((job) => job.id)).toEqual(['held']);
    expect(notice?.receivers.map(receiverKey)[0]).toBe('slack:#data-cost');
  });

  test('replace what would be told job by job', () => {
    const rejected = {
      code: 'policy-rejected',
      title: 'The policy was rejected',
      lines: [],
      standsFor: ['mode' as const],
    };
    expect(notices({ tells: [aTell(observed)], troubles: [rejected] }).map(({ phase }) => phase)).toEqual(['trouble']);
  });

  test('never replace what was done: the owner is told of that', () => {
    const pastBreaker = aTell({ verdict: { heldBack: { by: 'breaker', why: 'The breaker is open.' } } });
    const phases = notices({ tells: [held, pastBreaker, aTell({ outcome: { did: 'warned' } })], troubles: [breaker] });
    expect(phases.map(({ phase }) => phase)).toEqual(['trouble', 'cancelled', 'warned']);
  });

  test('are two notices where there are two of them', () => {
    const other = { code: 'target-failing', title: 'A target fails', lines: ['403'] };
    const ids = notices({ troubles: [breaker, other] }).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('what a notice carries', () => {
  const statement = { queryText: 'SELECT secret FROM t' };

  test.each<[string, 'author' | 'never' | 'all', object, object | undefined]>([
    ['to its author', 'author', {}, { firstLine: 'SELECT secret FROM t', for: 'author' }],
    ['not where the author is not among the receivers', 'author', { principal: 'kim@example.com' }, undefined],
    ['to all where the policy says so', 'all', { principal: 'kim@example.com' }, { for: 'all' }],
    ['to nobody where the policy says so', 'never', {}, undefined],
  ])('the first line of the statement: %s', (_title, showQuery, job, expected) => {
    const notice = aNotice({ job: { ...statement, ...job } }, aNoticePolicy({ notices: { showQuery } }));
    if (expected === undefined) expect(notice.jobs[0]?.query).toBeUndefined();
    else expect(notice.jobs[0]?.query).toMatchObject(expected);
    if (expected === undefined) expect(JSON.stringify(notice)).not.toContain('secret');
  });

  test('the way to the job in the console, each part escaped', () => {
    const url = consoleUrlOf(aJob({ project: 'example.com:p', location: 'europe-west3', id: 'a&page=b' }));
    expect(url).toBe(
      'https://console.cloud.google.com/bigquery?project=example.com%3Ap&j=bq:europe-west3:a%26page%3Db&page=queryresults',
    );
  });

  test('no such way without a location, or on another engine', () => {
    expect(consoleUrlOf(aJob({ location: undefined }))).toBeUndefined();
    expect(consoleUrlOf(aJob({ engine: 'dli' }))).toBeUndefined();
  });

  test('the time of the cancel on a warning only', () => {
    expect(aNotice({ outcome: { did: 'warned' }, willCancelAtMs: nowMs + 1 }).jobs[0]?.willCancelAtMs).toBe(nowMs + 1);
    expect(aNotice({ willCancelAtMs: nowMs + 1 }).jobs[0]?.willCancelAtMs).toBeUndefined();
  });

  test('fits the schema whatever a job is called and measures', () => {
    const long = 'x'.repeat(100_000);
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, -1].map((value) => ({
      metric: 'runTime' as const,
      value,
      threshold: 1,
      over: true,
    }));
    const notice = aNotice({
      case: long,
      event: long,
      hints: Array.from({ length: 20 }, () => 'cross-join' as const),
      job: {
        id: long,
        project: long,
        location: long,
        principal: long,
        labels: { 'airflow-dag': long },
        slotMs: Number.NaN,
      },
      verdict: { rule: long, because: long, measured: odd, owner: { ...sam, name: long, foundBy: long } },
      outcome: { why: long },
    });
    expect(JSON.stringify(notice).length).toBeLessThan(30_000);
  });
});

test('travels as a CloudEvent with the id of the notice', () => {
  const notice = aNotice();
  expect(noticeEvent(notice, '//jobwarden/test')).toMatchObject({
    specversion: '1.0',
    id: notice.id,
    type: 'dev.jobwarden.notice.v1',
    time: '2026-03-11T10:00:00.000Z',
    severity: 'NOTICE',
  });
});
