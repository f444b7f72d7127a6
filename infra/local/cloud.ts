import type { StandInBigQuery } from './bigquery/server.ts';
import { startBigQuery } from './bigquery/server.ts';
import { startFunction, type RunningFunction } from './functions.ts';
import { startOfficialEmulator } from './pubsub/official.ts';
import { provision } from './pubsub/provision.ts';
import { startPubSub } from './pubsub/pubsub.ts';
import { startSlack, type SlackStandIn } from './slack/slack.ts';

/** How the local cloud is made. With a `port`, its servers take that one and the four after it. */
export interface CloudOptions {
  readonly port?: number;
  readonly policyFile: string;
  readonly pubsub: 'built-in' | 'official';
  readonly mode: 'observe' | 'enforce';
  /** Hears every log line of the functions. */
  readonly onLog: (line: string) => void;
}

/** The stand-in cloud with both functions running in it. */
export interface LocalCloud {
  readonly bigquery: StandInBigQuery;
  readonly slack: SlackStandIn;
  /** `127.0.0.1:PORT` */
  readonly pubsub: string;
  readonly watch: string;
  readonly notify: string;
  close(): Promise<void>;
}

const project = 'jobwarden-local';
const topic = `projects/${project}/topics/jobwarden`;

interface Closable {
  close(): Promise<void>;
}

async function closeAll(parts: readonly Closable[]): Promise<void> {
  for (const part of parts.toReversed()) await part.close();
}

async function startFunctions(options: CloudOptions, urls: { bigquery: string; pubsub: string; slack: string }) {
  const portOf = (offset: number): Record<string, string> =>
    options.port === undefined ? {} : { PORT: String(options.port + offset) };
  const watch = await startFunction(
    'watch',
    {
      ...portOf(3),
      JOBWARDEN_MODE: options.mode,
      JOBWARDEN_POLICY: options.policyFile,
      JOBWARDEN_TOPIC: topic,
      BIGQUERY_EMULATOR_HOST: urls.bigquery,
      PUBSUB_EMULATOR_HOST: urls.pubsub,
    },
    options.onLog,
  );
  // Not a secret: the stand-in takes every token of this form.
  const settings = { ...portOf(4), SLACK_BOT_TOKEN: 'xoxb-local-stand-in', SLACK_API_URL: `${urls.slack}/api/` };
  const notify = await startFunction('notify', settings, options.onLog).catch(async (error: unknown) => {
    await watch.close();
    throw error;
  });
  return { watch, notify };
}

async function startParts(options: CloudOptions, parts: Closable[]): Promise<LocalCloud> {
  const keep = <Part extends Closable>(part: Part): Part => {
    parts.push(part);
    return part;
  };
  const at = (offset: number) => (options.port === undefined ? 0 : options.port + offset);
  const bigquery = keep(await startBigQuery({ port: at(0) }));
  const official = options.pubsub === 'official';
  const pubsub = keep(official ? await startOfficialEmulator() : await startPubSub({ port: at(1) }));
  const slack = keep(await startSlack({ port: at(2) }));
  const running = await startFunctions(options, { bigquery: bigquery.url, pubsub: pubsub.host, slack: slack.url });
  const watch: RunningFunction = keep(running.watch);
  const notify: RunningFunction = keep(running.notify);
  await provision(pubsub.host, {
    project,
    topic: 'jobwarden',
    deadLetterTopic: 'jobwarden-dead-letters',
    subscription: 'notify',
    pushEndpoint: `${notify.url}/${topic}`,
    retry: { minimumSeconds: 1, maximumSeconds: 10 },
  });
  const close = () => closeAll(parts);
  return { bigquery, slack, pubsub: pubsub.host, watch: watch.url, notify: notify.url, close };
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
