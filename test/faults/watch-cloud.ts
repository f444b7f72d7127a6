import { PubSub } from '@google-cloud/pubsub';
import { startBigQuery, type StandInBigQuery } from '../../infra/local/bigquery/server.ts';
import { startPubSub, type StandInPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { startStorage, type StandInStorage } from '../../infra/local/storage/server.ts';
import { pubSubTrail, type Trail } from '../../shared/audit/trail.ts';

// Synthetic: no such project, person, job or policy exists.

/** The stand-ins that all cells of the table share; each cell has projects and buckets of its own. */
export interface FaultCloud {
  readonly bigquery: StandInBigQuery;
  readonly storage: StandInStorage;
  readonly pubsub: StandInPubSub;
  readonly topic: string;
  /** To the topic, past all faults. */
  readonly trail: Trail;
  close(): Promise<void>;
}

/** Starts the stand-ins once for all cells. */
export async function startFaultCloud(): Promise<FaultCloud> {
  const topic = 'projects/faults/topics/jobwarden';
  const bigquery = await startBigQuery();
  const storage = await startStorage({ writeLimit: false });
  const pubsub = await startPubSub({ rememberedMessages: 20_000 });
  const admin = new PubSub({ apiEndpoint: pubsub.host, projectId: 'faults' });
  await admin.createTopic(topic);
  await admin.close();
  const trail = pubSubTrail({ topic, endpoint: pubsub.host });
  return {
    bigquery,
    storage,
    pubsub,
    topic,
    trail,
    close: async () => {
      await trail.close();
      await Promise.all([bigquery.close(), storage.close(), pubsub.close()]);
    },
  };
}

/** The policy of a cell: what is labelled sandbox is cancelled at once, lab after its owner was told. */
export function policyOf(projects: readonly string[]): string {
  return [
    'version: 1',
    'mode: enforce',
    'operators: { slack: "#data-cost" }',
    `targets: [{ engine: bigquery, projects: [${projects.join(', ')}] }]`,
    'rules:',
    '  - name: sandbox-is-short',
    '    match: { labels: { env: sandbox } }',
    '    limit: { runTime: 10m }',
    '    grace: none',
    '    action: cancel',
    '    mode: enforce',
    '  - name: lab-is-told-first',
    '    match: { labels: { env: lab } }',
    '    limit: { runTime: 10m }',
    '    grace: 1m',
    '    action: cancel',
    '    mode: enforce',
    'owners: { domains: [example.com], fallback: { slack: "#data-cost" } }',
    '',
  ].join('\n');
}
