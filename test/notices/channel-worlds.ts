import { once } from 'node:events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { startChannels, type ChannelsStandIn } from '../../infra/local/channels/channels.ts';
import type { ServiceName } from '../../infra/local/channels/services.ts';
import type { Channel } from '../../shared/notices/channel.ts';
import { emailChannel } from '../../shared/notices/email.ts';
import { googleChatChannel } from '../../shared/notices/google-chat.ts';
import { pagerDutyChannel } from '../../shared/notices/pagerduty.ts';
import { slackWebhookChannel } from '../../shared/notices/slack-webhook.ts';
import { teamsChannel } from '../../shared/notices/teams.ts';
import { webhookChannel } from '../../shared/notices/webhook.ts';
import type { ChannelTrouble } from '../contracts/channel.ts';

// Synthetic: no such account, key, space, workflow or mailbox exists.

export const routingKey = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6';
export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Each channel that posts JSON, with its secret; the stand-in takes any path and query behind the name. */
export const channelsAt: Readonly<
  Record<ServiceName, (url: string, timeoutMs?: number) => { readonly channel: Channel; readonly secret: string }>
> = {
  pagerduty: (url, timeoutMs) => ({
    channel: pagerDutyChannel({ key: routingKey, url: `${url}/pagerduty`, timeoutMs, loopback: true }),
    secret: routingKey,
  }),
  webhook: (url, timeoutMs) => ({
    channel: webhookChannel({ secret: webhookSecret, url: `${url}/webhook`, timeoutMs, loopback: true }),
    secret: webhookSecret,
  }),
  googleChat: (url, timeoutMs) => {
    const secret = 'AIza-not-a-real-key';
    return {
      channel: googleChatChannel({ url: `${url}/googleChat?key=${secret}&token=t`, timeoutMs, loopback: true }),
      secret,
    };
  },
  teams: (url, timeoutMs) => {
    const secret = 'not-a-real-signature';
    return { channel: teamsChannel({ url: `${url}/teams?sig=${secret}`, timeoutMs, loopback: true }), secret };
  },
  slackWebhook: (url, timeoutMs) => {
    const secret = 'not-a-real-webhook';
    return {
      channel: slackWebhookChannel({ url: `${url}/slackWebhook?${secret}`, timeoutMs, loopback: true }),
      secret,
    };
  },
};

const faults: Readonly<Record<ChannelTrouble, { readonly fault: string; readonly retryAfterSeconds?: number }>> = {
  'rate-limited for 7 s': { fault: 'rate-limited', retryAfterSeconds: 7 },
  'server error': { fault: 'server-error' },
  hang: { fault: 'hang' },
  'target impossible': { fault: 'target' },
  'credential refused': { fault: 'credential' },
  'malformed answer': { fault: 'malformed' },
};

/** A channel that posts JSON, before its stand-in, for the contract. */
export async function httpUnderTest(name: ServiceName) {
  const standIn: ChannelsStandIn = await startChannels();
  const patient = channelsAt[name](standIn.url);
  let channel = patient.channel;
  return {
    get channel() {
      return channel;
    },
    to: { channel: name },
    secret: patient.secret,
    trouble: (kind: ChannelTrouble) => {
      if (kind === 'hang') ({ channel } = channelsAt[name](standIn.url, 200));
      standIn.faults.add({ method: name, ...faults[kind] });
    },
    received: () => standIn.inbox().map((one) => one.text),
    close: () => standIn.close(),
  };
}

interface Mailbox {
  readonly url: string;
  readonly mails: readonly { readonly raw: string; readonly from: string; readonly to: readonly string[] }[];
  close(): Promise<void>;
}

/** A real SMTP server on 127.0.0.1 that asks for a password and keeps what it is sent. */
export async function startMailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const mails: { raw: string; from: string; to: readonly string[] }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'jobwarden' && password === 'not-a-real-password') done(null, { user: username });
      else done(Object.assign(new Error('Invalid username or password'), { responseCode: 535 }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({ raw: Buffer.concat(chunks).toString('utf8'), from, to: rcptTo.map(({ address }) => address) });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `smtp://jobwarden:not-a-real-password@127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Mail before a real server that goes wrong once when told to, for the contract. */
export async function emailUnderTest() {
  let next: ChannelTrouble | undefined;
  const refuse = (code: number, says: string) => Object.assign(new Error(says), { responseCode: code });
  const take = (...kinds: readonly ChannelTrouble[]) => {
    if (next === undefined || !kinds.includes(next)) return undefined;
    const taken = next;
    next = undefined;
    return taken;
  };
  const mailbox = await startMailbox({
    onAuth: (_auth, _session, done) => {
      if (take('credential refused') === undefined) done(null, { user: 'jobwarden' });
      else done(refuse(535, '5.7.8 Authentication credentials invalid'));
    },
    onMailFrom: (_address, _session, done) => {
      const trouble = take('rate-limited for 7 s', 'server error', 'hang');
      if (trouble === 'hang') return;
      if (trouble === undefined) done();
      else done(refuse(trouble === 'server error' ? 451 : 421, '4.7.0 Try again later'));
    },
    onRcptTo: (_address, _session, done) => {
      if (take('target impossible') !== undefined) done(refuse(550, '5.1.1 No such user'));
      else if (take('malformed answer') !== undefined) done(refuse(999, 'this is no answer'));
      else done();
    },
  });
  const options = { url: mailbox.url, sender: 'jobwarden@example.com', timeoutMs: 10_000 };
  let channel = emailChannel(options);
  return {
    get channel() {
      return channel;
    },
    to: { email: 'sam@example.com' },
    secret: 'not-a-real-password',
    saysWhen: false as const,
    trouble: (kind: ChannelTrouble) => {
      if (kind === 'hang') channel = emailChannel({ ...options, timeoutMs: 300 });
      next = kind;
    },
    received: () => mailbox.mails.map(({ raw }) => raw.replaceAll(/=\r\n/g, '')),
    close: () => mailbox.close(),
  };
}
