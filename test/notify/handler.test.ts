import { once } from 'node:events';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSlack, type SlackStandIn } from '../../infra/local/slack/slack.ts';
import { deadLettersTo } from '../../functions/notify/dead-letters.ts';
import { notifyHandler } from '../../functions/notify/handler.ts';
import { memoryTrail, type Trail } from '../../shared/audit/trail.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { noticeType } from '../../shared/notices/notice.ts';
import { slackChannel } from '../../shared/notices/slack.ts';
import { aNotice } from '../notices/make.ts';
import { ports } from './make.ts';

// Synthetic: no such person, job or channel exists.

const notice = aNotice();
const event = noticeEvent(notice, '//jobwarden/test');
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const push = (value: unknown) => ({
  message: {
    data: base64(value),
    messageId: '1',
    message_id: '1',
    publishTime: '2026-03-11T10:00:00Z',
    attributes: {},
  },
  subscription: 'projects/p/subscriptions/notify',
});
const binary = {
  'content-type': 'application/json',
  'ce-id': '1',
  'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
  'ce-specversion': '1.0',
  'ce-source': '//pubsub.googleapis.com/projects/p/topics/t',
};

let slack: SlackStandIn;
let server: ReturnType<typeof getTestServer>;
let url = '';
let given: ReturnType<typeof ports>;
let letters: ReturnType<typeof memoryTrail>;
let refused = false;
let tidied = 0;
let tidyFails = false;
let functions = 0;
let slackOptions = { token: '', baseUrl: '', timeoutMs: 0 };

beforeEach(async () => {
  slack = await startSlack();
  slackOptions = { token: 'xoxb-test-only', baseUrl: `${slack.url}/api/`, timeoutMs: 10_000 };
  letters = memoryTrail();
  refused = false;
  const trail: Trail = {
    publish: async (events) =>
      refused ? events.map(({ id }) => ({ id, accepted: false, why: 'down' })) : letters.publish(events),
  };
  given = ports({ channel: slackChannel(slackOptions), deadLetters: deadLettersTo(trail) });
  tidied = 0;
  tidyFails = false;
  const tidy = async () => {
    tidied += 1;
    if (tidyFails) throw new Error('[objects] down');
  };
  // The framework keeps every function that was ever registered, so each test has one of its own.
  functions += 1;
  http(`notify-${functions}`, notifyHandler({ ...given, tidy }));
  server = getTestServer(`notify-${functions}`);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await slack.close();
});

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
}

async function deliver(
  body: unknown,
  { headers = { 'content-type': 'application/json' }, method = 'POST', path = '/' }: Asked = {},
) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const { status } = response;
  return {
    status,
    text: await response.text(),
    retryAfter: response.headers.get('retry-after'),
    allow: response.headers.get('allow'),
  };
}

describe('notify under the Functions Framework', () => {
  test.each<[string, unknown, Asked]>([
    ['a raw push', push(event), {}],
    ['a raw push to the path of a topic', push(event), { path: '/projects/p/topics/t' }],
    ['a CloudEvent in binary mode', push(event), { headers: binary }],
    [
      'a CloudEvent in structured mode',
      { specversion: '1.0', id: '1', source: '//s', type: binary['ce-type'], data: push(event) },
      { headers: { 'content-type': 'application/cloudevents+json' } },
    ],
    ['an event without a message around it', event, { headers: { 'content-type': 'application/cloudevents+json' } }],
    ['a push of an unknown content type', push(event), { headers: { 'content-type': 'application/octet-stream' } }],
  ])('delivers the notice of %s to Slack, and answers 204', async (_title, body, asked) => {
    expect(await deliver(body, asked)).toMatchObject({ status: 204, text: '' });
    expect(slack.inbox()).toMatchObject([
      { to: 'sam@example.com', metadata: { event_payload: { notice_id: notice.id } } },
    ]);
  });

  test('sends once, and answers 204 each time', async () => {
    expect((await deliver(push(event))).status).toBe(204);
    expect((await deliver(push(event))).status).toBe(204);
    expect(slack.inbox()).toHaveLength(1);
  });

  test('leaves every other event alone', async () => {
    expect((await deliver(push({ ...event, type: 'dev.jobwarden.job.warned.v1' }))).status).toBe(204);
    expect(slack.inbox()).toEqual([]);
    expect(given.logged).toMatchObject([{ severity: 'DEBUG' }]);
  });

  test.each<[string, string, number, string]>([
    ['Slack limits the rate', 'rate-limited', 503, '7'],
    ['Slack fails', 'server-error', 503, '10'],
    ['Slack hangs', 'hang', 503, '10'],
    ['Slack answers nonsense', 'malformed', 503, '10'],
    ['the token is refused', 'invalid_auth', 503, '10'],
  ])('asks for another delivery when %s, and delivers then', async (_title, fault, status, retryAfter) => {
    slack.faults.add({ fault, retryAfterSeconds: 7, method: 'chat.postMessage' });
    if (fault === 'hang') slackOptions.timeoutMs = 200;
    expect(await deliver(push(event))).toMatchObject({ status, retryAfter });
    slackOptions.timeoutMs = 10_000;
    slack.faults.clear();
    expect((await deliver(push(event))).status).toBe(204);
    expect(slack.inbox()).toHaveLength(1);
  });

  test('tells the fallback channel when the owner is not on Slack', async () => {
    slack.faults.add({ fault: 'users_not_found' });
    expect((await deliver(push(event))).status).toBe(204);
    expect(slack.inbox()).toMatchObject([{ to: '#data-unowned', text: expect.stringContaining('of sam@example.com') }]);
    expect(JSON.stringify(slack.inbox())).toContain(
      'could not be delivered to sam@example.com directly: no Slack user',
    );
  });

  test('says at which delivery it was', async () => {
    await deliver({ ...push(event), deliveryAttempt: 4 });
    expect(given.logged).toMatchObject([{ message: 'Notice delivered.', attempt: 4 }]);
  });

  test.each<[string, unknown, RegExp]>([
    ['an empty object', {}, /no Pub\/Sub message/],
    ['a notice that is none', push({ ...event, data: { id: 'x' } }), /not understood: id/],
    ['a notice without jobs', push({ ...event, data: { ...notice, jobs: [] } }), /names at least one/],
    ['a notice of a later version', push({ ...event, type: 'dev.jobwarden.notice.v2' }), /not known here/],
    ['what is no JSON', '{', /./],
  ])('answers 400 with a sentence to %s', async (_title, body, says) => {
    const answer = await deliver(body);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(says);
    expect(slack.inbox()).toEqual([]);
  });

  test('takes a notice of a newer watch with fields that it does not know', async () => {
    const data = { ...notice, mood: 'fine', jobs: notice.jobs.map((job) => ({ ...job, colour: 'red' })) };
    expect((await deliver(push({ ...event, data }))).status).toBe(204);
    expect(slack.inbox()).toHaveLength(1);
  });

  test.each(['GET', 'PUT', 'DELETE'])('answers 405 to %s', async (method) => {
    expect(await deliver(undefined, { method })).toMatchObject({ status: 405, allow: 'POST' });
  });

  test('answers 413 to more than a megabyte', async () => {
    expect((await deliver({ ...push(event), padding: 'x'.repeat(1_000_001) })).status).toBe(413);
    expect(slack.inbox()).toEqual([]);
  });

  test('asks for another delivery when its own store fails, and says so', async () => {
    const failing = {
      ...given,
      receipts: { ...given.receipts, get: () => Promise.reject(new Error('[objects] down')) },
    };
    const answers: number[] = [];
    const response = { status: (code: number) => answers.push(code), set: () => 0, send: () => 0, end: () => 0 };
    await notifyHandler(failing)({ method: 'POST', headers: {}, body: push(event) }, response);
    expect(answers).toEqual([503]);
    expect(given.logged).toMatchObject([{ severity: 'ERROR' }]);
  });

  test('puts a notice that can reach nobody among the dead letters as it came, with its source', async () => {
    slack.faults.add({ fault: 'users_not_found', method: 'users.lookupByEmail', times: 0 });
    slack.faults.add({ fault: 'channel_not_found', method: 'chat.postMessage', times: 0 });
    const data = { ...notice, mood: 'fine' };
    expect((await deliver(push({ ...event, data }))).status).toBe(204);
    expect(letters.events).toMatchObject([
      { ...event, data, reason: expect.stringMatching(/^slack direct message: .+; slack #data-unowned: .+/) },
    ]);
  });

  test('asks for another delivery when the dead letter is not accepted', async () => {
    slack.faults.add({ fault: 'users_not_found', method: 'users.lookupByEmail', times: 0 });
    slack.faults.add({ fault: 'channel_not_found', method: 'chat.postMessage', times: 0 });
    refused = true;
    expect((await deliver(push(event))).status).toBe(503);
    refused = false;
    expect((await deliver(push(event))).status).toBe(204);
    expect(letters.events).toHaveLength(1);
  });

  test('tidies up after a notice, and what goes wrong with that changes nothing', async () => {
    tidyFails = true;
    expect((await deliver(push({ ...event, type: 'dev.jobwarden.job.warned.v1' }))).status).toBe(204);
    expect(tidied).toBe(0);
    expect((await deliver(push(event))).status).toBe(204);
    expect(tidied).toBe(1);
    expect(given.logged).toMatchObject([
      { severity: 'DEBUG' },
      { message: 'Notice delivered.' },
      { severity: 'WARNING', error: new Error('[objects] down') },
    ]);
  });

  test('repeats nothing of a malformed notice', async () => {
    const data = { ...notice, phase: 'private_words', jobs: 'private_words' };
    const { text } = await deliver(push({ ...event, data }));
    expect(text).toContain('phase');
    expect(text).not.toContain('private_words');
  });
});

test('the type of a notice is the one that subscriptions filter on', () => {
  expect(noticeType).toBe('dev.jobwarden.notice.v1');
});
