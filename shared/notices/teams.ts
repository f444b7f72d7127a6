import type { Channel } from './channel.ts';
import { fitting } from './fitting.ts';
import { refusal } from './http-answer.ts';
import { postJson, type Endpoint } from './post.ts';
import { shortTeamsCard, teamsCard } from './render-card.ts';

const name = 'teams';

/** A workflow refuses messages of more than 28 KB (Microsoft Teams documentation on webhooks). */
const maxBytes = 27_000;

/**
 * A workflow of Microsoft Teams that posts to one channel or chat. It answers before it has posted and says nothing about
 * the message, so a message there can neither be answered nor changed.
 */
export function teamsChannel(options: Omit<Endpoint, 'channel'>): Channel {
  const endpoint = { channel: name, ...options };
  return {
    name,
    send: async (message, _to, { noticeId, signal }) => {
      const body = fitting(maxBytes, [() => teamsCard(message), () => shortTeamsCard(message)]);
      const answer = await postJson(endpoint, { body, signal });
      if (answer.status < 200 || answer.status >= 300) throw refusal(name, answer);
      return { room: 'workflow', id: noticeId };
    },
  };
}
