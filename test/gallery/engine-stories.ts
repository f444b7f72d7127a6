import type { Owner } from '../../shared/jobs/owner.ts';
import type { JobFields } from '../make.ts';
import { platform } from '../notices/make.ts';
import { tell, type Story } from './story.ts';

// Synthetic: no such cluster, pipeline, queue or person exists.

const none: JobFields = {
  location: undefined,
  statementType: undefined,
  bytesProcessed: undefined,
  slotMs: undefined,
  priority: undefined,
};
const owner: Owner = platform;

const jobs: readonly (readonly [id: string, name: string, job: JobFields])[] = [
  [
    'data-fusion',
    'Cancelled: a pipeline of Data Fusion',
    {
      ...none,
      engine: 'data-fusion',
      target: 'data-fusion:analytics-prod/europe-west1/etl',
      location: 'europe-west1',
      id: 'etl/default/orders/DataPipelineWorkflow/7d2c91f0-0f4e-11f1-a2b4-0242ac120002',
      jobType: 'DataPipelineWorkflow',
      principal: undefined,
      details: { instance: 'etl', namespace: 'default', pipeline: 'orders' },
    },
  ],
  [
    'yandex-data-proc',
    'Cancelled: a Spark job of Data Proc',
    {
      ...none,
      engine: 'yandex-data-proc',
      target: 'yandex-data-proc:b1gfolder',
      project: 'b1gfolder',
      id: 'c9qcluster/c9qjob',
      jobType: 'spark',
      details: { cluster: 'nightly' },
    },
  ],
  [
    'dli',
    'Cancelled: a query of Data Lake Insight',
    {
      ...none,
      engine: 'dli',
      target: 'dli:eu-de/analytics',
      project: 'analytics',
      location: 'eu-de',
      id: '3d7f9a52-6d0c-4c31-9d4e-2f8f6f1c7b10',
      jobType: 'QUERY',
      details: { queue: 'adhoc' },
    },
  ],
];

/** A cancel on each of the other engines. */
export function engineStories(): readonly Story[] {
  return jobs.map(([id, name, job]) => ({
    id,
    name,
    readers: 'the team',
    told: tell({ job, verdict: { owner, rule: 'long-jobs' } }),
  }));
}
