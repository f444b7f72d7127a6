import type { Channel } from './channel.ts';
import { plainMessage, slackMessage } from './render.ts';
import { BlocksRefused, slackClient, type SlackClient, type SlackOptions } from './slack-client.ts';
import type { Address } from './notice.ts';
import { clip, escapeMarkup } from './text.ts';

/** Characters of a text without blocks (the documentation of chat.postMessage advises 4,000 at most), before escaping. */
const maxText = 3000;

async function roomOf(client: SlackClient, to: Address, signal: AbortSignal | undefined): Promise<string> {
  if ('channel' in to) return to.channel;
  return client.openConversation(await client.lookupByEmail(to.email, signal), signal);
}

/**
 * The Slack Web API as a channel: a person is found by address and written to directly, a channel is named. Where Slack
 * refuses the blocks, the same words go out as text: better plain than silent.
 */
export function slackChannel(options: SlackOptions): Channel {
  const client = slackClient(options);
  return {
    name: 'slack',
    send: async (message, to, { noticeId, signal }) => {
      const room = await roomOf(client, to, signal);
      try {
        const { channel, ts } = await client.postMessage(room, { ...slackMessage(message), noticeId }, signal);
        return { room: channel, id: ts };
      } catch (cause) {
        if (!(cause instanceof BlocksRefused)) throw cause;
        const text = escapeMarkup(clip(plainMessage(message), maxText));
        const { channel, ts } = await client.postMessage(room, { text, blocks: [], noticeId }, signal);
        return { room: channel, id: ts, reduced: `sent as plain text: ${cause.message}` };
      }
    },
  };
}
