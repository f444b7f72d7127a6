import { describe, expect, it, onTestFinished } from 'vitest';
import { readSqlJob } from '../../../shared/engines/dli/sql-record.ts';
import { dli } from '../../../shared/engines/dli.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { aBudget } from '../../contracts/engine.ts';
import { aJob } from '../../make.ts';
import { samplesNamed } from '../recorded.ts';
import { sample, samples, samplesAreHere } from '../samples.ts';
import { json, serve, type Reply } from '../scripted-bigquery.ts';

const target = { engine: 'dli', name: 'dli:otc/eu-de/p', project: 'p' } as const;

function dliJob(id: string, jobType = 'query'): Job {
  return aJob({ engine: 'dli', target: target.name, project: 'p', location: 'eu-de', id, jobType });
}

/** An engine whose service always answers with the same. */
async function anEngine(reply: Reply) {
  const server = await serve(reply);
  onTestFinished(() => server.close());
  return { server, ...dli({ endpoint: server.url, now: Date.now, random: () => 0 }) };
}

/** Read here, in `record.test.ts`, in `sign.test.ts`, and by the stand-in's own test. */
const read = new Set([
  'dli-sql-job-status',
  'dli-sql-job-cancel',
  'dli-sql-job-detail',
  'dli-sql-job-progress',
  'dli-sql-jobs-list',
  'dli-spark-batch-cancel',
  'dli-spark-batch-state',
  'dli-spark-batches-list',
  'huawei-spark-batch',
  'dli-error',
  'huawei-aksk-test-vector',
  'otc-iam-token',
]);
/** Answers to calls that Jobwarden does not make: Flink jobs run for ever, queues are left alone, projects are named. */
const notAskedFor = new Set(['dli-flink-jobs-list', 'dli-flink-jobs-stop', 'dli-queues-list', 'otc-iam-projects']);

describe.runIf(samplesAreHere)(`what becomes of ${samples}`, () => {
  it('fetches the documented SQL job', async () => {
    const { source } = await anEngine(json(sample('dli-sql-job-status')));
    const found = await source.get(dliJob('208b08d4-0dc2-4dd7-8879-ddd4c020d7aa'), aBudget());
    expect(found).toMatchObject({ state: 'done', principal: 'test', queryText: 'select * from t1' });
  });

  it('fetches the documented Spark batch', async () => {
    const { source } = await anEngine(json(sample('huawei-spark-batch')));
    const found = await source.get(dliJob('batches/6145a791-81a4-4edb-b2d2-ea599caf6550'), aBudget());
    expect(found).toMatchObject({ state: 'pending', jobType: 'spark-batch', principal: 'terraform' });
  });

  it('takes the documented answers to a cancel for accepted', async () => {
    const sql = await anEngine(json(sample('dli-sql-job-cancel')));
    expect(await sql.canceller.cancel(dliJob('j'), aBudget())).toEqual({ kind: 'accepted' });
    const batch = await anEngine(json(sample('dli-spark-batch-cancel')));
    const job = dliJob('batches/b', 'spark-batch');
    expect(await batch.canceller.cancel(job, aBudget())).toEqual({ kind: 'accepted' });
  });

  it('quotes the documented error of a request', async () => {
    const { source, canceller } = await anEngine(json(sample('dli-error'), 400));
    const said = 'the request was not accepted (HTTP 400 DLI.0001: The format of message is error)';
    await expect(source.get(dliJob('j'), aBudget())).rejects.toThrow(said);
    await expect(canceller.cancel(dliJob('j'), aBudget())).rejects.toThrow(said);
  });

  it('takes the documented error of a missing object for a job that is not there', async () => {
    const { source, canceller } = await anEngine(json(sample('dli-error', 1), 400));
    expect(await source.get(dliJob('j'), aBudget())).toBeUndefined();
    expect(await canceller.cancel(dliJob('j'), aBudget())).toEqual({ kind: 'gone' });
  });

  it('does not take a listing that fails with that error for an empty one', async () => {
    const { source } = await anEngine(json(sample('dli-error', 1), 400));
    const pages = source.list(target, aBudget())[Symbol.asyncIterator]();
    await expect(pages.next()).rejects.toThrow('There is no queue named testqueue');
  });

  it.each(['dli-sql-job-detail', 'dli-sql-job-progress'])('makes nothing that could be cancelled of %s', (name) => {
    const place = { cloud: 'otc', region: 'eu-de', project: 'p' } as const;
    const reading = readSqlJob(sample(name), { target: target.name, place, withText: false });
    expect('job' in reading && (reading.job.state === 'unknown' || reading.job.jobType === undefined)).toBe(true);
  });

  it('leaves out none of them', () => {
    expect(samplesNamed('dli', 'huawei', 'otc').toSorted()).toEqual([...read, ...notAskedFor].toSorted());
  });
});
