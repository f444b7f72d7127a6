import { ChannelError, type Channel, type ChannelFailure } from './channel.ts';
import { kindOfStatus, malformed, refusal, type HttpAnswer } from './http-answer.ts';
import type { Message } from './message.ts';
import { postJson, type Endpoint } from './post.ts';
import { plainMessage, slackMessage } from './render.ts';
import { isAboutBlocks, kindOfCode, reasonOf } from './slack-errors.ts';
import { clip, escapeMarkup } from './text.ts';

const name = 'slackWebhook';
const maxText = 3000;
const still = { mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false };

/** An incoming webhook has error codes of its own, as its whole body (Slack documentation on incoming webhooks). */
const ofWebhooks: ReadonlyMap<string, ChannelFailure> = new Map([
  ['invalid_token', 'credential'],
  ['no_service', 'credential'],
  ['no_service_id', 'credential'],
  ['no_team', 'credential'],
  ['team_disabled', 'credential'],
]);

function errorOf(answer: HttpAnswer): ChannelError {
  const code = answer.text.trim();
  const isCode = /^[a-z0-9_]{3,60}$/.test(code);
  if (!isCode || kindOfStatus(answer.status) === 'transient') return refusal(name, answer);
  const kind = ofWebhooks.get(code) ?? kindOfCode(code);
  return new ChannelError(`[${name}] ${code}`, { kind, reason: reasonOf(code) });
}

const inBlocks = (message: Message) => JSON.stringify({ ...slackMessage(message), ...still });
const inWords = (message: Message) =>
  JSON.stringify({ text: escapeMarkup(clip(plainMessage(message), maxText)), ...still });

/**
 * A Slack incoming webhook: one room, chosen when the webhook was made, whoever the message is for. It cannot write to
 * people, answer in threads or change a message, so it is there for when the bot's token is not accepted.
 */
export function slackWebhookChannel(options: Omit<Endpoint, 'channel'>): Channel {
  const endpoint = { channel: name, ...options };
  return {
    name,
    send: async (message, _to, { noticeId, signal }) => {
      const sent = { room: 'incoming webhook', id: noticeId };
      const answer = await postJson(endpoint, { body: inBlocks(message), signal });
      if (answer.status === 200 && answer.text === 'ok') return sent;
      if (answer.status === 200) throw malformed(name);
      if (!isAboutBlocks(answer.text.trim())) throw errorOf(answer);
      const again = await postJson(endpoint, { body: inWords(message), signal });
      if (again.status !== 200) throw errorOf(again);
      return { ...sent, reduced: `sent as plain text: [${name}] ${answer.text.trim()}` };
    },
  };
}
