import { describe, expect, it } from 'vitest';
import { plainText } from '../../shared/notices/render.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aNotice, aTell, notices, platform } from './make.ts';

// Synthetic: no such project, instance, cluster, queue or job exists.

type Fields = Partial<Job>;

const fusion: Fields = { engine: 'data-fusion', project: 'ingest', location: 'europe-west3', statementType: null };
const dataProc: Fields = { engine: 'yandex-data-proc', project: 'b1gfolder', location: 'ru-central1-a' };
const dli: Fields = { engine: 'dli', project: '6f2a90c1', location: 'eu-de', jobType: 'query' };
const details = { instance: 'etl', namespace: 'default', pipeline: 'orders' };

/** A job of a team, how the title begins, and how the job is named. */
const table: readonly (readonly [what: string, job: Fields, title: string, named: string])[] = [
  [
    'a run of a pipeline',
    { ...fusion, id: 'pipeline/etl/default/orders/run-1', jobType: 'pipeline', details },
    'A Data Fusion pipeline run of data-platform was cancelled',
    'Run run-1 of the pipeline orders in the instance etl (ingest, europe-west3)',
  ],
  [
    'a run in a namespace of its own',
    {
      ...fusion,
      id: 'stream/etl/sales/clicks/run-2',
      details: { instance: 'etl', namespace: 'sales', pipeline: 'clicks' },
    },
    'A Data Fusion streaming run of',
    'Run run-2 of the pipeline clicks in the instance etl and namespace sales (ingest',
  ],
  [
    'a replication',
    { ...fusion, id: 'replication/etl/default/orders/run-3', details },
    'A Data Fusion replication run of',
    'Run run-3 of the pipeline orders',
  ],
  [
    'an operation',
    { ...fusion, id: 'operation/operation-1', jobType: 'upgrade', details: { instance: 'etl' } },
    'A Data Fusion operation of',
    'Upgrade operation operation-1 on the instance etl (ingest',
  ],
  [
    'a job of a cluster',
    { ...dataProc, id: 'c9q1/c9q2', jobType: 'pyspark', details: { cluster: 'playground' } },
    'A Data Proc job of data-platform was cancelled',
    'Pyspark job c9q2 on the cluster playground (b1gfolder, ru-central1-a)',
  ],
  [
    'a job of a cluster without a name',
    { ...dataProc, id: 'c9q1/c9q2', jobType: 'hive', details: {} },
    'A Data Proc job of',
    'Hive job c9q2 on the cluster c9q1 (b1gfolder',
  ],
  [
    'an SQL job',
    { ...dli, id: '208b08d4', details: { queue: 'shared' } },
    'A DLI SQL job of data-platform was cancelled',
    'SQL job 208b08d4 in the queue shared (6f2a90c1, eu-de)',
  ],
  [
    'a Spark batch of an unknown queue',
    { ...dli, id: 'batches/6145a791', jobType: 'spark-batch', details: {} },
    'A DLI Spark batch of',
    'Spark batch 6145a791 (6f2a90c1',
  ],
];

describe('a message about another engine than BigQuery', () => {
  it.each(table)('names %s in the words of its engine', (_, job, title, named) => {
    const text = plainText(aNotice({ job, verdict: { owner: platform } }));
    expect(text.startsWith(title), text).toBe(true);
    expect(text).toContain(`\n${named}`);
    expect(text).not.toMatch(/BigQuery|\bbq\b|partition\b.*undefined/);
  });

  it.each([
    ['SELECT', 'A SELECT: no table was changed.'],
    [undefined, 'What it had written by then stays. Check what it writes to.'],
  ])('says of a cancelled %s what that means for its data', (statementType, says) => {
    const job = { ...dli, id: '208b08d4', statementType };
    expect(plainText(aNotice({ job }))).toContain(says);
  });
});

describe('a message about several jobs', () => {
  const together = (...jobs: readonly Fields[]) => {
    const tells = jobs.map((job) => aTell({ job, verdict: { owner: platform } }));
    const [notice] = notices({ tells });
    return notice === undefined ? '' : plainText(notice).split('\n', 1)[0];
  };
  const batch = (id: string): Fields => ({ ...dli, id: `batches/${id}`, jobType: 'spark-batch' });

  it.each([
    ['of one kind', [batch('1'), batch('2')], '2 DLI Spark batches of data-platform were cancelled'],
    ['of one engine', [batch('1'), { ...dli, id: '2' }], '2 DLI jobs of data-platform were cancelled'],
    ['of two engines', [batch('1'), { ...dataProc, id: 'c/j' }], '2 jobs of data-platform were cancelled'],
  ])('%s calls them what they have in common', (_, jobs, title) => {
    expect(together(...jobs)).toBe(title);
  });
});
