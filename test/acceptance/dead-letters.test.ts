import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { startFunction, type RunningFunction } from '../../infra/local/functions.ts';
import { officialEmulatorInstalled, startOfficialEmulator } from '../../infra/local/pubsub/official.ts';
import { provision } from '../../infra/local/pubsub/provision.ts';
import { startPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { startSlack } from '../../infra/local/slack/slack.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { pubSubTrail } from '../../shared/audit/trail.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { openState } from '../../shared/ledger/state.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { aNotice } from '../notices/make.ts';
import { jobwarden, lettersIn } from './letters.ts';
import { eventually } from './local-process.ts';

// Synthetic: no such person, job or channel exists. Everything here is a process or a server of its own, over HTTP and gRPC.
const project = 'jobwarden-acceptance';
const topic = `projects/${project}/topics/jobwarden`;
const deadLetterTopic = `projects/${project}/topics/dead-letters`;
const deadLetters = `projects/${project}/subscriptions/dead-letters`;

/** Ends what a test has started, the last part first. */
interface Closing {
  later(close: () => Promise<unknown>): void;
  keep<Part extends { close(): Promise<void> }>(part: Part): Part;
}

function closing({ onTestFinished }: TestContext): Closing {
  const closers: (() => Promise<unknown>)[] = [];
  onTestFinished(async () => {
    for (const close of closers.toReversed()) await close();
  });
  return {
    later: (close) => void closers.push(close),
    keep: (part) => {
      closers.push(() => part.close());
      return part;
    },
  };
}

interface World {
  readonly slack: Awaited<ReturnType<typeof startSlack>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: string[];
  notify: RunningFunction;
  restart(): Promise<void>;
  publish(id: string): Promise<void>;
  receipt(id: string): Promise<string | undefined>;
  jobwarden(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string }>;
}

const states: Readonly<Record<string, (closing: Closing) => Promise<Readonly<Record<string, string>>>>> = {
  'a directory': async ({ later }) => {
    const path = await mkdtemp(join(tmpdir(), 'jobwarden-acceptance-'));
    later(() => rm(path, { recursive: true, force: true }));
    return { JOBWARDEN_STATE: path };
  },
  'a bucket': async ({ keep }) => {
    const storage = keep(await startStorage());
    storage.createBucket('ops-state');
    return { JOBWARDEN_STATE: 'gs://ops-state/prod', STORAGE_EMULATOR_HOST: storage.url };
  },
};

async function aWorld(
  state: Readonly<Record<string, string>>,
  startBroker: () => Promise<{ host: string; close(): Promise<void> }>,
  { keep, later }: Closing,
) {
  const pubsub = keep(await startBroker());
  const slack = keep(await startSlack());
  const settings: Readonly<Record<string, string>> = {
    ...state,
    JOBWARDEN_TOPIC: topic,
    JOBWARDEN_DEAD_LETTER_TOPIC: deadLetterTopic,
    PUBSUB_EMULATOR_HOST: pubsub.host,
  };
  // Not a secret: the stand-in takes every token of this form.
  const own = { SLACK_BOT_TOKEN: 'xoxb-acceptance', SLACK_API_URL: `${slack.url}/api/` };
  const log: string[] = [];
  const start = (port: Readonly<Record<string, string>> = {}) =>
    startFunction('notify', { ...settings, ...own, ...port }, (line) => log.push(line));
  const notify = await start();
  await provision(pubsub.host, {
    project,
    topic: 'jobwarden',
    deadLetterTopic: 'dead-letters',
    subscription: 'notify',
    pushEndpoint: `${notify.url}/${topic}`,
    retry: { minimumSeconds: 0.2, maximumSeconds: 1 },
    ackDeadlineSeconds: 30,
  });
  const trail = pubSubTrail({ topic, endpoint: pubsub.host });
  later(() => trail.close());
  const objects = openState(settings['JOBWARDEN_STATE'] ?? '', {
    now: Date.now,
    endpoint: state['STORAGE_EMULATOR_HOST'],
  });
  const world: World = {
    slack,
    settings,
    log,
    notify,
    restart: async () => {
      await world.notify.close();
      world.notify = await start({ PORT: new URL(world.notify.url).port });
    },
    publish: async (id) => {
      const [result] = await trail.publish([noticeEvent({ ...aNotice(), id }, '//jobwarden/acceptance')]);
      expect(result).toMatchObject({ accepted: true });
    },
    receipt: async (id) => (await objectReceipts(objects, { now: Date.now }).get(id))?.how,
    jobwarden: (...words) => jobwarden(words, settings),
  };
  later(() => world.notify.close());
  return world;
}

const delivered = (how: string | undefined) => how === 'delivered';
const inbox = ({ slack }: World) => slack.inbox().map(({ to }) => to);

async function pushFailsAndRecovers(world: World): Promise<void> {
  world.slack.faults.add({ fault: 'server-error', method: 'chat.postMessage', times: 2 });
  await world.publish('notice-00000001');
  await eventually(() => world.receipt('notice-00000001'), delivered);
  expect(inbox(world)).toEqual(['sam@example.com']);
  // Published again, also to a process that knows nothing of before: nobody hears of it twice.
  await world.restart();
  await world.publish('notice-00000001');
  await world.publish('notice-00000002');
  await eventually(() => world.receipt('notice-00000002'), delivered);
  await eventually(
    async () => world.log.join('\n'),
    (log) => log.includes('handled before'),
  );
  expect(inbox(world)).toEqual(['sam@example.com', 'sam@example.com']);
}

async function impossibleIsKeptAndReplayed(world: World): Promise<void> {
  const id = 'notice-00000003';
  world.slack.faults.add({ fault: 'users_not_found', method: 'users.lookupByEmail', times: 0 });
  world.slack.faults.add({ fault: 'channel_not_found', method: 'chat.postMessage', times: 0 });
  const before = inbox(world).length;
  await world.publish(id);
  await eventually(
    () => world.receipt(id),
    (how) => how === 'undeliverable',
  );
  expect(await lettersIn(deadLetters, world.settings['PUBSUB_EMULATOR_HOST'] ?? '')).toMatchObject([
    {
      id,
      source: '//jobwarden/acceptance',
      data: { id },
      reason: expect.stringMatching(/^slack direct message: .+; slack #data-unowned: /),
    },
  ]);

  const looked = await world.jobwarden('replay', '--dry-run');
  expect(looked).toMatchObject({ code: 0, out: expect.stringContaining('1 dead letter would be replayed') });
  expect(await world.receipt(id)).toBe('undeliverable');

  world.slack.faults.clear();
  expect(await world.jobwarden('replay')).toMatchObject({ code: 0, out: expect.stringContaining(id) });
  await eventually(() => world.receipt(id), delivered);
  expect(inbox(world).slice(before)).toEqual(['sam@example.com']);
  expect(await world.jobwarden('replay')).toMatchObject({ code: 0, out: expect.stringContaining('nothing to replay') });
}

async function throughIt(
  context: TestContext,
  state: string,
  startBroker: () => Promise<{ host: string; close(): Promise<void> }>,
): Promise<void> {
  const ends = closing(context);
  const world = await aWorld((await states[state]?.(ends)) ?? {}, startBroker, ends);
  await pushFailsAndRecovers(world);
  await impossibleIsKeptAndReplayed(world);
}

const installed = officialEmulatorInstalled();
const title = `with the official Pub/Sub emulator (${installed ? 'installed' : 'skipped: google-cloud-cli has none here'})`;

// Side by side: nearly all of it is waiting for the next delivery.
describe('notify delivers once through failures and restarts, and keeps and replays what nobody can get', () => {
  const side = { timeout: 240_000, concurrent: true };
  test.for(Object.keys(states))('with its state in %s', side, (state, context) =>
    throughIt(context, state, () => startPubSub()),
  );

  test.skipIf(!installed)(title, side, (context) => throughIt(context, 'a directory', () => startOfficialEmulator()));
});
