import PostalMime, { type Email } from 'postal-mime';
import { startChannels, type ChannelsStandIn } from '../../infra/local/channels/channels.ts';
import type { ServiceName } from '../../infra/local/channels/services.ts';
import type { InboxMessage } from '../../infra/local/slack/inbox.ts';
import { startSlack, type SlackStandIn } from '../../infra/local/slack/slack.ts';
import type { Channel, Sent, SendOptions } from '../../shared/notices/channel.ts';
import { emailChannel } from '../../shared/notices/email.ts';
import { messageOf } from '../../shared/notices/message.ts';
import type { Address } from '../../shared/notices/notice.ts';
import { slackChannel } from '../../shared/notices/slack.ts';
import { channelsAt, startMailbox } from '../notices/channel-worlds.ts';
import type { Told } from './story.ts';

type Body = Readonly<Record<string, unknown>>;

/** What one notice is when it has arrived on every channel. */
export interface Arrived {
  readonly atMs: number;
  readonly slack: InboxMessage;
  /** The same where Slack refuses the blocks. */
  readonly slackWords: InboxMessage;
  readonly slackWebhook: Body;
  readonly email: Email;
  readonly pagerduty: readonly Body[];
  readonly webhook: Body;
  readonly googleChat: Body;
  readonly teams: Body;
}

interface World {
  readonly slack: SlackStandIn;
  readonly slackChannel: Channel;
  readonly services: ChannelsStandIn;
  readonly mailbox: Awaited<ReturnType<typeof startMailbox>>;
}

/** Delivers stories through the product's own channels, and hands back what arrived. */
export interface Delivering {
  deliver(told: readonly Told[]): Promise<readonly Arrived[]>;
  close(): Promise<void>;
}

function lastOf<T>(all: readonly T[]): T {
  const last = all.at(-1);
  if (last === undefined) throw new Error('[gallery] nothing arrived');
  return last;
}

type Message = Parameters<Channel['send']>[0];

/** As notify does it: what is written depends on who reads it, and a room is nobody in person. */
async function posted(world: World, name: ServiceName, { notice, delivery }: Told): Promise<readonly Body[]> {
  const before = world.services.inbox().length;
  const to = { channel: name };
  const message = messageOf(notice, { ...delivery, to });
  await channelsAt[name](world.services.url).channel.send(message, to, { noticeId: notice.id, notice });
  const all = world.services.inbox().slice(before);
  lastOf(all);
  return all.map(({ body }) => body);
}

/** The address of those who read it: a person, the team, or else the operators. */
function mailboxOf({ notice: { owner }, delivery: { to } }: Told): string {
  if (to !== undefined && 'email' in to) return to.email;
  return (owner.kind === 'team' ? owner.reach.email : undefined) ?? 'oncall@example.com';
}

async function mailed({ mailbox }: World, { notice, delivery }: Told): Promise<Email> {
  const channel = emailChannel({ url: mailbox.url, sender: 'jobwarden@example.com' });
  const to = { email: mailboxOf({ notice, delivery }) };
  await channel.send(messageOf(notice, { ...delivery, to }), to, { noticeId: notice.id, notice });
  return PostalMime.parse(lastOf(mailbox.mails).raw);
}

/** In words only: as it is sent when Slack does not take the blocks. */
async function inWords({ slack, slackChannel: channel }: World, message: Message, to: Address, options: SendOptions) {
  slack.faults.add({ fault: 'invalid_blocks', method: 'chat.postMessage' });
  await channel.send(message, to, options);
  return lastOf(slack.inbox());
}

async function deliverOne(world: World, told: Told, first: Sent | undefined) {
  const { notice, delivery } = told;
  const message = messageOf(notice, delivery);
  const options = { noticeId: notice.id, notice };
  const to = delivery.to ?? { channel: '#data-cost' };
  const under = first === undefined ? {} : { under: first };
  const sent = await world.slackChannel.send(message, to, { ...options, ...under });
  const slack = lastOf(world.slack.inbox());
  const one = async (name: ServiceName) => lastOf(await posted(world, name, told));
  const arrived: Arrived = {
    atMs: delivery.nowMs,
    slack,
    slackWords: await inWords(world, message, to, options),
    slackWebhook: await one('slackWebhook'),
    email: await mailed(world, told),
    pagerduty: await posted(world, 'pagerduty', told),
    webhook: await one('webhook'),
    googleChat: await one('googleChat'),
    teams: await one('teams'),
  };
  return { sent, arrived };
}

/** Starts stand-ins for every service, on this machine only. */
export async function startDelivering(): Promise<Delivering> {
  const slack = await startSlack();
  const world: World = {
    slack,
    slackChannel: slackChannel({ token: 'xoxb-gallery', baseUrl: `${slack.url}/api/` }),
    services: await startChannels(),
    mailbox: await startMailbox({ disableReverseLookup: true }),
  };
  return {
    deliver: async (told) => {
      const all: Arrived[] = [];
      let first: Sent | undefined;
      for (const one of told) {
        const { sent, arrived } = await deliverOne(world, one, first);
        first ??= sent;
        all.push(arrived);
      }
      return all;
    },
    close: async () => {
      await world.slack.close();
      await world.services.close();
      await world.mailbox.close();
    },
  };
}
