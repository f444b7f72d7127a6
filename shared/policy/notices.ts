import { z } from 'zod';
import type { Contact } from '../jobs/owner.ts';
import { entry } from './entry.ts';
import { fault } from './fault.ts';
import { noticeMatch } from './match.ts';
import { address, slackName } from './people.ts';
import { checkedText, duration, text } from './scalars.ts';
import { looksSecret } from './secrets.ts';

const pastedSecret = fault(
  'secret-in-policy',
  'This looks like a secret; a policy is read by many people and kept in history.',
  'Put the secret into an environment variable and write the name of the variable here. Then replace the secret: it has been seen.',
);

const variable = checkedText((value) => {
  if (looksSecret(value) || /:\/\//.test(value)) return pastedSecret;
  if (/^[A-Z][A-Z0-9_]{1,99}$/.test(value)) return undefined;
  return fault(
    'bad-variable',
    'This is not the name of an environment variable.',
    'Write its name in capitals, such as SLACK_BOT_TOKEN.',
  );
});

const from = (what: string, example: string) =>
  variable.meta({ description: `The environment variable that holds ${what}.`, samples: [example] });

/** `channels`: how notices leave. Secrets are named, never written. */
export const channels = entry({
  slack: entry({ tokenFrom: from('the bot token', 'SLACK_BOT_TOKEN') })
    .optional()
    .describe('Slack, by a bot: channels and direct messages.'),
  slackWebhook: entry({ urlFrom: from('the URL of the incoming webhook', 'SLACK_WEBHOOK_URL') })
    .optional()
    .describe('Slack, by an incoming webhook: one channel only.'),
  email: entry({
    smtpFrom: from('the URL of the mail server', 'SMTP_URL'),
    sender: address.describe('The address that mails come from.'),
  })
    .optional()
    .describe('E-mail.'),
  pagerduty: entry({ keyFrom: from('the routing key', 'PAGERDUTY_ROUTING_KEY') })
    .optional()
    .describe('PagerDuty.'),
  googleChat: entry({ urlFrom: from('the URL of the webhook', 'GOOGLE_CHAT_URL') })
    .optional()
    .describe('Google Chat.'),
  teams: entry({ urlFrom: from('the URL of the workflow', 'TEAMS_WORKFLOW_URL') })
    .optional()
    .describe('Microsoft Teams, by a workflow.'),
  webhook: entry({
    urlFrom: from('the URL', 'AUDIT_WEBHOOK_URL'),
    secretFrom: from('the secret that signs each call', 'AUDIT_WEBHOOK_SECRET'),
  })
    .optional()
    .describe('Any HTTPS endpoint, with signed calls.'),
});

/** The channels, by the words that policies use. */
export const channelNames = ['slack', 'slackWebhook', 'email', 'pagerduty', 'googleChat', 'teams', 'webhook'] as const;
type ChannelName = (typeof channelNames)[number];

/** Who gets a notice: people found by name, everybody behind a channel, or one contact. */
export type Receiver =
  | { readonly who: 'owner' | 'operators' }
  | { readonly who: 'channel'; readonly channel: ChannelName }
  | { readonly who: 'contact'; readonly contact: Contact };

const receiverWords = ['owner', 'operators', ...channelNames];

function parseReceiver(written: string): Receiver | undefined {
  const channel = channelNames.find((known) => known === written);
  if (written === 'owner' || written === 'operators') return { who: written };
  if (channel !== undefined) return { who: 'channel', channel };
  const [, way, at] = /^(slack|email):(.*)$/.exec(written) ?? [];
  if (at === undefined || !(way === 'email' ? address : slackName).safeParse(at).success) return undefined;
  return { who: 'contact', contact: way === 'email' ? { email: at } : { slack: at } };
}

const receiver = z
  .string()
  .transform((written, context) => {
    const found = parseReceiver(written);
    if (found !== undefined) return found;
    const message = /^(slack|email):/.test(written)
      ? fault(
          'bad-contact',
          `"${written}" is not somebody to reach.`,
          'Write "slack:#channel" or "email:name@example.com", in quotes.',
        )
      : fault('unknown-value', written, receiverWords.join(','));
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({
    id: 'Receiver',
    description: `${receiverWords.join(', ')}, "slack:#channel" or "email:address".`,
    anyOf: [{ enum: receiverWords }, { pattern: '^(slack|email):' }],
  });

/** `routes`: which notice goes where. */
export const route = entry({
  match: noticeMatch.default([]).describe('Which notices. Left out: every one, as the last route must.'),
  to: z
    .array(receiver)
    .min(1)
    .meta({ description: 'Who gets them.', samples: [['owner']] }),
  continue: z.boolean().default(false).describe('Whether the routes below are looked at as well.'),
}).meta({ id: 'Route', description: 'The first route that matches a notice says who gets it.' });

const link = checkedText((value) =>
  /^https:\/\/[^\s@]+$/.test(value)
    ? undefined
    : fault('bad-link', `"${value}" is not a link that people can follow.`, 'Write a full https:// address.'),
);

/** `notices`: what the messages say. */
export const notices = entry({
  showQuery: z
    .enum(['author', 'never', 'all'])
    .default('author')
    .describe('Who sees the first line of the SQL: its own author only, nobody (never), or all receivers.'),
  repeat: duration.prefault('4h').describe('A standing warning is repeated after this time.'),
  help: entry({
    askIn: text.optional().meta({ description: 'Where owners can ask.', samples: ['#data-help'] }),
    exemptionUrl: link
      .optional()
      .meta({ description: 'Where owners can ask for an exemption.', samples: ['https://example.com/ask'] }),
    runbookUrl: link.optional().meta({ description: 'What operators can read.', samples: ['https://example.com/run'] }),
  })
    .prefault({})
    .describe('What every message offers as the next step.'),
}).transform(({ repeat, ...rest }) => ({ ...rest, repeatMs: repeat }));
