import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainJob } from '../../../shared/engines/bigquery/plain-record.ts';
import { readJob, readWithCare } from '../../../shared/engines/bigquery/record.ts';

// Synthetic: no such project, person or job exists.

const found = { target: 'bigquery:p', project: 'p', location: undefined, withText: false };

/** What may stand in the place of anything. */
const texts = ['', 'x', '-0', '007', '9007199254740993', '1e5', ' 7'];
const nonsense: readonly unknown[] = [...texts, null, 7, -1, 1.5, true, false, [], ['a'], {}, { a: 1 }];
const strange = fc.constantFrom(...nonsense);

/** A usual value; now and then nothing at all, or something strange. */
function usually(usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 400, arbitrary: usual },
    { weight: 24, arbitrary: fc.constant(undefined) },
    { weight: 4, arbitrary: strange },
  );
}

/** Most often one of the first; now and then one of the others. */
function mostly(first: readonly unknown[], others: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...first) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

const number = mostly(['0', '1', '12345', '999999999999999'], ['9007199254740991', '9007199254740993', '-3', 42, '']);
const began = mostly(['1795000000000', '1795000001000', '1794999980000'], ['1795000000000000', '5', 1_795_000_000_000]);
const time = mostly(['1795000000000', '1795000001000', '1794999980000'], ['1794999000000', '4102444800000', null]);
const name = fc.constantFrom('p', 'finance-prod', 'EU', 'tables');
const table = fc.record({ projectId: usually(name), datasetId: usually(name), tableId: usually(name) });
const labels = mostly([{}, { env: 'prod', team: '' }], [{ env: 1 }, JSON.parse('{"__proto__":"a"}')]);
const words = mostly(['RUNNING', 'PENDING'], ['DONE', 'NEW']);

const query = fc.record({
  priority: usually(mostly(['INTERACTIVE', 'BATCH'], ['SOME'])),
  continuous: usually(fc.constantFrom(false, true)),
  destinationTable: usually(table),
});
const moved = fc.record({ destinationTable: usually(table) });

const configuration = fc.record({
  jobType: usually(mostly(['QUERY', 'QUERY', 'QUERY', 'LOAD', 'EXTRACT', 'COPY'], ['query', 'UNKNOWN', '__proto__'])),
  labels: usually(labels),
  query: usually(query),
  load: usually(moved),
  copy: usually(moved),
  extract: usually(fc.record({ destinationUris: usually(fc.constantFrom<unknown[]>(['gs://a/b'], [], [7])) })),
});

const statistics = fc.record({
  creationTime: usually(began),
  startTime: usually(time),
  endTime: fc.oneof({ weight: 19, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: usually(time) }),
  totalBytesProcessed: usually(number),
  totalSlotMs: usually(number),
  numChildJobs: usually(number),
  parentJobId: usually(fc.constantFrom(undefined, 'script')),
  reservation_id: usually(fc.constantFrom(undefined, 'admin:EU.prod')),
  edition: usually(fc.constantFrom(undefined, 'ENTERPRISE')),
  query: usually(
    fc.record({
      statementType: usually(fc.constantFrom('SELECT', 'SCRIPT', 'MERGE')),
      estimatedBytesProcessed: usually(number),
      totalBytesProcessed: usually(number),
      totalSlotMs: usually(number),
    }),
  ),
});

const record = fc.record({
  jobReference: usually(
    fc.record({ projectId: usually(name), jobId: usually(fc.constant('j')), location: usually(name) }),
  ),
  state: usually(words),
  status: usually(fc.record({ state: usually(words) })),
  user_email: usually(fc.constantFrom('Ada@Example.com', 'etl@p.iam.gserviceaccount.com')),
  principal_subject: usually(fc.constantFrom(undefined, 'user:ada@example.com', 'principal://iam/x')),
  configuration: usually(configuration),
  statistics: usually(statistics),
});

/** As they come off the wire: what is undefined is not there. */
const listed = usually(record).map((one): unknown => (one === undefined ? undefined : JSON.parse(JSON.stringify(one))));

describe('a record that is read the fast way', () => {
  it('is the same job as when it is read with care, field by field, and so is any other record', () => {
    fc.assert(
      fc.property(listed, (one) => {
        expect(readJob(one, found)).toStrictEqual(readWithCare(one, found));
      }),
      { numRuns: 1500 },
    );
  });

  it('has nothing strange in it, as nearly all of a page', () => {
    const all = fc.sample(listed, 1000).map((one) => plainJob(one, found));
    expect(all.filter((job) => job !== undefined).length).toBeGreaterThan(50);
    expect(all.filter((job) => job === undefined).length).toBeGreaterThan(50);
  });

  it('is none of those that were fetched with their statement, nor one that has ended', () => {
    const usual = {
      jobReference: { projectId: 'p', jobId: 'j', location: 'EU' },
      status: { state: 'RUNNING' },
      user_email: 'ada@example.com',
      configuration: { jobType: 'QUERY', query: { priority: 'BATCH' } },
      statistics: { creationTime: '1795000000000', startTime: '1795000001000', query: { statementType: 'SELECT' } },
    };
    expect(plainJob(usual, found)).toMatchObject({ id: 'j', priority: 'batch', reservation: null });
    expect(plainJob(usual, { ...found, withText: true })).toBeUndefined();
    expect(plainJob({ ...usual, status: { state: 'DONE' } }, found)).toBeUndefined();
  });
});
