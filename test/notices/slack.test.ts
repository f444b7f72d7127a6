import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSlack, type SlackStandIn } from '../../infra/local/slack/slack.ts';
import { ChannelError } from '../../shared/notices/channel.ts';
import { slackChannel } from '../../shared/notices/slack.ts';
import { slackClient } from '../../shared/notices/slack-client.ts';
import { channelContract, message, type ChannelTrouble } from '../contracts/channel.ts';

// Synthetic: no such workspace, person or token exists.

const token = 'xoxb-test-only';
const faults: Readonly<Record<ChannelTrouble, { readonly fault: string; readonly retryAfterSeconds?: number }>> = {
  'rate-limited for 7 s': { fault: 'rate-limited', retryAfterSeconds: 7 },
  'server error': { fault: 'server-error' },
  hang: { fault: 'hang' },
  'target impossible': { fault: 'channel_not_found' },
  'credential refused': { fault: 'invalid_auth' },
  'malformed answer': { fault: 'malformed' },
};

/** Patient, but with a call that is known to hang. */
const timeouts = { patient: 10_000, hanging: 200 };

async function underTest(path: string) {
  const slack = await startSlack();
  const options = { token, baseUrl: `${slack.url}${path}`, timeoutMs: timeouts.patient };
  return {
    channel: slackChannel(options),
    to: { email: 'sam@example.com' },
    secret: token,
    trouble: (kind: ChannelTrouble) => {
      if (kind === 'hang') options.timeoutMs = timeouts.hanging;
      slack.faults.add({ method: 'chat.postMessage', ...faults[kind] });
    },
    received: () => slack.inbox().map((one) => JSON.stringify(one)),
    close: () => slack.close(),
  };
}

channelContract('Slack', () => underTest('/api/'));
channelContract('Slack at a bare URL', () => underTest(''));

describe('the Slack channel', () => {
  let slack: SlackStandIn;
  const channel = (timeoutMs = timeouts.patient) => slackChannel({ token, baseUrl: `${slack.url}/api`, timeoutMs });
  const send = (to: { email: string } | { channel: string }) => channel().send(message, to, { noticeId: 'notice-1' });
  const failure = (to: { email: string } | { channel: string }) => send(to).catch((error: unknown) => error);

  beforeEach(async () => {
    slack = await startSlack({
      users: [{ email: 'sam@example.com' }, { email: 'gone@example.com', deleted: true }],
      channels: ['#data-cost'],
    });
  });
  afterEach(async () => {
    await slack.close();
  });

  test('writes to a person directly', async () => {
    await send({ email: 'sam@example.com' });
    expect(slack.inbox()).toMatchObject([
      {
        to: 'sam@example.com',
        text: 'Your BigQuery job was cancelled: job-1 (analytics-prod, EU)',
        metadata: { event_type: 'jobwarden_notice', event_payload: { notice_id: 'notice-1' } },
      },
    ]);
  });

  test('writes to a channel by its name', async () => {
    const sent = await send({ channel: '#data-cost' });
    expect(slack.inbox()).toMatchObject([{ to: '#data-cost', channel: sent.room, ts: sent.id }]);
  });

  test.each([
    ['nobody has the address', { email: 'kim@example.com' }, 'no Slack user has this address (users_not_found)'],
    ['the account is deactivated', { email: 'gone@example.com' }, 'no Slack user has this address (users_not_found)'],
    ['there is no such channel', { channel: '#nowhere' }, 'the channel does not exist'],
  ])('says that the target can never be reached when %s', async (_title, to, reason) => {
    const error = await failure(to);
    expect(error).toMatchObject({ kind: 'target', reason: expect.stringContaining(reason) });
    expect(slack.inbox()).toEqual([]);
  });

  test.each(['users.lookupByEmail', 'conversations.open', 'chat.postMessage'])(
    'keeps apart what fails at %s',
    async (method) => {
      for (const [fault, kind] of [
        ['rate-limited', 'transient'],
        ['token_revoked', 'credential'],
        ['missing_scope', 'credential'],
        ['user_disabled', 'target'],
        ['a_code_that_nobody_knows', 'target'],
        ['internal_error', 'transient'],
      ] as const) {
        slack.faults.add({ fault, method });
        const error = await failure({ email: 'sam@example.com' });
        expect(error, fault).toBeInstanceOf(ChannelError);
        expect(error, fault).toMatchObject({ kind, message: expect.stringContaining(`[slack] ${method}`) });
      }
      expect(slack.inbox()).toEqual([]);
    },
  );

  test.each(['invalid_blocks', 'msg_blocks_too_long'])(
    'sends the words as plain text when Slack answers %s',
    async (fault) => {
      slack.faults.add({ fault, method: 'chat.postMessage' });
      const sent = await send({ email: 'sam@example.com' });
      expect(sent.reduced).toContain(fault);
      expect(slack.inbox()).toMatchObject([{ blocks: [], text: expect.stringContaining('over the limit of 30 min') }]);
    },
  );

  test('does not repeat an error code that is not one', async () => {
    const error = await answered(200, '{"ok":false,"error":"<!channel> SELECT 1"}');
    expect(error).toMatchObject({ message: '[slack] auth.test: an unreadable error code' });
  });
});

async function answered(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const server: Server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  try {
    return await slackClient({ token, baseUrl: `http://127.0.0.1:${port}` }).authTest();
  } catch (error) {
    return error;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('the Slack client', () => {
  test.each<[string, number, string, Readonly<Record<string, string>>]>([
    ['no JSON', 200, '<html>', {}],
    ['JSON of another shape', 200, '[1]', {}],
    ['an ok without what was asked for', 200, '{"ok":true}', {}],
    ['a megabyte and more', 200, `{"ok":true,"user":"u","team":"${'x'.repeat(1_100_000)}"}`, {}],
    ['an empty body', 200, '', {}],
    ['a rate limit without a time', 429, '', {}],
    ['a rate limit with an odd time', 429, '', { 'retry-after': 'soon' }],
    ['a redirect', 302, '', { location: 'http://127.0.0.1:9/' }],
    ['an error of a proxy', 502, 'Bad Gateway', {}],
  ])('asks for another delivery after %s', async (_title, status, body, headers) => {
    const error = await answered(status, body, headers);
    expect(error).toMatchObject({ kind: 'transient', retryAfterMs: undefined });
  });

  test('asks for another delivery when nobody listens', async () => {
    const error = await slackClient({ token, baseUrl: 'http://127.0.0.1:9' })
      .authTest()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'transient', message: '[slack] auth.test could not be reached' });
  });

  test('does not carry its token after a redirect', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(slackClient({ token, baseUrl: `http://127.0.0.1:${port}` }).authTest()).rejects.toThrow(ChannelError);
    server.closeAllConnections();
    server.close();
    expect(asked).toEqual(['/auth.test']);
  });

  test('changes a message that it posted', async () => {
    const slack = await startSlack();
    const client = slackClient({ token, baseUrl: `${slack.url}/api/` });
    const posted = await client.postMessage('#data-cost', { text: 'one', blocks: [], noticeId: 'notice-1' });
    await client.updateMessage(posted, { text: 'two', blocks: [], noticeId: 'notice-1' });
    expect(slack.inbox()).toMatchObject([{ text: 'two', edited: true }]);
    expect(await client.authTest()).toMatchObject({ user: 'jobwarden' });
    await slack.close();
  });
});
