import { describe, expect, it } from 'vitest';
import { isFields } from '../../../shared/engines/http/read.ts';
import { readCluster } from '../../../shared/engines/yandex-data-proc/cluster.ts';
import { isCancelling, readJob } from '../../../shared/engines/yandex-data-proc/record.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { sample, samples, samplesAreHere } from '../samples.ts';

const cluster = { id: 'c1', name: 'etl', folder: 'f1', zone: 'ru-central1-a', labels: { env: 'prod' }, isAlive: true };
const found = { target: 'yandex-data-proc:f1', folder: 'f1', cluster, withText: true };

function jobOf(record: unknown, about: Partial<typeof found> = {}): Job {
  const reading = readJob(record, { ...found, ...about });
  if ('unreadable' in reading) throw new Error(reading.unreadable);
  return reading.job;
}

/** Synthetic. */
const aRecord = {
  id: 'j1',
  clusterId: 'c1',
  createdAt: '2026-01-10T09:00:00.123456789Z',
  startedAt: '2026-01-10T09:00:12Z',
  name: 'nightly',
  createdBy: 'AJE0subject',
  status: 'RUNNING',
  pysparkJob: { mainPythonFileUri: 's3a://bucket/job.py' },
};

const firstOf = (value: unknown, key: string): unknown =>
  isFields(value) && Array.isArray(value[key]) ? value[key][0] : undefined;

describe.runIf(samplesAreHere)(`what is read in ${samples}`, () => {
  it('reads a cluster of a listing', () => {
    expect(readCluster(firstOf(sample('yandex-clusters-list'), 'clusters'))).toEqual({
      id: 'c9q0example00000cluster',
      name: 'etl',
      folder: 'b1g0example00000folder',
      zone: 'ru-central1-a',
      labels: { env: 'prod' },
      isAlive: true,
    });
  });

  it('reads a running job of a listing', () => {
    const job = jobOf(firstOf(sample('yandex-jobs-list'), 'jobs'), {
      cluster: { ...cluster, id: 'c9q0example00000cluster' },
      withText: false,
    });
    expect(job).toEqual({
      engine: 'yandex-data-proc',
      target: 'yandex-data-proc:f1',
      project: 'f1',
      location: 'ru-central1-a',
      id: 'c9q0example00000cluster/c9q0example000000000job',
      state: 'running',
      redacted: false,
      createdAtMs: Date.parse('2026-01-10T09:00:00.123Z'),
      startedAtMs: Date.parse('2026-01-10T09:00:12Z'),
      endedAtMs: undefined,
      principal: 'aje0example0000subject',
      jobType: 'pyspark',
      statementType: null,
      details: { cluster: 'etl' },
      labels: { env: 'prod' },
      continuous: false,
      parentId: null,
      children: 0,
    });
  });

  it('reads the cancelled job in an operation that is done', () => {
    const operation = sample('yandex-job-cancel', 1);
    expect(jobOf(isFields(operation) ? operation['response'] : undefined)).toMatchObject({
      state: 'done',
      endedAtMs: Date.parse('2026-01-10T11:00:08Z'),
      end: { how: 'stopped', reason: 'CANCELLED' },
    });
  });
});

describe('the state of a job', () => {
  it.each([
    ['PROVISIONING', 'pending', undefined],
    ['PENDING', 'pending', undefined],
    ['RUNNING', 'running', undefined],
    ['CANCELLING', 'running', undefined],
    ['ERROR', 'done', { how: 'failed', reason: 'ERROR' }],
    ['DONE', 'done', { how: 'succeeded' }],
    ['CANCELLED', 'done', { how: 'stopped', reason: 'CANCELLED' }],
    ['STATUS_UNSPECIFIED', 'unknown', undefined],
    ['HIBERNATING', 'unknown', undefined],
    ['constructor', 'unknown', undefined],
    ['running', 'unknown', undefined],
    [undefined, 'unknown', undefined],
    [3, 'unknown', undefined],
  ])('is, for %s, %s', (status, state, end) => {
    const job = jobOf({ ...aRecord, status });
    expect(job.state).toBe(state);
    expect(job.end).toEqual(end);
  });

  it('is pending while a cancel is on its way and the job never started', () => {
    expect(jobOf({ ...aRecord, status: 'CANCELLING', startedAt: undefined }).state).toBe('pending');
  });

  it('says whether a cancel is on its way', () => {
    expect([isCancelling({ status: 'CANCELLING' }), isCancelling(aRecord), isCancelling(null)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('what is read in a record', () => {
  it.each([
    ['2026-01-10T09:00:00Z', '2026-01-10T09:00:00.000Z'],
    ['2026-01-10T09:00:00.1Z', '2026-01-10T09:00:00.100Z'],
    ['2026-01-10T09:00:00.123456Z', '2026-01-10T09:00:00.123Z'],
    ['2026-01-10T09:00:00.123999999Z', '2026-01-10T09:00:00.123Z'],
    ['2026-01-10T12:00:00.5+03:00', '2026-01-10T09:00:00.500Z'],
  ])('takes %s for a time', (createdAt, iso) => {
    expect(jobOf({ ...aRecord, createdAt }).createdAtMs).toBe(Date.parse(iso));
  });

  it.each([['yesterday'], ['1736499600'], [1736499600000], ['2026-01-10'], ['1970-01-01T00:00:00Z'], [{}]])(
    'takes %j for no time, and says so',
    (createdAt) => {
      const job = jobOf({ ...aRecord, createdAt });
      expect(job.createdAtMs).toBeUndefined();
      expect(job.doubts).toEqual([expect.stringContaining('createdAt')]);
    },
  );

  it('doubts a start before the creation', () => {
    const job = jobOf({ ...aRecord, startedAt: '2026-01-09T09:00:00Z' });
    expect(job.startedAtMs).toBeUndefined();
    expect(job.doubts).toEqual(['startedAt lies before the time it should follow']);
  });

  it.each([
    ['sparkJob', 'spark', null],
    ['pysparkJob', 'pyspark', null],
    ['mapreduceJob', 'mapreduce', null],
    ['hiveJob', 'hive', undefined],
    ['flinkJob', undefined, undefined],
  ])('calls a job with %s %s', (key, jobType, statementType) => {
    const job = jobOf({ ...aRecord, pysparkJob: undefined, [key]: {} });
    expect([job.jobType, job.statementType]).toEqual([jobType, statementType]);
  });

  it('keeps the queries of a Hive job where they were asked for, and only there', () => {
    const record = { ...aRecord, pysparkJob: undefined, hiveJob: { queryList: { queries: ['SELECT 1', 'SELECT 2'] } } };
    expect(jobOf(record).queryText).toBe('SELECT 1;\nSELECT 2');
    expect(jobOf(record, { withText: false }).queryText).toBeUndefined();
  });

  it('lower-cases who runs it, and does not know what kind of identity that is', () => {
    const job = jobOf(aRecord);
    expect([job.principal, job.principalKind]).toEqual(['aje0subject', undefined]);
  });

  it.each([[undefined], [null], [''], [7], [{}]])('cannot read a job with the id %j', (id) => {
    expect(readJob({ ...aRecord, id }, found)).toEqual({ unreadable: expect.stringContaining('c1') });
  });

  it.each([[null], ['text'], [[]], [42]])('cannot read %j', (record) => {
    expect(readJob(record, found)).toHaveProperty('unreadable');
  });
});

describe('what is read in a cluster', () => {
  it.each([
    ['CREATING', false],
    ['STARTING', false],
    ['RUNNING', true],
    ['ERROR', true],
    ['STOPPING', false],
    ['STOPPED', false],
    ['UPDATING', true],
    [undefined, true],
  ])('looks for jobs in one that is %s: %s', (status, isAlive) => {
    expect(readCluster({ id: 'c', status })?.isAlive).toBe(isAlive);
  });

  it.each([
    [undefined, {}],
    [{ a: 'b' }, { a: 'b' }],
    [{ a: 'b', c: 7 }, undefined],
    ['a', undefined],
  ])('takes the labels %j for %j', (labels, expected) => {
    expect(readCluster({ id: 'c', labels })?.labels).toEqual(expected);
  });

  it('is none without an id', () => {
    expect([readCluster({}), readCluster(null), readCluster({ id: 7 })]).toEqual([undefined, undefined, undefined]);
  });
});
