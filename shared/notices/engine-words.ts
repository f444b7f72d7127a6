import type { EngineName, Job } from '../jobs/job.ts';
import type { NoticeJob } from './notice.ts';

type Named = Pick<NoticeJob, 'engine' | 'id'>;
type Words = readonly [one: string, many: string];

const fusionKinds: Readonly<Record<string, Words>> = {
  pipeline: ['Data Fusion pipeline run', 'Data Fusion pipeline runs'],
  stream: ['Data Fusion streaming run', 'Data Fusion streaming runs'],
  replication: ['Data Fusion replication run', 'Data Fusion replication runs'],
  operation: ['Data Fusion operation', 'Data Fusion operations'],
};

const kinds: Readonly<Record<EngineName, (id: string) => Words>> = {
  bigquery: () => ['BigQuery job', 'BigQuery jobs'],
  'data-fusion': (id) => fusionKinds[id.split('/')[0] ?? ''] ?? ['Data Fusion job', 'Data Fusion jobs'],
  'yandex-data-proc': () => ['Data Proc job', 'Data Proc jobs'],
  dli: (id) => (id.startsWith('batches/') ? ['DLI Spark batch', 'DLI Spark batches'] : ['DLI SQL job', 'DLI SQL jobs']),
};

/** What a job is in the words of its engine, as its id tells: one, and several of them. */
export function kindWords({ engine, id }: Named): Words {
  return kinds[engine](id);
}

const inside = (what: string, name: string | undefined): string => (name === undefined ? '' : ` ${what} ${name}`);

function calledInDataFusion({ id, jobType, details }: Job): string {
  const parts = id.split('/');
  const instance = details?.instance;
  if (parts[0] === 'operation')
    return `${jobType ?? ''} operation ${parts[1] ?? id}${inside('on the instance', instance)}`.trim();
  const namespace = details?.namespace === 'default' ? undefined : details?.namespace;
  const place = `${inside('of the pipeline', details?.pipeline)}${inside('in the instance', instance)}`;
  return `run ${parts.at(-1) ?? id}${place}${inside('and namespace', namespace)}`;
}

/** What and where a job is, in the words of its engine; undefined where its id says it best. */
export function calledWords(job: Job): string | undefined {
  const { engine, id, jobType, details } = job;
  switch (engine) {
    case 'bigquery':
      return undefined;
    case 'data-fusion':
      return calledInDataFusion(job);
    case 'yandex-data-proc': {
      const [cluster, ...rest] = id.split('/');
      return `${jobType ?? ''} job ${rest.join('/')}${inside('on the cluster', details?.cluster ?? cluster)}`.trim();
    }
    case 'dli': {
      const kind = id.startsWith('batches/') ? 'Spark batch' : 'SQL job';
      return `${kind} ${id.replace(/^batches\//, '')}${inside('in the queue', details?.queue)}`;
    }
  }
}
