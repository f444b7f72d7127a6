import type { Message } from '../../shared/notices/message.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import { plainMessage, slackMessage } from '../../shared/notices/render.ts';
import { teamsCard } from '../../shared/notices/render-card.ts';
import { pagerEvents } from '../../shared/notices/pagerduty-events.ts';
import { chatCard } from '../../shared/notices/render-chat.ts';
import { webhookEvent } from '../../shared/notices/webhook-event.ts';

/** A message as one channel sends it, as text for a terminal. */
type Rendering = (message: Message, notice: Notice) => string;

const json = (value: unknown) => JSON.stringify(value, undefined, 2);

/** How messages look, by channel; one without a line of its own is shown as text. A new channel is a line here. */
const renderings: Readonly<Record<string, Rendering>> = {
  slack: (message) => json(slackMessage(message)),
  googleChat: (message) => json(chatCard(message)),
  teams: (message) => json(teamsCard(message)),
  pagerduty: (message, notice) => json(pagerEvents(message, { noticeId: notice.id, notice })),
  webhook: (message, notice) => json(webhookEvent(message, { noticeId: notice.id, notice })),
};

/** The message as a channel sends it; undefined where that is the text itself, as in a mail. */
export function renderedFor(channel: string, message: Message, notice: Notice): string | undefined {
  return Object.hasOwn(renderings, channel) ? renderings[channel]?.(message, notice) : undefined;
}

/** The message as text, as a person reads it. */
export const asText: Rendering = plainMessage;
