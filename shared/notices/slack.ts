import { ChannelError, type Channel, type SendOptions, type Sent } from './channel.ts';
import type { Message } from './message.ts';
import { plainMessage, slackMessage } from './render.ts';
import { BlocksRefused, slackClient, type SlackClient, type SlackOptions } from './slack-client.ts';
import type { Address } from './notice.ts';
import { clip, escapeMarkup } from './text.ts';

/** Characters of a text without blocks (the documentation of chat.postMessage advises 4,000 at most), before escaping. */
const maxText = 3000;

const keepMs = 3_600_000;
const maxRooms = 2000;

type Rooms = Map<string, { readonly room: string; readonly untilMs: number }>;

/** Slack allows few look-ups a minute, far fewer than messages, so the room of a person is kept for an hour. */
async function roomOf(
  client: SlackClient,
  to: Address,
  { rooms, signal }: { readonly rooms: Rooms; readonly signal: AbortSignal | undefined },
): Promise<string> {
  if ('channel' in to) return to.channel;
  const known = rooms.get(to.email);
  if (known !== undefined && known.untilMs > performance.now()) return known.room;
  const room = await client.openConversation(await client.lookupByEmail(to.email, signal), signal);
  const [oldest] = rooms.size < maxRooms ? [] : rooms.keys();
  if (oldest !== undefined) rooms.delete(oldest);
  rooms.set(to.email, { room, untilMs: performance.now() + keepMs });
  return room;
}

/** Posts the blocks, or the same words as text where Slack refuses the blocks: better plain than silent. */
async function post(
  client: SlackClient,
  room: string,
  said: { message: Message; options: SendOptions },
): Promise<Sent> {
  const { message, options } = said;
  const { noticeId, signal, under } = options;
  const rest = { noticeId, ...(under === undefined ? {} : { threadTs: under.id }) };
  try {
    const { channel, ts } = await client.postMessage(room, { ...slackMessage(message), ...rest }, signal);
    return { room: channel, id: ts };
  } catch (cause) {
    if (!(cause instanceof BlocksRefused)) throw cause;
    const text = escapeMarkup(clip(plainMessage(message), maxText));
    const { channel, ts } = await client.postMessage(room, { text, blocks: [], ...rest }, signal);
    return { room: channel, id: ts, reduced: `sent as plain text: ${cause.message}` };
  }
}

/**
 * The Slack Web API as a channel: a person is found by address and written to directly, a channel is named. An answer goes
 * into the thread of the message that it is about.
 */
export function slackChannel(options: SlackOptions): Channel {
  const client = slackClient(options);
  const rooms: Rooms = new Map();
  return {
    name: 'slack',
    send: async (message, to, about) => {
      const room = await roomOf(client, to, { rooms, signal: about.signal });
      try {
        return await post(client, room, { message, options: about });
      } catch (cause) {
        // Somebody who left, or a room that was closed: looked up anew the next time.
        if ('email' in to && cause instanceof ChannelError && cause.kind === 'target') rooms.delete(to.email);
        throw cause;
      }
    },
  };
}
