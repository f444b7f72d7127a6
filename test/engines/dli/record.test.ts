import { describe, expect, it } from 'vitest';
import { readBatch } from '../../../shared/engines/dli/batch-record.ts';
import { readSqlJob } from '../../../shared/engines/dli/sql-record.ts';
import { isFields } from '../../../shared/engines/http/read.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { sample, samples, samplesAreHere } from '../samples.ts';

const place = { cloud: 'otc', region: 'eu-de', project: 'p1' } as const;
const found = { target: 'dli:otc/eu-de/p1', place, withText: true };

function sqlJob(record: unknown, withText = true): Job {
  const reading = readSqlJob(record, { ...found, withText });
  if ('unreadable' in reading) throw new Error(reading.unreadable);
  return reading.job;
}

function batch(record: unknown, asked: readonly string[] = []): Job {
  const reading = readBatch(record, { ...found, wasAsked: (id) => asked.includes(id) });
  if ('unreadable' in reading) throw new Error(reading.unreadable);
  return reading.job;
}

/** Synthetic. */
const aSqlRecord = {
  job_id: 'j1',
  job_type: 'QUERY',
  queue_name: 'default',
  owner: 'Ada',
  start_time: 1795000000000,
  duration: 5000,
  status: 'RUNNING',
  input_size: 100,
  statement: 'select 1',
};
const aBatchRecord = {
  id: 'b1',
  state: 'running',
  owner: 'Ada',
  create_time: 1795000000000,
  update_time: 1795000009000,
};

const firstOf = (value: unknown, key: string): unknown =>
  isFields(value) && Array.isArray(value[key]) ? value[key][0] : undefined;

const common = {
  engine: 'dli',
  target: 'dli:otc/eu-de/p1',
  project: 'p1',
  location: 'eu-de',
  redacted: false,
  continuous: false,
  parentId: null,
  children: 0,
};

describe.runIf(samplesAreHere)(`what is read in ${samples}`, () => {
  it('reads an SQL job of a listing', () => {
    expect(sqlJob(firstOf(sample('dli-sql-jobs-list'), 'jobs'), false)).toEqual({
      ...common,
      id: '37286cc7-0508-4ffd-b636-951c8a5c75de',
      state: 'done',
      createdAtMs: 1502349803729,
      startedAtMs: 1502349803729,
      endedAtMs: 1502349821460,
      principal: 'tenant1',
      jobType: 'query',
      statementType: 'SELECT',
      details: { queue: 'queue1' },
      labels: {},
      bytesProcessed: 0,
      slotMs: undefined,
      end: { how: 'succeeded' },
    });
  });

  it('reads the status of an SQL job', () => {
    expect(sqlJob(sample('dli-sql-job-status'))).toEqual({
      ...common,
      id: '208b08d4-0dc2-4dd7-8879-ddd4c020d7aa',
      state: 'done',
      createdAtMs: 1509335108918,
      startedAtMs: 1509335108918,
      endedAtMs: 1509335108918 + 2523,
      principal: 'test',
      jobType: 'query',
      statementType: 'SELECT',
      details: { queue: 'default' },
      labels: {},
      bytesProcessed: 22,
      slotMs: undefined,
      queryText: 'select * from t1',
      end: { how: 'succeeded' },
    });
  });

  it('reads a dead Spark batch of a listing, whose owner it does not tell', () => {
    const job = batch(firstOf(sample('dli-spark-batches-list'), 'sessions'));
    expect(job).toMatchObject({
      ...common,
      id: 'batches/178fa687-2e8a-41ed-a439-b00de60bb176',
      state: 'done',
      createdAtMs: 1531906043036,
      details: { queue: 'test' },
      end: { how: 'failed', reason: 'dead' },
    });
    expect(job.principal).toBeUndefined();
  });

  it('reads a starting Spark batch of Huawei Cloud', () => {
    expect(batch(sample('huawei-spark-batch'))).toEqual({
      ...common,
      id: 'batches/6145a791-81a4-4edb-b2d2-ea599caf6550',
      state: 'pending',
      createdAtMs: 1634285547245,
      principal: 'terraform',
      jobType: 'spark-batch',
      statementType: null,
      details: { queue: 'terraform_test' },
    });
  });

  it('reads a state that begins with a capital', () => {
    expect(batch(sample('dli-spark-batch-state'))).toMatchObject({ state: 'done', end: { how: 'succeeded' } });
  });
});

describe('the state of an SQL job', () => {
  it.each([
    ['LAUNCHING', 'pending', undefined],
    ['RUNNING', 'running', undefined],
    ['FINISHED', 'done', { how: 'succeeded' }],
    ['FAILED', 'done', { how: 'failed', reason: 'FAILED', message: 'no such table' }],
    ['CANCELLED', 'done', { how: 'stopped', reason: 'CANCELLED' }],
    ['SCALING', 'unknown', undefined],
    ['COMPUTED', 'unknown', undefined],
    ['SUSPENDED', 'unknown', undefined],
    ['ACTIVE', 'unknown', undefined],
    ['DELETED', 'unknown', undefined],
    ['CREATING', 'unknown', undefined],
    ['toString', 'unknown', undefined],
    [undefined, 'unknown', undefined],
  ])('is, for %s, %s', (status, state, end) => {
    const job = sqlJob({ ...aSqlRecord, status, message: 'no such table' });
    expect(job.state).toBe(state);
    expect(job.end).toEqual(end);
  });

  it.each(['RESTART_QUEUE', 'SCALE_QUEUE', 'scale_queue'])(
    'is unknown for the queue operation %s, whatever it says',
    (type) => {
      expect(sqlJob({ ...aSqlRecord, job_type: type }).state).toBe('unknown');
    },
  );
});

describe('the state of a Spark batch', () => {
  it.each([
    ['starting', 'pending', undefined],
    ['running', 'running', undefined],
    ['RUNNING', 'running', undefined],
    ['recovering', 'running', undefined],
    ['success', 'done', 'succeeded'],
    ['dead', 'done', 'failed'],
    ['idle', 'unknown', undefined],
    [undefined, 'unknown', undefined],
  ])('is, for %s, %s', (word, state, how) => {
    const job = batch({ ...aBatchRecord, state: word });
    expect([job.state, job.end?.how]).toEqual([state, how]);
  });

  it('is cancelled where it is dead after its cancel was accepted', () => {
    const job = batch({ ...aBatchRecord, state: 'dead' }, ['batches/b1']);
    expect(job.end).toEqual({ how: 'stopped', reason: 'dead', message: expect.stringContaining('cancel') });
  });
});

describe('the kind of work of an SQL job', () => {
  it.each([
    ['QUERY', 'select * from t', 'query', 'SELECT'],
    ['QUERY', '  -- note\n/* more */ (SELECT 1)', 'query', 'SELECT'],
    ['QUERY', 'WITH a AS (SELECT 1) SELECT * FROM a', 'query', 'SELECT'],
    ['QUERY', 'WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a', 'query', undefined],
    ['QUERY', 'show tables', 'query', undefined],
    ['QUERY', '', 'query', undefined],
    ['QUERY', '/* unfinished select', 'query', undefined],
    ['INSERT', 'insert into t select 1', 'insert', 'INSERT'],
    ['DDL', 'create table t as select 1', 'ddl', 'DDL'],
    ['IMPORT', undefined, 'import', null],
    ['DATA_MIGRATION', undefined, 'data_migration', null],
    [undefined, 'select 1', undefined, undefined],
  ])('is, for %s and %j, %s with %s', (job_type, statement, jobType, statementType) => {
    const job = sqlJob({ ...aSqlRecord, job_type, statement });
    expect([job.jobType, job.statementType]).toEqual([jobType, statementType]);
  });

  it('does not take long over a statement full of brackets and comments', () => {
    const statement = '(/* a */ -- b\n'.repeat(100_000);
    expect(sqlJob({ ...aSqlRecord, statement }).statementType).toBeUndefined();
  });
});

describe('the numbers of an SQL job', () => {
  it.each([
    ['RUNNING', 0, undefined],
    ['RUNNING', 5, 5],
    ['RUNNING', '9007199254740993', undefined],
    ['FINISHED', 0, 0],
    ['LAUNCHING', undefined, undefined],
  ])('takes, while it is %s, input_size %j for %s bytes', (status, input_size, bytes) => {
    expect(sqlJob({ ...aSqlRecord, status, input_size }).bytesProcessed).toBe(bytes);
  });

  it("takes Huawei's cpu_cost for slot time", () => {
    expect(sqlJob({ ...aSqlRecord, cpu_cost: '7200000' }).slotMs).toBe(7_200_000);
    expect(sqlJob({ ...aSqlRecord, cpu_cost: '0' }).slotMs).toBeUndefined();
  });

  it('knows no start of a job that waits', () => {
    const job = sqlJob({ ...aSqlRecord, status: 'LAUNCHING' });
    expect([job.createdAtMs, job.startedAtMs]).toEqual([1795000000000, undefined]);
  });

  it.each([[1795000000], ['yesterday'], [-1]])('takes %j for no time, and says so', (start_time) => {
    const job = sqlJob({ ...aSqlRecord, start_time });
    expect([job.createdAtMs, job.startedAtMs]).toEqual([undefined, undefined]);
    expect(job.doubts).toEqual([expect.stringContaining('start_time')]);
  });
});

describe('the labels of a job', () => {
  it.each([
    [undefined, {}],
    [[], {}],
    [[{ key: 'team', value: 'growth' }, { key: 'bare' }], { team: 'growth', bare: '' }],
    [[{ key: 'team', value: 7 }], undefined],
    ['team=growth', undefined],
  ])('are, for the tags %j, %j', (tags, labels) => {
    expect(sqlJob({ ...aSqlRecord, tags }).labels).toEqual(labels);
  });

  it('are not known of a Spark batch, which has none to tell', () => {
    expect(batch(aBatchRecord).labels).toBeUndefined();
  });
});

describe('what cannot be read', () => {
  it.each([[{}], [{ job_id: 7 }], [null], ['text'], [[]]])('takes %j for no SQL job', (record) => {
    expect(readSqlJob(record, found)).toEqual({ unreadable: expect.stringContaining('p1') });
  });

  it.each([[{}], [{ id: 7 }], [null]])('takes %j for no Spark batch', (record) => {
    expect(readBatch(record, { ...found, wasAsked: () => false })).toEqual({
      unreadable: expect.stringContaining('p1'),
    });
  });

  it('keeps the statement only where it was asked for', () => {
    expect([sqlJob(aSqlRecord).queryText, sqlJob(aSqlRecord, false).queryText]).toEqual(['select 1', undefined]);
  });
});
