import { describe, expect, it } from 'vitest';
import { named } from '../../../shared/engines/data-fusion/id.ts';
import { readOperation } from '../../../shared/engines/data-fusion/operation-record.ts';
import { locationOf } from '../../../shared/engines/data-fusion/place.ts';
import { readRun } from '../../../shared/engines/data-fusion/run-record.ts';
import { EngineError } from '../../../shared/engines/engine.ts';

// Synthetic: no such project, instance or pipeline exists.

const found = { target: 'data-fusion:p/eu', project: 'p', location: 'eu', instance: { labels: { team: 'ingest' } } };
const name = { kind: 'pipeline', instance: 'etl', namespace: 'default', pipeline: 'orders', run: 'r1' } as const;

const runOf = (fields: object) => {
  const reading = readRun({ runid: 'r1', starting: 1_795_000_000, status: 'RUNNING', ...fields }, name, found);
  if ('unreadable' in reading) throw new Error('a run is always readable');
  return reading;
};
const operationOf = (fields: object, metadata: object = {}) => {
  const record = {
    name: 'projects/p/locations/eu/operations/o1',
    metadata: {
      createTime: '2026-03-11T10:00:00Z',
      target: 'projects/p/locations/eu/instances/etl',
      verb: 'CREATE',
      ...metadata,
    },
    ...fields,
  };
  return readOperation(record, found);
};

describe('a run of a pipeline', () => {
  it('waits until its cluster is there, counted from when somebody asked for it', () => {
    const { job } = runOf({ status: 'STARTING' });
    expect(job).toMatchObject({ state: 'pending', createdAtMs: 1_795_000_000_000 });
    expect(job.startedAtMs).toBeUndefined();
  });

  it.each([
    ['COMPLETED', 'succeeded'],
    ['FAILED', 'failed'],
    ['REJECTED', 'failed'],
    ['KILLED', 'stopped'],
  ])('that is %s %s', (status, how) => {
    expect(runOf({ status, end: 1_795_000_900 }).job).toMatchObject({
      state: 'done',
      endedAtMs: 1_795_000_900_000,
      end: { how, reason: status },
    });
  });

  it('is known to be stopping once it was asked to', () => {
    expect([runOf({ status: 'STOPPING' }).isStopping, runOf({}).isStopping]).toEqual([true, false]);
  });

  it.each([
    ['milliseconds where seconds belong', { start: 1_795_000_000_000 }, 'no plausible time'],
    ['a time as text that is no number', { start: 'now' }, 'no exact whole number'],
    ['a status that is no text', { status: 3 }, 'status is 3'],
  ])('doubts %s rather than believe it', (_, fields, says) => {
    expect(runOf(fields).job.doubts?.join()).toContain(says);
  });

  it('has the labels of its instance, and none where those are not known', () => {
    expect(runOf({}).job.labels).toEqual({ team: 'ingest' });
    const bare = readRun({ runid: 'r1' }, name, { ...found, instance: undefined });
    expect('job' in bare && bare.job.labels).toBeUndefined();
  });

  it.each([
    ['pipeline', false],
    ['stream', true],
    ['replication', true],
  ] as const)('of a %s is meant to go on for ever: %s', (kind, continuous) => {
    const reading = readRun({ runid: 'r1' }, { ...name, kind }, found);
    expect(reading).toMatchObject({ job: { continuous, jobType: kind } });
  });

  it('shows nothing of its arguments', () => {
    const { job } = runOf({ properties: { runtimeArgs: '{"password":"synthetic-secret"}' } });
    expect(JSON.stringify(job)).not.toContain('synthetic-secret');
  });
});

describe('an operation on an instance', () => {
  it('is running from the moment it was created, as long as it is not said to be done', () => {
    expect(operationOf({})).toMatchObject({
      isStopping: false,
      job: { id: 'operation/o1', state: 'running', startedAtMs: Date.parse('2026-03-11T10:00:00Z'), jobType: 'create' },
    });
  });

  it.each([
    [{ done: true, response: {} }, 'done', { how: 'succeeded' }],
    [{ done: true, error: { code: 1, message: 'whatever' } }, 'done', { how: 'stopped', reason: 'CANCELLED' }],
    [
      { done: true, error: { code: 10, message: 'no tenant' } },
      'done',
      { how: 'failed', reason: 'error code 10', message: 'no tenant' },
    ],
    [{ done: true, error: {} }, 'done', { how: 'failed', reason: 'error code (unreadable)' }],
    [{ done: 'true' }, 'unknown', undefined],
    [{ done: 1 }, 'unknown', undefined],
  ])('with %j is %s', (fields, state, end) => {
    expect(operationOf(fields)).toMatchObject({ job: { state, ...(end && { end }) } });
  });

  it('is still running while its cancel takes effect', () => {
    expect(operationOf({}, { requestedCancellation: true })).toMatchObject({
      isStopping: true,
      job: { state: 'running' },
    });
  });

  it.each([
    ['2026-03-11T10:00:00Z', '2026-03-11T10:00:00.000Z'],
    ['2026-03-11T10:00:00.5Z', '2026-03-11T10:00:00.500Z'],
    ['2026-03-11T10:00:00.123456789Z', '2026-03-11T10:00:00.123Z'],
    ['2026-03-11T11:00:00.999999999+01:00', '2026-03-11T10:00:00.999Z'],
  ])('created %s was created %s', (createTime, iso) => {
    expect(operationOf({}, { createTime })).toMatchObject({ job: { createdAtMs: Date.parse(iso) } });
  });

  it.each(['yesterday', '2026-03-11', '2026-13-11T10:00:00Z', '1970-01-01T00:00:00Z', 1_795_000_000])(
    'doubts the time %j',
    (createTime) => {
      const reading = operationOf({}, { createTime });
      expect('job' in reading && reading.job).toMatchObject({
        doubts: [expect.stringContaining('metadata.createTime')],
      });
      expect('job' in reading && reading.job.createdAtMs).toBeUndefined();
    },
  );

  it.each([{}, { name: 'operations/o1' }, { name: 7 }, undefined, 'text', []])(
    'without a name is unreadable: %j',
    (record) => {
      expect(readOperation(record, found)).toEqual({ unreadable: expect.stringContaining('cannot be judged') });
    },
  );
});

describe('the id of a job', () => {
  it.each([
    '',
    'operation',
    'operation/',
    'operation/a/b',
    'pipeline/etl/default/orders',
    'pipeline/etl//orders/r1',
    'job/etl/default/orders/r1',
    'toString/a/b/c/d',
  ])('is not %j', (id) => {
    expect(() => named({ id })).toThrow(EngineError);
  });

  it('tells where a target is', () => {
    expect(locationOf({ name: 'data-fusion:p/europe-west3' })).toBe('europe-west3');
    expect(() => locationOf({ name: 'data-fusion:p' })).toThrow('is no target of Data Fusion');
  });
});
