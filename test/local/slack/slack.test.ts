import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blockFault } from '../../../infra/local/slack/blocks.ts';
import { startSlack, type SlackStandIn, type SlackStandInOptions } from '../../../infra/local/slack/slack.ts';

// Synthetic: no such workspace, person or token exists.

let slack: SlackStandIn;
let clockMs = 0;

async function restart(options: SlackStandInOptions = {}): Promise<void> {
  await slack.close();
  slack = await startSlack(options);
}

interface Asked {
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly token?: string;
}

async function call(method: string, { json, form, token = 'xoxb-1' }: Asked = {}) {
  const response = await fetch(`${slack.url}/api/${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': form === undefined ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded',
    },
    body: form === undefined ? JSON.stringify(json ?? {}) : new URLSearchParams(form).toString(),
    signal: AbortSignal.timeout(2000),
  });
  const body: unknown = await response.json();
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

const post = (channel: string, text = 'hello') => call('chat.postMessage', { json: { channel, text } });
const inbox = async (): Promise<unknown> => (await fetch(`${slack.url}/inbox`)).json();

beforeEach(async () => {
  slack = await startSlack();
});
afterEach(async () => {
  await slack.close();
});

describe('the way to a person', () => {
  test('leads from the address to the inbox', async () => {
    const found = await call('users.lookupByEmail', { form: { email: 'sam@example.com' } });
    expect(found.body).toMatchObject({ ok: true, user: { id: expect.stringMatching(/^U0/) } });
    const { id } = Object(Object(found.body).user);
    const opened = await call('conversations.open', { json: { users: id } });
    expect(opened.body).toMatchObject({ ok: true, channel: { id: expect.stringMatching(/^D0/) } });
    await post(Object(Object(opened.body).channel).id);
    expect(await inbox()).toMatchObject([{ to: 'sam@example.com', text: 'hello', blocks: [] }]);
  });

  test('takes an address in a form only, as Slack does', async () => {
    expect((await call('users.lookupByEmail', { json: { email: 'sam@example.com' } })).body).toEqual({
      ok: false,
      error: 'invalid_arguments',
    });
  });

  test('finds those who are named, and not those who left', async () => {
    await restart({
      users: [
        { email: 'kim@corp.example', id: 'U0KIM' },
        { email: 'left@corp.example', deleted: true },
      ],
    });
    const ask = async (email: string) => (await call('users.lookupByEmail', { form: { email } })).body;
    expect(await ask('kim@corp.example')).toMatchObject({ ok: true, user: { id: 'U0KIM' } });
    expect(await ask('left@corp.example')).toMatchObject({ ok: false, error: 'users_not_found' });
    expect(await ask('sam@example.com')).toMatchObject({ ok: false, error: 'users_not_found' });
  });

  test('does not open for somebody unknown', async () => {
    expect((await call('conversations.open', { json: { users: 'U0NOBODY0' } })).body).toMatchObject({
      error: 'user_not_found',
    });
    expect((await post('D0NOBODY0')).body).toMatchObject({ error: 'channel_not_found' });
  });
});

describe('channels', () => {
  test('are the same by name, with and without #, and by id', async () => {
    const { body } = await post('#data-cost');
    await post('data-cost');
    await post(Object(body).channel);
    expect(slack.inbox().map(({ to }) => to)).toEqual(['#data-cost', '#data-cost', '#data-cost']);
  });

  test('are only those that are named', async () => {
    await restart({ channels: ['#data-cost'] });
    expect((await post('#data-cost')).body).toMatchObject({ ok: true });
    expect((await post('#other')).body).toMatchObject({ ok: false, error: 'channel_not_found' });
  });

  test('take one message a second when asked to', async () => {
    await restart({ rateLimit: true, now: () => clockMs });
    expect((await post('#a')).status).toBe(200);
    expect(await post('#a')).toMatchObject({ status: 429, retryAfter: '1', body: { error: 'ratelimited' } });
    expect((await post('#b')).status).toBe(200);
    clockMs += 1000;
    expect((await post('#a')).status).toBe(200);
  });
});

describe('messages', () => {
  test('come in JSON, and in a form with their blocks as JSON', async () => {
    const blocks = [{ type: 'divider' }];
    await call('chat.postMessage', { form: { channel: '#a', text: 'x', blocks: JSON.stringify(blocks) } });
    await call('chat.postMessage', { json: { channel: '#a', text: 'x', blocks, thread_ts: '1.000001' } });
    expect(await inbox()).toMatchObject([{ blocks }, { blocks, thread_ts: '1.000001' }]);
  });

  test('have time stamps of their own', async () => {
    await post('#a');
    await post('#a');
    const [one, other] = slack.inbox().map(({ ts }) => ts);
    expect(one).not.toBe(other);
  });

  test('can be changed where they are, and nowhere else', async () => {
    const { channel, ts } = Object((await post('#a')).body);
    await call('chat.update', { json: { channel, ts, text: 'new' } });
    expect(await inbox()).toMatchObject([{ text: 'new', edited: true }]);
    expect((await call('chat.update', { json: { channel, ts: '1.1', text: 'x' } })).body).toMatchObject({
      error: 'message_not_found',
    });
  });

  test.each<[string, unknown, string]>([
    ['nothing to say', { text: '' }, 'no_text'],
    ['no channel', { channel: undefined, text: 'x' }, 'channel_not_found'],
    ['40,001 characters', { text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['blocks that are none', { text: 'x', blocks: 'no' }, 'invalid_blocks_format'],
    ['a block that is none', { text: 'x', blocks: [{ type: 'nothing' }] }, 'invalid_blocks'],
    ['metadata that is none', { text: 'x', metadata: { event_type: '' } }, 'invalid_metadata_format'],
    ['a thread that is a number', { text: 'x', thread_ts: 1.1 }, 'invalid_arguments'],
  ])('are refused with %s', async (_title, args, error) => {
    const { body } = await call('chat.postMessage', { json: { channel: '#a', ...Object(args) } });
    expect(body).toMatchObject({ ok: false, error });
    expect(slack.inbox()).toEqual([]);
  });
});

describe('blocks', () => {
  const text = (length: number, type = 'plain_text') => ({ type, text: 'x'.repeat(length) });
  const rich = (elements: readonly unknown[]) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements }],
  });

  test.each<[string, readonly unknown[], string | undefined]>([
    ['a header of 150', [{ type: 'header', text: text(150) }], undefined],
    ['a header of 151', [{ type: 'header', text: text(151) }], 'invalid_blocks'],
    ['a header in markup', [{ type: 'header', text: text(1, 'mrkdwn') }], 'invalid_blocks'],
    ['a section of 3,000', [{ type: 'section', text: text(3000) }], undefined],
    ['a section of 3,001', [{ type: 'section', text: text(3001) }], 'invalid_blocks'],
    ['an empty text', [{ type: 'section', text: text(0) }], 'invalid_blocks'],
    ['a field too many', [{ type: 'section', fields: Array.from({ length: 11 }, () => text(1)) }], 'invalid_blocks'],
    ['emoji on markup', [{ type: 'section', text: { ...text(1, 'mrkdwn'), emoji: true } }], 'invalid_blocks'],
    ['50 blocks', Array.from({ length: 50 }, () => ({ type: 'divider' })), undefined],
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), 'invalid_blocks'],
    ['an unknown key', [{ type: 'divider', color: 'red' }], 'invalid_blocks'],
    [
      'rich text',
      [
        rich([
          { type: 'text', text: 'x' },
          { type: 'link', url: 'https://example.com', text: 'y' },
        ]),
      ],
      undefined,
    ],
    ['rich text without text', [rich([{ type: 'text', text: '' }])], 'invalid_blocks'],
    ['rich text without elements', [rich([])], 'invalid_blocks'],
    ['a link that is none', [rich([{ type: 'link', url: 'here' }])], 'invalid_blocks'],
    [
      'too much in all',
      Array.from({ length: 4 }, () => ({ type: 'section', text: text(2900) })),
      'msg_blocks_too_long',
    ],
  ])('%s', (_title, blocks, error) => {
    expect(blockFault(blocks)?.error).toBe(error);
  });
});

describe('who may call', () => {
  test.each([
    ['a token of another kind', 'xoxp-1', 'invalid_auth'],
    ['no token', '', 'not_authed'],
  ])('not with %s', async (_title, token, error) => {
    expect((await call('auth.test', { token })).body).toMatchObject({ ok: false, error });
  });

  test('with a token in the form', async () => {
    const response = await fetch(`${slack.url}/api/auth.test`, {
      method: 'POST',
      body: new URLSearchParams({ token: 'xoxb-1' }),
    });
    expect(await response.json()).toMatchObject({ ok: true, user: 'jobwarden' });
  });

  test('nobody calls what there is not', async () => {
    expect((await call('files.upload')).body).toMatchObject({ ok: false, error: 'unknown_method' });
  });
});

describe('faults on request', () => {
  const fault = async (body: unknown) =>
    (await fetch(`${slack.url}/local/faults`, { method: 'POST', body: JSON.stringify(body) })).status;

  test.each<[string, unknown, object]>([
    ['429', { fault: 'rate-limited', retryAfterSeconds: 30 }, { status: 429, retryAfter: '30' }],
    ['500', { fault: 'server-error' }, { status: 500 }],
    ['an error of Slack', { fault: 'is_archived' }, { status: 200, body: { ok: false, error: 'is_archived' } }],
  ])('answer %s once', async (_title, body, expected) => {
    expect(await fault(body)).toBe(200);
    expect(await post('#a')).toMatchObject(expected);
    expect((await post('#a')).body).toMatchObject({ ok: true });
  });

  test('never answer', async () => {
    await fault({ fault: 'hang' });
    const silent = fetch(`${slack.url}/api/auth.test`, { method: 'POST', signal: AbortSignal.timeout(100) });
    await expect(silent).rejects.toThrow(/timeout/);
  });

  test('answer no JSON', async () => {
    await fault({ fault: 'malformed' });
    await expect(post('#a')).rejects.toThrow(/JSON/);
  });

  test('are for one method, for some calls, and for every third of them', async () => {
    slack.faults.add({ fault: 'is_archived', method: 'chat.update' });
    slack.faults.add({ fault: 'is_archived', method: 'chat.postMessage', times: 0, oneIn: 3 });
    const answers: unknown[] = [];
    for (let index = 0; index < 6; index += 1) answers.push(Object((await post('#a')).body).ok);
    expect(answers).toEqual([true, true, false, true, true, false]);
  });

  test('may spoil only the answer of a call that took effect', async () => {
    await fault({ fault: 'server-error', carryOut: true });
    expect((await post('#a')).status).toBe(500);
    expect(slack.inbox()).toHaveLength(1);
  });

  test('end when they are deleted', async () => {
    await fault({ fault: 'server-error', times: 0 });
    await fetch(`${slack.url}/local/faults`, { method: 'DELETE' });
    expect((await post('#a')).status).toBe(200);
  });

  test('are refused when they are none', async () => {
    expect(await fault({ fault: 'A Fault!' })).toBe(400);
    expect(await fault({ failure: 'hang' })).toBe(400);
    expect(await fault('hang')).toBe(400);
  });
});

test('closes although a call hangs', async () => {
  slack.faults.add({ fault: 'hang' });
  const silent = fetch(`${slack.url}/api/auth.test`, { method: 'POST' }).catch(() => 'ended');
  await slack.close();
  expect(await silent).toBe('ended');
  slack = await startSlack();
});
