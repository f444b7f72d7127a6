import { describe, expect, it } from 'vitest';
import { readRow } from '../../shared/history/row.ts';
import { timestampMs } from '../../shared/history/times.ts';
import { jobAt } from '../../shared/history/past-job.ts';
import { hours, minutes, nowMs, tib } from '../make.ts';
import { aPastJob, aRow } from './make.ts';

describe('a row of INFORMATION_SCHEMA.JOBS', () => {
  it('is a job with its end and its final numbers', () => {
    const { final } = aPastJob({ columns: { labels: [{ key: 'team', value: 'growth' }] } });
    expect(final).toMatchObject({
      target: 'bigquery:analytics-prod',
      location: 'EU',
      state: 'done',
      redacted: false,
      principal: 'sam@example.com',
      principalKind: 'person',
      jobType: 'query',
      statementType: 'SELECT',
      labels: { team: 'growth' },
      reservation: null,
      bytesProcessed: tib(1),
      slotMs: hours(10),
      parentId: null,
      end: { how: 'succeeded' },
      startedAtMs: nowMs,
      endedAtMs: nowMs + hours(1),
    });
  });

  it.each([
    ['succeeded', null],
    ['stopped', { reason: 'stopped', message: 'User requested cancellation' }],
    ['failed', { reason: 'quotaExceeded' }],
  ])('%s when its error is %j', (how, error_result) => {
    expect(aPastJob({ columns: { error_result } }).final.end?.how).toBe(how);
  });

  it('leaves unknown what is not there or not exact', () => {
    const columns = { labels: undefined, total_bytes_processed: '9223372036854775807', total_slot_ms: null };
    const { final } = aPastJob({ columns });
    expect([final.labels, final.bytesProcessed, final.slotMs, final.bytesEstimated]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is redacted where it does not say who ran it', () => {
    expect(aPastJob({ columns: { user_email: null } }).final.redacted).toBe(true);
  });

  it.each([
    ['it has no job_id or no project_id', { job_id: null }],
    ['it has no creation_time that can be read', { creation_time: 'yesterday' }],
    ['it ends before it begins', { end_time: '2020-01-01 00:00:00 UTC' }],
  ])('cannot be read when %s', (unreadable, columns) => {
    expect(readRow({ ...aRow(), ...columns }, { location: undefined })).toEqual({ unreadable });
  });

  it.each([
    '2026-03-11 10:00:00.123456 UTC',
    '2026-03-11 10:00:00.123',
    '2026-03-11T10:00:00.123Z',
    '2026-03-11 12:00:00.123+02',
    '2026-03-11T12:00:00.123+02:00',
    '1773223200.123',
    '1.773223200123E9',
    '1773223200123',
    '1773223200123456',
    1_773_223_200.123,
    { value: '2026-03-11T10:00:00.123Z' },
  ])('has the time %j', (value) => {
    expect(timestampMs(value)).toBe(nowMs + 123);
  });

  it.each(['tomorrow', '', null, '0', '2199-01-01 00:00:00', { value: {} }, Number.NaN])(
    'has no time in %j',
    (value) => {
      expect(timestampMs(value)).toBeUndefined();
    },
  );
});

describe('a past job at a moment of its life', () => {
  const past = aPastJob({ queueTimeMs: minutes(10) });

  it('waits before its start, and has done nothing', () => {
    const job = jobAt(past, nowMs - minutes(1));
    expect([job?.state, job?.startedAtMs, job?.bytesProcessed, job?.end]).toEqual([
      'pending',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('runs then, and has done its work in proportion to the time', () => {
    const job = jobAt(past, nowMs + minutes(15));
    expect([job?.state, job?.bytesProcessed, job?.slotMs]).toEqual(['running', tib(0.25), hours(2.5)]);
    expect([job?.end, job?.endedAtMs]).toEqual([undefined, undefined]);
  });

  it('is not there before its creation and from its end on', () => {
    expect([jobAt(past, past.createdAtMs - 1), jobAt(past, past.endedAtMs)]).toEqual([undefined, undefined]);
  });

  it('only waits where it never started', () => {
    const never = aPastJob({ columns: { start_time: null } });
    expect(jobAt(never, never.endedAtMs - 1)?.state).toBe('pending');
  });
});
