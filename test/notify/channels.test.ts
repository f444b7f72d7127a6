import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../functions/log.ts';
import { openChannels, type ChannelsOptions } from '../../functions/notify/channels.ts';
import { notify } from '../../functions/notify/notify.ts';
import { policyReader } from '../../functions/notify/policy.ts';
import { startChannels, type ChannelsStandIn } from '../../infra/local/channels/channels.ts';
import { aNotice, aNoticePolicy } from '../notices/make.ts';
import { routingKey, webhookSecret } from '../notices/channel-worlds.ts';
import { nowMs } from '../make.ts';
import { logInto } from '../secrets/listen.ts';
import { ports } from './make.ts';

// Synthetic: no such account, key, workflow or person exists.

const written = {
  slack: { tokenFrom: 'OUR_SLACK' },
  slackWebhook: { urlFrom: 'OUR_HOOK' },
  email: { smtpFrom: 'OUR_SMTP', sender: 'jobwarden@example.com' },
  pagerduty: { keyFrom: 'OUR_PAGER' },
  googleChat: { urlFrom: 'OUR_CHAT' },
  teams: { urlFrom: 'OUR_TEAMS' },
  webhook: { urlFrom: 'OUR_URL', secretFrom: 'OUR_SECRET' },
};
const names = Object.keys(written);

function open(env: Readonly<Record<string, string>>, fields: Partial<ChannelsOptions> = {}) {
  return openChannels({
    policy: async () => undefined,
    secret: (name) => env[name],
    slackUrl: 'http://127.0.0.1:9/api/',
    pagerDutyUrl: 'http://127.0.0.1:9/',
    loopback: true,
    ...fields,
  });
}

async function found(channels: ReturnType<typeof open>): Promise<readonly string[]> {
  const all = await Promise.all(names.map((name) => channels.get(name)));
  return all.flatMap((channel) => (channel === undefined ? [] : [channel.name]));
}

describe('the channels of a deployment', () => {
  const policy = async () => aNoticePolicy({ channels: written });

  test('go by the variables that the policy names', async () => {
    const env = {
      OUR_SLACK: 'xoxb-x',
      OUR_HOOK: 'https://example.com/h',
      OUR_SMTP: 'smtp://mail.example.com',
      OUR_PAGER: routingKey,
      OUR_CHAT: 'https://example.com/c',
      OUR_TEAMS: 'https://example.com/t',
      OUR_URL: 'https://example.com/w',
      OUR_SECRET: webhookSecret,
    };
    expect(await found(open(env, { policy }))).toEqual(names);
  });

  test('go by the usual names where no policy can be read, and only those are there that are set', async () => {
    expect(await found(open({}))).toEqual([]);
    const env = {
      SLACK_BOT_TOKEN: 'xoxb-x',
      TEAMS_WORKFLOW_URL: 'https://example.com',
      AUDIT_WEBHOOK_URL: 'https://x.example',
    };
    expect(await found(open(env))).toEqual(['slack', 'teams']);
  });

  test('have Slack by its usual name where the policy does not name it', async () => {
    const only = async () => aNoticePolicy({ channels: { teams: written.teams } });
    expect(await found(open({ SLACK_BOT_TOKEN: 'xoxb-x', OUR_TEAMS: 'https://e.example' }, { policy: only }))).toEqual([
      'slack',
      'teams',
    ]);
  });

  test.each(names)('say which variable is missing for %s, as a credential to be repaired', async (name) => {
    const error: unknown = await open({}, { policy })
      .get(name)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'credential', message: expect.stringMatching(/^\[\w+\] OUR_\w+ is not set$/) });
  });

  test.each(['', 'toString', '__proto__', 'sms'])('know no channel %j', async (name) => {
    expect(await open({}, { policy }).get(name)).toBeUndefined();
  });

  test('are made once for as long as the policy says the same', async () => {
    let keyFrom = 'ONE';
    const changing = async () => aNoticePolicy({ channels: { pagerduty: { keyFrom } } });
    const channels = open({ ONE: routingKey, TWO: routingKey }, { policy: changing });
    const first = await channels.get('pagerduty');
    expect(await channels.get('pagerduty')).toBe(first);
    keyFrom = 'TWO';
    expect(await channels.get('pagerduty')).not.toBe(first);
  });

  test('have as last resorts what is set up: the webhook of Slack, and the operators', async () => {
    expect(await open({}, { policy }).lastResorts()).toEqual([
      { channel: 'slackWebhook', to: { channel: 'slackWebhook' } },
      { channel: 'email', to: { email: 'oncall@example.com' } },
      { channel: 'slack', to: { channel: '#data-cost' } },
    ]);
    expect(await open({}).lastResorts()).toEqual([]);
  });
});

describe('notify with the channels of its policy', () => {
  let standIn: ChannelsStandIn;
  let folder: string;
  let logged: LogEntry[];

  beforeEach(async () => {
    standIn = await startChannels();
    folder = await mkdtemp(join(tmpdir(), 'jobwarden-channels-'));
    logged = [];
  });
  afterEach(async () => {
    await standIn.close();
    await rm(folder, { recursive: true });
  });

  const text = `version: 1
targets: [{ engine: bigquery, projects: [analytics-prod] }]
rules: [{ name: long, match: { principal: "*" }, limit: { runTime: 1h }, action: warn }]
operators: { slack: "#data-cost" }
channels:
  pagerduty: { keyFrom: OUR_PAGER }
  slackWebhook: { urlFrom: OUR_HOOK }
routes: [{ to: [pagerduty] }]
`;
  const reader = (policyFile: string | undefined, now = () => nowMs) =>
    policyReader({ policyFile, storageEndpoint: undefined, log: logInto(logged), now });
  const at = async (content: string) => {
    const file = join(folder, 'policy.yaml');
    await writeFile(file, content);
    return file;
  };
  const toPager = { ...aNotice(), receivers: [{ channel: 'pagerduty', to: { channel: 'pagerduty' } }] };

  test('reads the policy, and sends through the channel that it names', async () => {
    const policy = reader(await at(text));
    const channels = open({ OUR_PAGER: routingKey }, { policy, pagerDutyUrl: `${standIn.url}/pagerduty` });
    expect(await notify(toPager, ports({ channels }))).toEqual({ kind: 'delivered' });
    expect(standIn.inbox().map(({ body }) => body['event_action'])).toEqual(['trigger', 'resolve']);
    expect(logged).toEqual([]);
  });

  test('tells the webhook of Slack when the key is not accepted, and raises an alert without the key', async () => {
    const policy = reader(await at(text));
    const env = { OUR_PAGER: 'hunter2-hunter2', OUR_HOOK: `${standIn.url}/slackWebhook?hunter3` };
    const channels = open(env, { policy, pagerDutyUrl: `${standIn.url}/pagerduty` });
    const given = ports({ channels });
    expect(await notify(toPager, given)).toEqual({ kind: 'delivered' });
    expect(standIn.inbox().map(({ to }) => to)).toEqual(['slackWebhook']);
    expect(given.logged[0]).toMatchObject({ severity: 'ERROR', failure: 'credential' });
    expect(JSON.stringify(given.logged)).not.toContain('hunter');
  });

  test('is read again after a minute, not before', async () => {
    const clock = { nowMs };
    const file = await at(text);
    const read = reader(file, () => clock.nowMs);
    expect((await read())?.channels.teams).toBeUndefined();
    await writeFile(file, text.replace('pagerduty: {', 'teams: { urlFrom: OUR_TEAMS }\n  pagerduty: {'));
    clock.nowMs += 59_000;
    expect((await read())?.channels.teams).toBeUndefined();
    clock.nowMs += 2000;
    expect((await read())?.channels.teams).toEqual({ urlFrom: 'OUR_TEAMS' });
  });

  test.each([
    ['is not there', undefined],
    ['is wrong', 'version: 7'],
  ])('goes by the usual names, and says so, where the policy %s', async (_why, content) => {
    const file = content === undefined ? join(folder, 'nowhere.yaml') : await at(content);
    expect(await reader(file)()).toBeUndefined();
    expect(logged).toMatchObject([{ severity: 'WARNING', message: expect.stringContaining('usual names') }]);
  });

  test('goes by the usual names where no policy is set', async () => {
    expect(await reader(undefined)()).toBeUndefined();
    expect(logged).toEqual([]);
  });
});
