import type { StandInBigQuery } from './bigquery/server.ts';
import { startBigQuery } from './bigquery/server.ts';
import { startEngines, type EngineStandIns } from './engines.ts';
import { startBundled } from './bundled.ts';
import { startFunction, type RunningFunction } from './functions.ts';
import { startOfficialEmulator } from './pubsub/official.ts';
import { provision, type Provisioning } from './pubsub/provision.ts';
import { startPubSub } from './pubsub/pubsub.ts';
import { shardSettings, startShards } from './shards.ts';
import { startSlack, type SlackStandIn } from './slack/slack.ts';
import type { StandInStorage } from './storage/server.ts';
import { inBuckets, inFiles, type Stores } from './stores.ts';

/** How the local cloud is made. With a `port`, its servers take that one and the five after it. */
export interface CloudOptions {
  readonly port?: number;
  readonly policyFile: string;
  readonly pubsub: 'built-in' | 'official';
  readonly mode: 'observe' | 'enforce';
  /** Where policy and state are: files (the default), or buckets of the stand-in for Cloud Storage. */
  readonly state?: 'directory' | 'bucket';
  /** How Pub/Sub goes on delivering to `notify` what was not acknowledged; short waits and 50 attempts if left out. */
  readonly delivery?: Pick<Provisioning, 'retry' | 'maxDeliveryAttempts'>;
  /** BigQuery alone (the default), or the other three engines as well. */
  readonly engines?: 'bigquery' | 'all';
  /** With more than one, `watch` hands its work out to as many instances of `shard`; one if left out. */
  readonly shards?: number | undefined;
  /** Settings of `watch` in the place of those that lead to the stand-ins. */
  readonly watchSettings?: Readonly<Record<string, string>>;
  /** Folders of built functions with their dependencies, to be run instead of the sources. */
  readonly bundles?: Readonly<Record<'watch' | 'notify', string>>;
  /** Hears every log line of the functions. */
  readonly onLog: (line: string) => void;
}

/** The stand-in cloud with both functions running in it. */
export interface LocalCloud {
  readonly bigquery: StandInBigQuery;
  readonly slack: SlackStandIn;
  /** The stand-ins for the other engines; undefined where only BigQuery was asked for. */
  readonly engines: EngineStandIns | undefined;
  /** `127.0.0.1:PORT` */
  readonly pubsub: string;
  readonly watch: string;
  readonly notify: string;
  /** Undefined where policy and state are files. */
  readonly storage: StandInStorage | undefined;
  /** What the command line needs of its environment to look at this cloud: policy, state, topics and addresses. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const project = 'jobwarden-local';
const topic = `projects/${project}/topics/jobwarden`;
const deadLetterTopic = `${topic}-dead-letters`;

interface Closable {
  close(): Promise<void>;
}

async function closeAll(parts: readonly Closable[]): Promise<void> {
  for (const part of parts.toReversed()) await part.close();
}

interface Places {
  readonly bigquery: string;
  readonly pubsub: string;
  readonly slack: string;
  readonly stores: Stores;
  readonly engines: EngineStandIns | undefined;
}

function environmentOf({ bigquery, pubsub, stores, engines }: Places): Readonly<Record<string, string>> {
  return {
    JOBWARDEN_POLICY: stores.policy,
    JOBWARDEN_STATE: stores.state,
    JOBWARDEN_TOPIC: topic,
    JOBWARDEN_DEAD_LETTER_TOPIC: deadLetterTopic,
    BIGQUERY_EMULATOR_HOST: bigquery,
    PUBSUB_EMULATOR_HOST: pubsub,
    ...engines?.environment,
    ...(stores.storage === undefined ? {} : { STORAGE_EMULATOR_HOST: stores.storage.url }),
  };
}

async function start(
  name: 'watch' | 'notify',
  settings: Readonly<Record<string, string>>,
  { bundles, onLog }: CloudOptions,
): Promise<RunningFunction> {
  if (bundles === undefined) return startFunction(name, settings, onLog);
  return startBundled({ name, folder: bundles[name] }, settings, onLog);
}

/** More than two targets, as in the demo, are enough to be shared out: here it is about seeing it. */
const targetsPerSweep = '2';

function watchSettings(options: CloudOptions, places: Places): Readonly<Record<string, string>> {
  const { mode, shards = 1 } = options;
  const fleet = { ...shardSettings({ shards, project }), JOBWARDEN_TARGETS_PER_SWEEP: targetsPerSweep };
  const more = shards > 1 ? fleet : {};
  return { ...environmentOf(places), JOBWARDEN_MODE: mode, ...more, ...options.watchSettings };
}

async function startFunctions(options: CloudOptions, places: Places) {
  const portOf = (offset: number): Record<string, string> =>
    options.port === undefined ? {} : { PORT: String(options.port + offset) };
  const both = environmentOf(places);
  const forWatch = watchSettings(options, places);
  const watch = await start('watch', { ...forWatch, ...portOf(3) }, options);
  const forNotify = {
    ...both,
    ...portOf(4),
    // Not a secret: the stand-in takes every token of this form.
    SLACK_BOT_TOKEN: 'xoxb-local-stand-in',
    SLACK_API_URL: `${places.slack}/api/`,
  };
  const notify = await start('notify', forNotify, options).catch(async (error: unknown) => {
    await watch.close();
    throw error;
  });
  return { watch, notify };
}

async function provisionFor(options: CloudOptions, pubsub: string, notify: string): Promise<void> {
  await provision(pubsub, {
    project,
    topic: 'jobwarden',
    deadLetterTopic: 'jobwarden-dead-letters',
    subscription: 'notify',
    pushEndpoint: `${notify}/${topic}`,
    retry: { minimumSeconds: 1, maximumSeconds: 10 },
    ...options.delivery,
  });
}

async function startParts(options: CloudOptions, parts: Closable[]): Promise<LocalCloud> {
  const keep = <Part extends Closable>(part: Part): Part => {
    parts.push(part);
    return part;
  };
  const { policyFile } = options;
  const at = (offset: number) => (options.port === undefined ? 0 : options.port + offset);
  const bigquery = keep(await startBigQuery({ port: at(0) }));
  const official = options.pubsub === 'official';
  const pubsub = keep(official ? await startOfficialEmulator() : await startPubSub({ port: at(1) }));
  const slack = keep(await startSlack({ port: at(2) }));
  const stores = keep(await (options.state === 'bucket' ? inBuckets(policyFile, at(5)) : inFiles(policyFile)));
  const engines = options.engines === 'all' ? keep(await startEngines()) : undefined;
  const places = { bigquery: bigquery.url, pubsub: pubsub.host, slack: slack.url, stores, engines };
  const running = await startFunctions(options, places);
  const watch: RunningFunction = keep(running.watch);
  const notify: RunningFunction = keep(running.notify);
  await provisionFor(options, pubsub.host, notify.url);
  const { shards = 1, onLog } = options;
  const settings = watchSettings(options, places);
  if (shards > 1) keep(await startShards({ settings, shards, project, pubsub: pubsub.host, onLog }));
  return {
    bigquery,
    slack,
    engines,
    pubsub: pubsub.host,
    watch: watch.url,
    notify: notify.url,
    storage: stores.storage,
    environment: environmentOf(places),
    close: () => closeAll(parts),
  };
}

/** Starts everything that Jobwarden needs on this machine, and Jobwarden in it. What was started is ended if the rest fails. */
export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const parts: Closable[] = [];
  try {
    return await startParts(options, parts);
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
}
