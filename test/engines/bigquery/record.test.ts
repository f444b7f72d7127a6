import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../shared/jobs/job.ts';
import { readJob } from '../../../shared/engines/bigquery/record.ts';
import { valueAt } from '../../../shared/engines/http/read.ts';
import { recorded, recordings, recordingsAreHere } from './recorded.ts';

const found = { target: 'bigquery:p', project: 'p', withText: true };

type Fields = Record<string, unknown>;

function jobOf(record: unknown, withText = true): Job {
  const reading = readJob(record, { ...found, withText });
  if ('unreadable' in reading) throw new Error(reading.unreadable);
  return reading.job;
}

/** The parts of a job that `expected` speaks of; a missing part equals undefined. */
function parts(job: Job, expected: Partial<Job>): Partial<Job> {
  return Object.fromEntries(Object.entries(job).filter(([name]) => Object.hasOwn(expected, name)));
}

/** A synthetic record of a running query; the parts given replace the parts of that name. */
function aRecord(by: { statistics?: Fields; query?: unknown; configuration?: unknown; top?: Fields } = {}): Fields {
  return {
    jobReference: { projectId: 'p', jobId: 'j', location: 'EU' },
    status: { state: 'RUNNING' },
    user_email: 'Ada@Example.com',
    configuration: by.configuration ?? { jobType: 'QUERY', query: { query: 'SELECT 1', priority: 'BATCH' } },
    statistics: {
      creationTime: '1795000000000',
      startTime: '1795000001000',
      query: by.query ?? { statementType: 'SELECT' },
      ...by.statistics,
    },
    ...by.top,
  };
}

describe.runIf(recordingsAreHere)(`readJob on ${recordings}`, () => {
  const robot = '36639933145-b18t01omt9a279kc3gcgiqhqkl8bobhu@developer.gserviceaccount.com';
  const dulcet: Partial<Job> = {
    project: 'dulcet-port-762',
    location: 'US',
    redacted: false,
    principal: robot,
    principalKind: 'serviceAccount',
    jobType: 'query',
    labels: {},
    reservation: null,
    continuous: false,
    priority: 'interactive',
    parentId: null,
    bytesProcessed: undefined,
    bytesEstimated: undefined,
    slotMs: undefined,
    doubts: undefined,
  };
  const cases: readonly [string, Partial<Job>][] = [
    [
      '01-insert-running-query',
      {
        ...dulcet,
        id: 'iS1VF5Yx5L24fyJJ7ldqcY9kqC8',
        state: 'running',
        createdAtMs: 1531510940679,
        startedAtMs: 1531510940820,
        endedAtMs: undefined,
        end: undefined,
        statementType: 'SELECT',
        queryText: 'SELECT ARRAY(SELECT STRUCT([1, 2]))',
        destination:
          'dulcet-port-762._c8f80b09b18bf02fef574ce0508e504ef6d8766a.anon1456fb56e81725e92a19f22434259deb72c97a6f',
      },
    ],
    ['02-insert-query-with-params', { ...dulcet, id: 'McKSuFPCSsjLHhryXwDR90aaQaV', queryText: 'SELECT @val' }],
    ['03-insert-running-create-model', { ...dulcet, state: 'running', statementType: 'CREATE_MODEL' }],
    [
      '07-get-done-copy',
      {
        project: 'cloud-custodian',
        location: 'US',
        id: 'bquxjob_4c28c9a7_16958c2791d',
        state: 'done',
        redacted: false,
        principal: 'person1@example.test',
        principalKind: 'person',
        jobType: 'copy',
        statementType: null,
        priority: null,
        destination: 'cloud-custodian.test.test',
        reservation: null,
        endedAtMs: 1551972334944,
        end: { how: 'succeeded' },
        queryText: undefined,
      },
    ],
    [
      '14-docs-bq-show-failed-extract',
      {
        id: 'bquijob_123x456_789y123z456c',
        location: undefined,
        state: 'done',
        jobType: 'extract',
        end: {
          how: 'failed',
          reason: 'invalid',
          message: 'Operation cannot be performed on a nested schema. Field: author',
        },
      },
    ],
    [
      '15-book-insert-running-2013',
      {
        project: 'bigquery-e2e',
        location: undefined,
        state: 'running',
        redacted: true,
        principal: undefined,
        createdAtMs: undefined,
        startedAtMs: 1378069553719,
        statementType: undefined,
        priority: undefined,
        reservation: undefined,
        parentId: undefined,
      },
    ],
  ];

  it.each(cases)('%s', (name, expected) => {
    const job = jobOf(recorded(name));
    expect(parts(job, expected)).toEqual(expected);
  });

  const redacted: Partial<Job> = {
    redacted: true,
    labels: undefined,
    jobType: undefined,
    statementType: undefined,
    reservation: undefined,
    parentId: undefined,
    continuous: undefined,
    principal: undefined,
  };
  it.each<[string, Partial<Job>]>([
    ['08-list-allusers-minimal', { ...redacted, state: 'done', end: { how: 'succeeded' } }],
    [
      '16-issue-list-minimal-done-error',
      {
        ...redacted,
        state: 'done',
        end: { how: 'failed', reason: 'notFound', message: expect.stringMatching(/^Not/) },
      },
    ],
  ])('%s: without the configuration, a job is redacted', (name, expected) => {
    const job = jobOf(firstJob(recorded(name)));
    expect(parts(job, expected)).toEqual(expected);
  });

  it('04-get-fields-status-statistics-done: without a reference, a record is unreadable', () => {
    expect(readJob(recorded('04-get-fields-status-statistics-done'), found)).toEqual({
      unreadable: expect.stringMatching(/^a record in project p has no readable job id/),
    });
  });

  it('04-get-fields-status-statistics-done: a measured zero is a zero', () => {
    const reference = { jobReference: { jobId: 'j' } };
    expect(jobOf(Object.assign({}, recorded('04-get-fields-status-statistics-done'), reference))).toMatchObject({
      bytesProcessed: 0,
      bytesEstimated: 0,
      slotMs: 3134,
    });
  });
});

function firstJob(list: unknown): unknown {
  const jobs = valueAt(list, 'jobs');
  return Array.isArray(jobs) ? jobs[0] : undefined;
}

describe('readJob', () => {
  const numbers: readonly [unknown, number | undefined, boolean][] = [
    ['42', 42, false],
    [42, 42, false],
    ['0', 0, false],
    [undefined, undefined, false],
    [null, undefined, false],
    ['9007199254740991', 9007199254740991, false],
    ['9007199254740992', undefined, true],
    ['9223372036854775807', undefined, true],
    [9007199254740992, undefined, true],
    ['9'.repeat(100_000), undefined, true],
    ['-1', undefined, true],
    [-1, undefined, true],
    ['1.5', undefined, true],
    [1.5, undefined, true],
    ['1e3', undefined, true],
    ['', undefined, true],
    [' 1', undefined, true],
    ['0x10', undefined, true],
    [true, undefined, true],
    [['1'], undefined, true],
    [{}, undefined, true],
  ];
  it.each(numbers)('reads the int64 %j as %j', (value, expected, doubted) => {
    const job = jobOf(aRecord({ statistics: { totalSlotMs: value } }));
    expect(job.slotMs).toBe(expected);
    expect(job.doubts ?? []).toHaveLength(doubted ? 1 : 0);
    for (const doubt of job.doubts ?? []) expect(doubt).toMatch(/^statistics\.totalSlotMs is .{1,100}$/);
  });

  const times: readonly [string, unknown, string | undefined][] = [
    ['creationTime', '0', 'no plausible time'],
    ['creationTime', '-5', 'less than nothing'],
    ['creationTime', '1795000000', 'no plausible time'],
    ['creationTime', '99999999999999', 'no plausible time'],
    ['creationTime', '2026-11-22T00:00:00Z', 'no exact whole number'],
    ['startTime', '1400000000000', 'before the time it should follow'],
    ['startTime', '1794999999000', undefined],
    ['endTime', '1795000000000', undefined],
    ['endTime', '1794900000000', 'before the time it should follow'],
  ];
  it.each(times)('doubts %s %j where it is absurd', (field, value, says) => {
    const job = jobOf(aRecord({ statistics: { [field]: value } }));
    const read = { creationTime: job.createdAtMs, startTime: job.startedAtMs, endTime: job.endedAtMs };
    expect(valueAt(read, field)).toBe(says === undefined ? Number(value) : undefined);
    expect(job.doubts?.join() ?? '').toContain(says ?? '');
    expect(job.doubts === undefined).toBe(says === undefined);
  });

  it.each([
    [{ totalBytesProcessed: '5', query: { totalBytesProcessed: '7' } }, 7],
    [{ totalBytesProcessed: '7', query: { totalBytesProcessed: '5' } }, 7],
    [{ totalBytesProcessed: '5' }, 5],
    [{ query: { totalBytesProcessed: '5' } }, 5],
    [{ totalBytesProcessed: '5', query: { totalBytesProcessed: 'many' } }, 5],
    [{}, undefined],
  ])('takes the larger known total of %j', (statistics, bytesProcessed) => {
    expect(jobOf(aRecord({ statistics })).bytesProcessed).toBe(bytesProcessed);
  });

  it.each([
    ['PENDING', 'pending'],
    ['RUNNING', 'running'],
    ['DONE', 'done'],
    ['Running', 'unknown'],
    ['PAUSED', 'unknown'],
    [undefined, 'unknown'],
    [7, 'unknown'],
  ])('reads the state %j as %s', (state, expected) => {
    expect(jobOf(aRecord({ top: { status: { state } } })).state).toBe(expected);
  });

  it('finds the state and the end of list items at their top as well', () => {
    const top = { status: undefined, state: 'DONE', errorResult: { reason: 'stopped', message: 'by hand' } };
    expect(jobOf(aRecord({ top }))).toMatchObject({ state: 'done', end: { how: 'stopped', message: 'by hand' } });
  });

  it.each([
    [undefined, { how: 'succeeded' }],
    [
      { reason: 'stopped', message: 'm' },
      { how: 'stopped', reason: 'stopped', message: 'm' },
    ],
    [
      { reason: 'invalidQuery', message: 'm' },
      { how: 'failed', reason: 'invalidQuery', message: 'm' },
    ],
    [{}, { how: 'failed' }],
    [{ reason: 7 }, { how: 'failed' }],
    ['stopped', undefined],
  ])('reads the errorResult %j of a done job as %j', (errorResult, end) => {
    expect(jobOf(aRecord({ top: { status: { state: 'DONE', errorResult } } })).end).toEqual(end);
  });

  it('says nothing of an end while a job is not done', () => {
    expect(jobOf(aRecord({ top: { status: { state: 'RUNNING', errorResult: { reason: 'x' } } } })).end).toBeUndefined();
  });

  it('never takes over debugInfo', () => {
    const errorResult = { reason: 'stopped', message: 'm', debugInfo: 'SECRET-DEBUG-INFO' };
    const job = jobOf(aRecord({ top: { status: { state: 'DONE', errorResult }, errorResult } }));
    expect(JSON.stringify(job)).not.toContain('DEBUG');
  });

  it.each([
    ['Ada@Example.com', undefined, 'ada@example.com', 'person'],
    ['etl@prod.iam.gserviceaccount.com', undefined, 'etl@prod.iam.gserviceaccount.com', 'serviceAccount'],
    ['service-1@gcp-sa-bigquerydatatransfer.iam.gserviceaccount.com', undefined, expect.any(String), 'serviceAccount'],
    ['1@cloudservices.gserviceaccount.com', undefined, expect.any(String), 'serviceAccount'],
    ['p@notgserviceaccount.com', undefined, 'p@notgserviceaccount.com', 'person'],
    ['mallory@gserviceaccount.com.example.com', undefined, expect.any(String), 'person'],
    [undefined, 'serviceAccount:ETL@prod.example', 'etl@prod.example', 'serviceAccount'],
    [undefined, 'user:ada@example.com', 'ada@example.com', 'person'],
    [
      undefined,
      'principal://iam.googleapis.com/a/subject/Ada',
      'principal://iam.googleapis.com/a/subject/ada',
      'external',
    ],
    ['ada@example.com', 'principal://iam.googleapis.com/a/subject/ada', 'ada@example.com', 'external'],
    ['etl@p.iam.gserviceaccount.com', 'principal://iam.googleapis.com/x', expect.any(String), 'serviceAccount'],
    ['principalSet://iam.googleapis.com/x', undefined, 'principalset://iam.googleapis.com/x', 'external'],
    ['not an address', undefined, 'not an address', 'external'],
    ['', undefined, undefined, undefined],
    [7, undefined, undefined, undefined],
  ])('reads user_email %j with subject %j as %s, %s', (user_email, principal_subject, principal, principalKind) => {
    const job = jobOf(aRecord({ top: { user_email, principal_subject } }));
    expect([job.principal, job.principalKind]).toEqual([principal, principalKind]);
    expect(job.redacted).toBe(principal === undefined);
  });

  it.each([
    ['no configuration', { configuration: undefined }],
    ['an empty configuration', { configuration: {} }],
    ['a configuration that is text', { configuration: 'x' }],
    ['no principal', { user_email: undefined }],
  ])('calls a job with %s redacted, and knows nothing to be absent', (_, top) => {
    expect(jobOf(aRecord({ top }))).toMatchObject({ redacted: true, reservation: undefined, parentId: undefined });
  });

  it.each([
    [{ jobType: 'QUERY' }, 'query', 'SELECT'],
    [{ query: {} }, 'query', 'SELECT'],
    [{ jobType: 'UNKNOWN', load: {} }, 'load', null],
    [{ jobType: 'LOAD' }, 'load', null],
    [{ extract: {} }, 'extract', null],
    [{ copy: {} }, 'copy', null],
    [{ jobType: 'ROW_ACCESS' }, 'row_access', null],
    [{ jobType: 'UNKNOWN' }, undefined, undefined],
  ])('derives the kind of work from %j', (configuration, jobType, statementType) => {
    const job = jobOf(aRecord({ configuration }));
    expect([job.jobType, job.statementType]).toEqual([jobType, statementType]);
  });

  it.each([
    [undefined, {}],
    [{}, {}],
    [
      { env: 'prod', empty: '' },
      { env: 'prod', empty: '' },
    ],
    [{ env: 'prod', odd: 7 }, undefined],
    [{ env: null }, undefined],
    [['env'], undefined],
    ['env=prod', undefined],
  ])('reads the labels %j as %j', (labels, expected) => {
    const job = jobOf(aRecord({ configuration: { jobType: 'QUERY', query: {}, labels } }));
    expect(job.labels).toEqual(expected);
    expect(job.doubts === undefined).toBe(expected !== undefined);
  });

  it('takes 10,000 labels, and one named __proto__, for what they are', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`label-${index}`, 'x']));
    const labels = JSON.parse(`{"__proto__": "evil", ${JSON.stringify(many).slice(1)}`);
    const job = jobOf(JSON.parse(JSON.stringify(aRecord({ configuration: { query: {}, labels } }))));
    expect(Object.keys(job.labels ?? {})).toHaveLength(10_001);
    expect(Object.getOwnPropertyDescriptor(job.labels, '__proto__')?.value).toBe('evil');
    expect(Object.getPrototypeOf(job.labels)).toBe(Object.prototype);
  });

  const reserved = 'projects/p/locations/EU/reservations/bi';
  it.each([
    ['a running query without one', {}, null],
    ['a running query with one', { reservation_id: reserved }, reserved],
    ['a pending query', { startTime: undefined, state: 'PENDING' }, undefined],
    ['a pending query with one', { startTime: undefined, state: 'PENDING', reservation_id: reserved }, reserved],
    ['a script', { query: { statementType: 'SCRIPT' } }, undefined],
    ['a query of unknown statement', { query: {} }, undefined],
    ['a query in an unknown state', { state: 'PAUSED' }, undefined],
    ['an unreadable reservation', { reservation_id: 7 }, undefined],
  ])('knows the reservation of %s', (_, { state = 'RUNNING', ...statistics }: Fields, expected) => {
    expect(jobOf(aRecord({ statistics, top: { status: { state } } })).reservation).toBe(expected);
  });

  it('knows the reservation of a load that has started to be none', () => {
    expect(jobOf(aRecord({ configuration: { load: {} } })).reservation).toBeNull();
  });

  it.each([
    [{}, null],
    [{ parentJobId: 'script' }, 'script'],
    [{ parentJobId: 7 }, undefined],
  ])('reads the parent in %j as %j', (statistics, parentId) => {
    expect(jobOf(aRecord({ statistics })).parentId).toBe(parentId);
  });

  it.each([
    [undefined, false],
    [false, false],
    [true, true],
    ['true', undefined],
    [1, undefined],
  ])('reads continuous %j as %j', (continuous, expected) => {
    expect(jobOf(aRecord({ configuration: { query: { continuous } } })).continuous).toBe(expected);
  });

  it.each([
    [{ query: { priority: 'INTERACTIVE' } }, 'interactive'],
    [{ query: { priority: 'BATCH' } }, 'batch'],
    [{ query: {} }, undefined],
    [{ query: { priority: 'URGENT' } }, undefined],
    [{ load: {} }, null],
  ])('reads the priority in %j as %j', (configuration, priority) => {
    expect(jobOf(aRecord({ configuration })).priority).toBe(priority);
  });

  const table = { projectId: 'p', datasetId: 'd', tableId: 't' };
  it.each([
    [{ query: { destinationTable: table } }, 'p.d.t'],
    [{ load: { destinationTable: table } }, 'p.d.t'],
    [{ copy: { destinationTable: table } }, 'p.d.t'],
    [{ extract: { destinationUris: ['gs://b/a', 'gs://b/b'] } }, 'gs://b/a'],
    [{ query: {} }, null],
    [{ extract: {} }, null],
    [{ extract: { destinationUris: [] } }, undefined],
    [{ query: { destinationTable: { projectId: 'p' } } }, undefined],
    [{ query: { destinationTable: 7 } }, undefined],
  ])('reads the destination in %j as %j', (configuration, destination) => {
    expect(jobOf(aRecord({ configuration })).destination).toBe(destination);
  });

  it('keeps the text of a statement only where it was asked for', () => {
    expect(jobOf(aRecord()).queryText).toBe('SELECT 1');
    expect(jobOf(aRecord(), false)).not.toHaveProperty('queryText');
  });

  it.each([
    [{ id: 'p:EU.j' }, 'the record of job p:EU.j in project p has no readable job id'],
    [{ jobReference: { jobId: 7 } }, 'the record of job 7 in project p'],
    [{ jobReference: { jobId: '' }, id: 'x\ny' }, 'in project p'],
    [{ jobReference: 'j' }, 'a record in project p'],
    ['a job', 'a record in project p'],
    [null, 'a record in project p'],
    [[], 'a record in project p'],
  ])('calls %j unreadable', (record, says) => {
    expect(readJob(record, found)).toEqual({ unreadable: expect.stringContaining(says) });
  });
});

describe('readJob on anything', () => {
  /** Records with the right names and anything at all in their places. */
  const anything = fc.jsonValue({ maxDepth: 3 });
  const sized = fc.oneof(anything, fc.bigInt().map(String), fc.integer(), fc.constant(undefined));
  const crooked = fc.record(
    {
      id: anything,
      jobReference: fc.oneof(fc.record({ jobId: fc.string(), projectId: anything, location: anything }), anything),
      status: fc.oneof(fc.record({ state: fc.constantFrom('DONE', 'RUNNING', 7), errorResult: anything }), anything),
      user_email: fc.oneof(fc.string(), anything),
      principal_subject: anything,
      configuration: fc.oneof(
        fc.record({ jobType: anything, labels: anything, query: anything, extract: anything }, { requiredKeys: [] }),
        anything,
      ),
      statistics: fc.oneof(
        fc.record(
          {
            creationTime: sized,
            startTime: sized,
            endTime: sized,
            totalSlotMs: sized,
            totalBytesProcessed: sized,
            numChildJobs: sized,
            parentJobId: anything,
            query: fc.oneof(anything, fc.record({ totalSlotMs: sized, estimatedBytesProcessed: sized })),
          },
          { requiredKeys: [] },
        ),
        anything,
      ),
    },
    { requiredKeys: [] },
  );

  it('never throws, and answers a job or a sentence', () => {
    fc.assert(
      fc.property(fc.oneof(anything, crooked), (record) => {
        const reading = readJob(record, found);
        expect('unreadable' in reading ? reading.unreadable : reading.job.id).not.toBe('');
      }),
    );
  });

  const places = {
    createdAtMs: ['creationTime'],
    startedAtMs: ['startTime'],
    endedAtMs: ['endTime'],
    bytesProcessed: ['totalBytesProcessed', 'query.totalBytesProcessed'],
    bytesEstimated: ['query.estimatedBytesProcessed'],
    slotMs: ['totalSlotMs', 'query.totalSlotMs'],
    children: ['numChildJobs'],
  } as const;

  /** A number, or one in text; what an object would turn into is neither. */
  const numberIn = (value: unknown) => (typeof value === 'object' ? Number.NaN : Number(value));

  /** The metrics of a job that are neither unknown nor a whole number ≥ 0 that stands in the record. */
  function invented(job: Job, record: unknown): string[] {
    return Object.entries(places).flatMap(([metric, paths]) => {
      const value = valueAt(job, metric);
      const held = paths.map((path) => numberIn(valueAt(record, `statistics.${path}`)));
      const stands = Number.isSafeInteger(value) && Number(value) >= 0 && held.includes(Number(value));
      return value === undefined || stands ? [] : [metric];
    });
  }

  it('never makes a number of a metric that the record does not hold', () => {
    const property = fc.property(crooked, (record) => {
      const job = jobOf({ ...record, jobReference: { jobId: 'j' } });
      expect(invented(job, record)).toEqual([]);
    });
    expect(() => fc.assert(property, { numRuns: 300 })).not.toThrow();
  });

  it('finds the metrics that a record does hold', () => {
    const job = jobOf(aRecord({ statistics: { totalSlotMs: '7' } }));
    expect([
      job.slotMs,
      invented(job, aRecord()),
      invented(job, aRecord({ statistics: { totalSlotMs: '7' } })),
    ]).toEqual([7, ['slotMs'], []]);
  });
});
