import { describe, expect, it } from 'vitest';
import { readOperation } from '../../../shared/engines/data-fusion/operation-record.ts';
import { readRun } from '../../../shared/engines/data-fusion/run-record.ts';
import { parsed } from '../../../shared/engines/http/json.ts';
import { valueAt } from '../../../shared/engines/http/read.ts';
import { statusFailure, usualComplaint } from '../../../shared/engines/http/status.ts';
import { examplesIn, samples, samplesAreHere, samplesNamed } from '../recorded.ts';

const found = {
  target: 'data-fusion:my-project/us-central1',
  project: 'my-project',
  location: 'us-central1',
  instance: { labels: {} },
};
const name = { kind: 'pipeline', instance: 'etl', namespace: 'default', pipeline: 'orders' } as const;
const operation = (record: unknown) => readOperation(record, found);
const run = (record: unknown) => readRun(record, { ...name, run: String(valueAt(record, 'runid')) }, found);
const listed = (page: unknown) => {
  const operations = valueAt(page, 'operations');
  return Array.isArray(operations) ? operations.map(operation) : [];
};
const failure = (body: unknown) => {
  const { failure, retryable, status } = statusFailure(
    Number(valueAt(body, 'error.code')),
    usualComplaint(JSON.stringify(body)),
  );
  return { failure, retryable, status };
};
const elements = (list: unknown) => (Array.isArray(list) ? list.map(run) : []);

const creating = {
  engine: 'data-fusion',
  project: 'my-project',
  location: 'us-central1',
  jobType: 'create',
  details: { instance: 'etl' },
};

/** Each documented answer, how it is read, and what comes of it. */
const table: readonly (readonly [file: string, index: number, (value: never) => unknown, unknown])[] = [
  [
    'datafusion-operations-list',
    0,
    listed,
    [
      {
        isStopping: false,
        job: {
          ...creating,
          id: 'operation/operation-1767261600000-aaaa-bbbb-cccc',
          state: 'running',
          createdAtMs: Date.parse('2026-01-01T10:00:00.123Z'),
        },
      },
    ],
  ],
  ['datafusion-operation-cancelled', 0, (answer) => parsed(JSON.stringify(answer)), {}],
  [
    'datafusion-operation-cancelled',
    1,
    operation,
    {
      isStopping: false,
      job: {
        ...creating,
        id: 'operation/operation-1',
        state: 'done',
        endedAtMs: Date.parse('2026-01-01T10:30:00Z'),
        end: { how: 'stopped', reason: 'CANCELLED' },
      },
    },
  ],
  ['datafusion-operation-cancelled', 2, failure, { failure: 'rejected', retryable: false, status: 501 }],
  [
    'cdap-run-records',
    0,
    elements,
    [
      {
        job: {
          id: 'pipeline/etl/default/orders/cad83d45-ecfb-4bf8-8cdb-4928a5601b0e',
          state: 'unknown',
          createdAtMs: 1_415_051_892_000,
          startedAtMs: 1_415_051_892_000,
        },
      },
    ],
  ],
  [
    'cdap-run-records',
    1,
    elements,
    [
      {
        isStopping: false,
        job: {
          id: 'pipeline/etl/default/orders/0ce13912-e980-11e4-a7d7-8cae4cfd0e64',
          state: 'running',
          createdAtMs: 1_767_261_600_000,
          startedAtMs: 1_767_261_900_000,
          details: { instance: 'etl', namespace: 'default', pipeline: 'orders' },
        },
      },
    ],
  ],
];

/** Answers to calls that Jobwarden does not make: one run per program is not enough, and the dashboard is called beta. */
const notAskedFor = new Set(['cdap-batch-latest-runs', 'cdap-dashboard']);

describe.runIf(samplesAreHere)(`${samples} of Data Fusion`, () => {
  it.each(table)('%s, example %i, is read as documented', (file, index, read, expected) => {
    const example = examplesIn(file)[index];
    expect(example).toBeDefined();
    expect(Reflect.apply(read, undefined, [example])).toMatchObject(Object(expected));
  });

  it('are all here: each file is read, or of a call that is not made', () => {
    const read = new Map(table.map(([file]) => [file, table.filter((row) => row[0] === file).length]));
    const names = samplesNamed('datafusion', 'cdap').filter((one) => !notAskedFor.has(one));
    expect(names.map((one) => [one, examplesIn(one).length])).toEqual(names.map((one) => [one, read.get(one)]));
  });
});
