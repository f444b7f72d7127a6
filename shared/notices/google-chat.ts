import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Channel } from './channel.ts';
import { fitting } from './fitting.ts';
import { jsonOf, malformed, refusal } from './http-answer.ts';
import { postJson, readUrl, type Endpoint } from './post.ts';
import { chatCard, shortChatCard } from './render-chat.ts';

const name = 'googleChat';

/** A message with its cards has at most 32,000 bytes (Google Chat documentation on limits). */
const maxBytes = 31_000;

const created = z.object({ name: z.string().min(1), thread: z.object({ name: z.string().min(1) }).optional() });

/**
 * `requestId` makes Google Chat answer a repetition with the message that is there; a thread that does not exist is begun
 * (Google Chat API reference, spaces.messages.create).
 */
function urlOf(endpoint: Endpoint, noticeId: string, thread: string): string {
  const url = readUrl(endpoint);
  url.searchParams.set('requestId', createHash('sha256').update(noticeId).digest('hex').slice(0, 32));
  url.searchParams.set('threadKey', thread);
  url.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
  return url.href;
}

/** A webhook of a Google Chat space: every message goes to that space, an answer into the thread of its notice. */
export function googleChatChannel(options: Omit<Endpoint, 'channel'>): Channel {
  const endpoint = { channel: name, ...options };
  return {
    name,
    send: async (message, _to, { noticeId, under, signal }) => {
      const thread = under?.id ?? noticeId;
      const body = fitting(maxBytes, [() => chatCard(message), () => shortChatCard(message)]);
      const answer = await postJson({ ...endpoint, url: urlOf(endpoint, noticeId, thread) }, { body, signal });
      if (answer.status !== 200) throw refusal(name, answer);
      const sent = created.safeParse(jsonOf(answer));
      if (!sent.success) throw malformed(name);
      return { room: sent.data.name, id: thread };
    },
  };
}
