import { setTimeout as wait } from 'node:timers/promises';
import { openChannels } from '../../functions/notify/channels.ts';
import { notifyHandler } from '../../functions/notify/handler.ts';
import { createPace } from '../../functions/notify/pace.ts';
import { startChannels, type ChannelsStandIn } from '../../infra/local/channels/channels.ts';
import { startSlack, type SlackStandIn } from '../../infra/local/slack/slack.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import { aNoticePolicy } from '../notices/make.ts';
import { missing, planBurst, type BurstPlan, type BurstSize } from './plan.ts';
import { pushAll } from './push.ts';

/** A burst, and how long the workflow of one owner is down. */
export interface BurstOptions extends BurstSize {
  readonly downMs: number;
  /** Instances of the function that share the work, and the requests that each takes at a time. */
  readonly instances: number;
  readonly concurrency: number;
  readonly retry: { readonly minimumMs: number; readonly maximumMs: number };
}

/** What came of it. `faults` says what should not be, in words; empty: each owner was told of each notice exactly once. */
export interface BurstResult {
  readonly tookMs: number;
  readonly messages: number;
  readonly slackPosts: number;
  readonly slackLimited: number;
  /** Calls to Slack that were given up; what they asked for may have been done all the same. */
  readonly unanswered: number;
  readonly deliveries: number;
  readonly mostAttempts: number;
  readonly deadLetters: number;
  readonly busiestPlace: number;
  readonly faults: readonly string[];
}

/** What Slack answered to messages while it is watched. */
function watchPosts(url: string) {
  const original = globalThis.fetch;
  const counted = { posts: 0, limited: 0, unanswered: 0 };
  globalThis.fetch = async (...given) => {
    const response = await original(...given).catch((error: unknown) => {
      counted.unanswered += 1;
      throw error;
    });
    if (response.url.startsWith(`${url}/api/chat.postMessage`)) {
      counted.posts += 1;
      if (response.status === 429) counted.limited += 1;
    }
    return response;
  };
  return { counted, stop: () => (globalThis.fetch = original) };
}

function anInstance(objects: Objects, urls: { readonly slack: string; readonly teams: string }) {
  const now = Date.now;
  const env = new Map([
    ['SLACK_BOT_TOKEN', 'xoxb-burst'],
    ['TEAMS_WORKFLOW_URL', urls.teams],
  ]);
  const policy = aNoticePolicy({
    channels: { slack: { tokenFrom: 'SLACK_BOT_TOKEN' }, teams: { urlFrom: 'TEAMS_WORKFLOW_URL' } },
  });
  const places = { slackUrl: `${urls.slack}/api/`, pagerDutyUrl: urls.slack, loopback: true };
  return notifyHandler({
    channels: openChannels({ policy: async () => policy, secret: (name) => env.get(name), ...places }),
    claims: objectClaims(objects, { now, wait: async (ms) => wait(ms) }),
    receipts: objectReceipts(objects, { now }),
    pace: createPace({ now, wait: async (ms) => wait(ms) }),
    log: () => undefined,
    now,
  });
}

async function statusOf(handle: ReturnType<typeof notifyHandler>, event: TrailEvent, attempt: number): Promise<number> {
  let status = 0;
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  const body = {
    message: { data, messageId: event.id },
    deliveryAttempt: attempt,
    subscription: 'projects/b/subscriptions/n',
  };
  const response = { status: (code: number) => (status = code), set: () => 0, send: () => 0, end: () => 0 };
  await handle({ method: 'POST', headers: {}, body }, response);
  return status;
}

/** Where each notice arrived, by the id that stands in its message. */
function arrivals(slack: SlackStandIn, channels: ChannelsStandIn): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (text: string, place: string) => {
    for (const id of new Set(text.match(/notice-burst-\d+-\d+/g))) found.set(id, [...(found.get(id) ?? []), place]);
  };
  for (const one of slack.inbox()) add(JSON.stringify(one.blocks), `slack ${one.to}`);
  for (const one of channels.inbox()) add(one.text, one.to);
  return found;
}

async function faultsOf(
  plan: BurstPlan,
  at: ReadonlyMap<string, readonly string[]>,
  objects: Objects,
): Promise<readonly string[]> {
  const receipts = objectReceipts(objects, { now: Date.now });
  const faults: string[] = [];
  for (const { notice, owner } of plan.notices) {
    const places = at.get(notice.id) ?? [];
    if (places.length === 0) faults.push(`${owner.name} was never told of ${notice.id}`);
    if (places.length > 1)
      faults.push(`${owner.name} was told of ${notice.id} ${places.length} times: ${places.join(', ')}`);
    if (places.some((place) => place !== owner.arrivesAt))
      faults.push(`${notice.id} went to ${places.join(', ')}, not to ${owner.arrivesAt}`);
    if ((await receipts.get(notice.id))?.how !== 'delivered')
      faults.push(`${notice.id} has no receipt of its delivery`);
  }
  const planned = new Set(plan.notices.map(({ notice }) => notice.id));
  for (const id of at.keys()) if (!planned.has(id)) faults.push(`${id} was never published`);
  return faults;
}

/**
 * Publishes all notices at once to `notify` in real time: Slack refuses every third message with 429 and takes one a second
 * per channel, one owner is not in Slack, and the channel of another one is down for a while.
 */
export async function runBurst(options: BurstOptions): Promise<BurstResult> {
  const plan = planBurst(options);
  const users = plan.owners.filter(({ name }) => name !== missing).map(({ name }) => ({ email: name }));
  const slack = await startSlack({ rateLimit: true, users });
  const channels = await startChannels();
  const watched = watchPosts(slack.url);
  try {
    slack.faults.add({ method: 'chat.postMessage', fault: 'rate-limited', times: 0, oneIn: 3, retryAfterSeconds: 1 });
    channels.faults.add({ method: 'teams', fault: 'server-error', times: 0 });
    const repaired = wait(options.downMs).then(() => channels.faults.clear());
    const objects = memoryObjects({ now: Date.now });
    const urls = { slack: slack.url, teams: `${channels.url}/teams` };
    const instances = Array.from({ length: options.instances }, () => anInstance(objects, urls));
    const beganMs = performance.now();
    let next = 0;
    const pushed = await pushAll(
      plan.notices.map(({ notice }) => noticeEvent(notice, '//jobwarden/burst')),
      {
        maxOpen: options.instances * options.concurrency,
        retry: options.retry,
        maxDeliveryAttempts: 50,
        deliver: async (event, attempt) => {
          const handle = instances[(next += 1) % instances.length];
          return handle === undefined ? 503 : statusOf(handle, event, attempt);
        },
      },
    );
    const tookMs = performance.now() - beganMs;
    await repaired;
    const at = arrivals(slack, channels);
    const perPlace = Map.groupBy([...at.values()].flat(), (place) => place);
    const lost = pushed.deadLetters.map(({ id }) => `${id} ended as a dead letter`);
    return {
      tookMs,
      messages: slack.inbox().length + channels.inbox().length,
      slackPosts: watched.counted.posts,
      slackLimited: watched.counted.limited,
      unanswered: watched.counted.unanswered,
      deliveries: pushed.deliveries,
      mostAttempts: pushed.mostAttempts,
      deadLetters: pushed.deadLetters.length,
      busiestPlace: Math.max(0, ...[...perPlace.values()].map((all) => all.length)),
      faults: [...(await faultsOf(plan, at, objects)), ...lost],
    };
  } finally {
    watched.stop();
    await slack.close();
    await channels.close();
  }
}
