import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  /** The directory where both functions keep their state; it is removed with the cloud. */
  readonly state: string;
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

/** A new directory for the state; `close` removes it with all that is in it. */
async function makeState(): Promise<Closable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'jobwarden-state-'));
  return { path, close: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

interface Places {
  readonly bigquery: string;
  readonly pubsub: string;
  readonly slack: string;
  readonly state: string;
}

async function startFunctions(options: CloudOptions, { bigquery, pubsub, slack, state }: Places) {
  const portOf = (offset: number): Record<string, string> =>
    options.port === undefined ? {} : { PORT: String(options.port + offset) };
  const both = { JOBWARDEN_STATE: state, PUBSUB_EMULATOR_HOST: pubsub };
  const watch = await startFunction(
    'watch',
    {
      ...portOf(3),
      ...both,
      JOBWARDEN_MODE: options.mode,
      JOBWARDEN_POLICY: options.policyFile,
      JOBWARDEN_TOPIC: topic,
      BIGQUERY_EMULATOR_HOST: bigquery,
    },
    options.onLog,
  );
  const settings = {
    ...portOf(4),
    ...both,
    JOBWARDEN_DEAD_LETTER_TOPIC: deadLetterTopic,
    // Not a secret: the stand-in takes every token of this form.
    SLACK_BOT_TOKEN: 'xoxb-local-stand-in',
    SLACK_API_URL: `${slack}/api/`,
  };
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
  const state = keep(await makeState());
  const places = { bigquery: bigquery.url, pubsub: pubsub.host, slack: slack.url, state: state.path };
  const running = await startFunctions(options, places);
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
  return { bigquery, slack, pubsub: pubsub.host, watch: watch.url, notify: notify.url, state: state.path, close };
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
