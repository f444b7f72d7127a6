import { z } from 'zod';
import { markup, type Markup } from '../../shared/pages/markup.ts';
import { slackMessageMarkup, slackThreadMarkup, type SlackContent } from '../../infra/pages/slack.ts';
import { chatMarkup } from './chat.ts';
import type { Arrived } from './deliver.ts';
import { pagerMarkup } from './pager.ts';

/** One channel: how it is called, and how the notices of a story look there, the first and its thread. */
interface Preview {
  readonly id: string;
  readonly name: string;
  readonly shows: (all: readonly Arrived[]) => Markup;
}

const webhookBody = z.object({ text: z.string(), blocks: z.array(z.unknown()).default([]) });
const teamsBody = z.object({ attachments: z.array(z.object({ content: z.unknown() })).length(1) });

const timeOf = ({ atMs }: Arrived) => `${new Date(atMs).toISOString().slice(11, 16)} UTC`;

function inThread(all: readonly Arrived[], pick: (one: Arrived) => SlackContent): Markup {
  const [first, ...replies] = all.map((one) => slackMessageMarkup(pick(one), timeOf(one)));
  return markup`${first ?? []}${slackThreadMarkup(replies)}`;
}

function inTurn(all: readonly Arrived[], show: (one: Arrived) => Markup): Markup {
  return markup`${all.map((one) => markup`<div class="turn">${show(one)}</div>`)}`;
}

const json = (value: unknown) => markup`<pre class="json" tabindex="0">${JSON.stringify(value, null, 2)}</pre>`;

function mailHead({ email }: Arrived): Markup {
  const from = `${email.from?.name ?? ''} <${email.from?.address ?? ''}>`;
  const to = (email.to ?? []).map(({ address }) => address ?? '').join(', ');
  return markup`<dl class="mail-head"><dt>From</dt><dd>${from}</dd><dt>To</dt><dd>${to}</dd><dt>Subject</dt><dd><b>${email.subject ?? ''}</b></dd></dl>`;
}

// Without the right to run scripts; the same origin only lets the page measure how tall the mail is.
function mailFrame(one: Arrived): Markup {
  const { html = '', subject = '' } = one.email;
  return markup`${mailHead(one)}<iframe class="mail" title="Mail: ${subject}" sandbox="allow-same-origin" srcdoc="${html}"></iframe>`;
}

function teamsCardMarkup({ teams }: Arrived): Markup {
  const [attachment] = teamsBody.parse(teams).attachments;
  return markup`<div class="teams" data-card="${JSON.stringify(attachment?.content)}"></div>`;
}

/** The channels in the order in which they are shown. */
export const previews: readonly Preview[] = [
  { id: 'slack', name: 'Slack', shows: (all) => inThread(all, ({ slack }) => slack) },
  {
    id: 'slack-words',
    name: 'Slack, where it refuses blocks',
    shows: (all) => inThread(all, ({ slackWords }) => slackWords),
  },
  {
    id: 'slack-webhook',
    name: 'Slack incoming webhook',
    shows: (all) => inTurn(all, (one) => slackMessageMarkup(webhookBody.parse(one.slackWebhook), timeOf(one))),
  },
  {
    id: 'notification',
    name: 'Slack notification on a phone',
    shows: (all) => inTurn(all, (one) => slackMessageMarkup({ text: one.slack.text, blocks: [] }, timeOf(one))),
  },
  { id: 'email', name: 'E-mail', shows: (all) => inTurn(all, mailFrame) },
  {
    id: 'email-text',
    name: 'E-mail in plain text',
    shows: (all) => inTurn(all, (one) => markup`${mailHead(one)}<pre class="mail-text">${one.email.text ?? ''}</pre>`),
  },
  { id: 'google-chat', name: 'Google Chat', shows: (all) => inTurn(all, ({ googleChat }) => chatMarkup(googleChat)) },
  { id: 'teams', name: 'Microsoft Teams', shows: (all) => inTurn(all, teamsCardMarkup) },
  { id: 'pagerduty', name: 'PagerDuty', shows: (all) => inTurn(all, ({ pagerduty }) => pagerMarkup(pagerduty)) },
  { id: 'webhook', name: 'Webhook', shows: (all) => inTurn(all, ({ webhook }) => json(webhook)) },
];
