import { PubSub } from '@google-cloud/pubsub';
import { startFunction } from './functions.ts';
import { startInstances, type Instances } from './instances.ts';

/** What the shards of a local cloud are made with. */
export interface ShardsOptions {
  /** The settings of `watch`, which are those of the shards. */
  readonly settings: Readonly<Record<string, string>>;
  readonly shards: number;
  readonly project: string;
  /** `127.0.0.1:PORT` */
  readonly pubsub: string;
  readonly onLog: (line: string) => void;
}

/** Short ids of the topic that messages for shards are published to, and of its push subscription. */
const ids = { topic: 'jobwarden-shards', subscription: 'shards' } as const;

/** What `watch` and the shards have to know of each other. */
export function shardSettings({ shards, project }: Pick<ShardsOptions, 'shards' | 'project'>) {
  return { JOBWARDEN_SHARDS: String(shards), JOBWARDEN_SHARD_TOPIC: `projects/${project}/topics/${ids.topic}` };
}

/** Starts instances of `shard` behind one address, as many as there are shards, and a topic that pushes to it. */
export async function startShards(options: ShardsOptions): Promise<Instances> {
  const { settings, shards, project, pubsub, onLog } = options;
  const instances = await startInstances(shards, () => startFunction('shard', settings, onLog));
  const client = new PubSub({ apiEndpoint: pubsub, projectId: project });
  try {
    await client.createTopic(ids.topic);
    await client.createSubscription(ids.topic, ids.subscription, {
      pushConfig: { pushEndpoint: `${instances.url}/` },
      filter: 'attributes.kind = "shard"',
      ackDeadlineSeconds: 70,
      retryPolicy: { minimumBackoff: { seconds: 0, nanos: 2e8 }, maximumBackoff: { seconds: 1 } },
    });
  } catch (cause) {
    await instances.close();
    throw new Error(`[local] ${pubsub} did not accept the topic of the shards.`, { cause });
  } finally {
    await client.close();
  }
  return instances;
}
