import { ChannelError, type Channel } from '../../shared/notices/channel.ts';
import type { Receiver } from '../../shared/notices/notice.ts';
import type { Policy } from '../../shared/policy/schema.ts';

/** The channels of this deployment. */
export interface Channels {
  /** The channel of this name; undefined where there is none. Throws a `ChannelError` where its secret is missing. */
  get(name: string): Promise<Channel | undefined>;
  /** Who can still be told when the credential of a channel is refused: the operators, by whatever is set up. */
  lastResorts(): Promise<readonly Receiver[]>;
}

type ChannelSettings = Policy['channels'];

/** What channels are made from. `secret` gives the value of an environment variable; nothing here keeps or logs it. */
export interface ChannelsOptions {
  readonly policy: () => Promise<Pick<Policy, 'channels' | 'operators'> | undefined>;
  readonly secret: (variable: string) => string | undefined;
  readonly slackUrl: string;
  readonly pagerDutyUrl: string;
  /** Lets channels call this machine itself, over plain HTTP: for stand-ins. */
  readonly loopback: boolean;
}

/** The names that variables have where no policy can be read; a channel is then there if its variable is set. */
const usual = {
  slack: { tokenFrom: 'SLACK_BOT_TOKEN' },
  slackWebhook: { urlFrom: 'SLACK_WEBHOOK_URL' },
  pagerduty: { keyFrom: 'PAGERDUTY_ROUTING_KEY' },
  googleChat: { urlFrom: 'GOOGLE_CHAT_URL' },
  teams: { urlFrom: 'TEAMS_WORKFLOW_URL' },
  webhook: { urlFrom: 'AUDIT_WEBHOOK_URL', secretFrom: 'AUDIT_WEBHOOK_SECRET' },
} satisfies ChannelSettings;

function variablesOf(setting: object): readonly string[] {
  return Object.entries(setting).flatMap(([key, value]: [string, unknown]) =>
    key.endsWith('From') && typeof value === 'string' ? [value] : [],
  );
}

function isSet(secret: ChannelsOptions['secret'], variable: string): boolean {
  return (secret(variable) ?? '') !== '';
}

/** The settings to go by: those of the policy, and Slack by its usual name where the policy does not name it. */
async function settingsOf({ policy, secret }: ChannelsOptions): Promise<ChannelSettings> {
  const read = await policy();
  const known = (setting: object) => variablesOf(setting).every((variable) => isSet(secret, variable));
  const slack = known(usual.slack) ? { slack: usual.slack } : {};
  if (read !== undefined) return { ...slack, ...read.channels };
  return Object.fromEntries(Object.entries(usual).filter(([, setting]) => known(setting)));
}

interface Making {
  readonly settings: ChannelSettings;
  readonly options: ChannelsOptions;
  /** The value of a variable; throws a `ChannelError` where it is not set. */
  readonly need: (variable: string) => string;
}

type Make = (making: Making) => Promise<Channel | undefined>;

// Each is loaded when it is used: most deployments have one or two.
const makers: Readonly<Record<keyof typeof usual | 'email', Make>> = {
  slack: async ({ settings: { slack }, options, need }) => {
    if (slack === undefined) return undefined;
    const { slackChannel } = await import('../../shared/notices/slack.ts');
    return slackChannel({ token: need(slack.tokenFrom), baseUrl: options.slackUrl });
  },
  slackWebhook: async ({ settings: { slackWebhook }, options: { loopback }, need }) => {
    if (slackWebhook === undefined) return undefined;
    const { slackWebhookChannel } = await import('../../shared/notices/slack-webhook.ts');
    return slackWebhookChannel({ url: need(slackWebhook.urlFrom), loopback });
  },
  email: async ({ settings: { email }, need }) => {
    if (email === undefined) return undefined;
    const { emailChannel } = await import('../../shared/notices/email.ts');
    return emailChannel({ url: need(email.smtpFrom), sender: email.sender });
  },
  pagerduty: async ({ settings: { pagerduty }, options: { pagerDutyUrl: url, loopback }, need }) => {
    if (pagerduty === undefined) return undefined;
    const { pagerDutyChannel } = await import('../../shared/notices/pagerduty.ts');
    return pagerDutyChannel({ key: need(pagerduty.keyFrom), url, loopback });
  },
  googleChat: async ({ settings: { googleChat }, options: { loopback }, need }) => {
    if (googleChat === undefined) return undefined;
    const { googleChatChannel } = await import('../../shared/notices/google-chat.ts');
    return googleChatChannel({ url: need(googleChat.urlFrom), loopback });
  },
  teams: async ({ settings: { teams }, options: { loopback }, need }) => {
    if (teams === undefined) return undefined;
    const { teamsChannel } = await import('../../shared/notices/teams.ts');
    return teamsChannel({ url: need(teams.urlFrom), loopback });
  },
  webhook: async ({ settings: { webhook }, options: { loopback }, need }) => {
    if (webhook === undefined) return undefined;
    const { webhookChannel } = await import('../../shared/notices/webhook.ts');
    return webhookChannel({ url: need(webhook.urlFrom), secret: need(webhook.secretFrom), loopback });
  },
};

function isChannel(name: string): name is keyof typeof makers {
  return Object.hasOwn(makers, name);
}

function needOf(name: string, secret: ChannelsOptions['secret']) {
  return (variable: string): string => {
    const value = secret(variable) ?? '';
    if (value !== '') return value;
    const reason = `${variable} is not set`;
    throw new ChannelError(`[${name}] ${reason}`, { kind: 'credential', reason });
  };
}

async function resortsOf(options: ChannelsOptions): Promise<readonly Receiver[]> {
  const settings = await settingsOf(options);
  const operators = (await options.policy())?.operators;
  const { slack, email } = operators ?? {};
  const all: readonly (Receiver | undefined)[] = [
    { channel: 'slackWebhook', to: { channel: 'slackWebhook' } },
    email === undefined ? undefined : { channel: 'email', to: { email } },
    slack === undefined ? undefined : { channel: 'slack', to: { channel: slack } },
  ];
  return all
    .filter((one) => one !== undefined && isChannel(one.channel) && settings[one.channel] !== undefined)
    .filter((one) => one !== undefined);
}

/** The channels by the policy, each made once for as long as the policy says the same about it. */
export function openChannels(options: ChannelsOptions): Channels {
  const made = new Map<string, { readonly setting: string; readonly channel: Promise<Channel | undefined> }>();
  return {
    get: async (name) => {
      if (!isChannel(name)) return undefined;
      const settings = await settingsOf(options);
      const setting = JSON.stringify(settings[name]);
      const known = made.get(name);
      if (known !== undefined && known.setting === setting) return known.channel;
      const channel = makers[name]({ settings, options, need: needOf(name, options.secret) });
      made.set(name, { setting, channel });
      // What could not be made is made anew by the next call.
      channel.catch(() => made.delete(name));
      return channel;
    },
    lastResorts: () => resortsOf(options),
  };
}
