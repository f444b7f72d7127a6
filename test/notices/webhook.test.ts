import { createServer } from 'node:http';
import { once } from 'node:events';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startChannels, type ChannelsStandIn } from '../../infra/local/channels/channels.ts';
import { isLoopback, isPublicAddress } from '../../shared/notices/addresses.ts';
import { retryAfterMs } from '../../shared/notices/http-answer.ts';
import { postJson } from '../../shared/notices/post.ts';
import { webhookChannel } from '../../shared/notices/webhook.ts';
import { message } from '../contracts/channel.ts';
import { webhookSecret as secret } from './channel-worlds.ts';
import { aNotice } from './make.ts';

// Synthetic: no such endpoint, secret, person or job exists.

const to = { channel: 'webhook' };
const said = (error: unknown) => (error instanceof Error ? `${error.message} ${String(error.cause)}` : String(error));

describe('the webhook channel', () => {
  let standIn: ChannelsStandIn;
  const url = () => `${standIn.url}/webhook`;
  const send = (options: Partial<Parameters<typeof webhookChannel>[0]> = {}) =>
    webhookChannel({ url: url(), secret, loopback: true, ...options }).send(message, to, {
      noticeId: 'notice-1',
      notice: aNotice(),
    });

  beforeEach(async () => {
    standIn = await startChannels();
  });
  afterEach(async () => {
    await standIn.close();
  });

  const headersOf = (position = 0) => {
    const { headers } = standIn.inbox()[position] ?? { headers: {} };
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  };

  test('signs its calls so that the library of Standard Webhooks accepts them', async () => {
    await send();
    const [call] = standIn.inbox();
    const event = new Webhook(secret).verify(call?.text ?? '', headersOf());
    expect(event).toMatchObject({
      specversion: '1.0',
      id: 'notice-1',
      type: 'dev.jobwarden.told.v1',
      data: { title: message.title, phase: 'cancelled', jobs: [{ id: 'job-1', did: 'cancelled' }] },
    });
    expect(headersOf()['webhook-id']).toBe('notice-1');
  });

  test('signs so that a changed body, another secret and an old call are refused', async () => {
    await send();
    await send({ now: () => Date.now() - 400_000 });
    const [call, old] = standIn.inbox();
    const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    expect(() => new Webhook(secret).verify(`${call?.text} `, headersOf())).toThrow('No matching signature');
    expect(() => other.verify(call?.text ?? '', headersOf())).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(old?.text ?? '', headersOf(1))).toThrow('too old');
  });

  test('signs with the old and the new secret while one takes the place of the other', async () => {
    const next = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    await send({ secret: `${secret} ${next}` });
    const [call] = standIn.inbox();
    for (const one of [secret, next]) expect(new Webhook(one).verify(call?.text ?? '', headersOf())).toBeDefined();
  });

  test.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'hunter2hunter2hunter2hunter2', `whsec_${'A'.repeat(100)}`])(
    'does not call with a secret that is none: %j',
    async (wrong) => {
      await expect(send({ secret: wrong })).rejects.toMatchObject({ kind: 'credential' });
      expect(standIn.inbox()).toEqual([]);
    },
  );

  test('carries no statement', async () => {
    const notice = aNotice({ job: { queryText: 'SELECT private_words FROM t' } });
    const channel = webhookChannel({ url: url(), secret, loopback: true });
    await channel.send({ ...message, jobs: [] }, to, { noticeId: 'notice-1', notice });
    expect(standIn.inbox()[0]?.text).not.toContain('private_words');
  });

  test('does not follow a redirect', async () => {
    standIn.faults.add({ fault: 'redirect', method: 'webhook' });
    await expect(send()).rejects.toMatchObject({ kind: 'target', reason: expect.stringContaining('not followed') });
    expect(standIn.inbox()).toEqual([]);
  });

  test.each<[string, string, readonly string[]]>([
    ['an address of this machine', 'https://127.0.0.1/x', []],
    ['the same in another spelling', 'https://0x7f.1/x', []],
    ['the same as IPv6', 'https://[::1]/x', []],
    ['the same as mapped IPv6', 'https://[::ffff:127.0.0.1]/x', []],
    ['the metadata of a cloud', 'https://169.254.169.254/computeMetadata/v1/', []],
    ['a name that is a private address', 'https://hooks.example.com/x', ['10.1.2.3']],
    ['a name that is the metadata server', 'https://metadata.google.internal/x', ['169.254.169.254']],
    ['a name that is a private address as well', 'https://hooks.example.com/x', ['93.184.215.14', '192.168.1.1']],
    ['a name that is a local IPv6 address', 'https://hooks.example.com/x', ['fd00:ec2::254']],
    ['plain HTTP', 'http://hooks.example.com/x', ['93.184.215.14']],
    ['a URL with a password', 'https://u:p@hooks.example.com/x', ['93.184.215.14']],
    ['a file', 'file:///etc/passwd', []],
    ['no URL', 'hooks.example.com', []],
  ])('never calls %s', async (_what, wrong, addresses) => {
    const resolve = async () => addresses;
    const channel = webhookChannel({ url: wrong, secret, resolve, timeoutMs: 500 });
    const error: unknown = await channel.send(message, to, { noticeId: 'n' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'credential' });
    expect(said(error)).not.toContain(wrong);
  });

  test('never calls another private address where this machine is allowed', async () => {
    const resolve = async () => ['10.0.0.1'];
    const error = send({ url: 'https://hooks.example.com', resolve });
    await expect(error).rejects.toMatchObject({ kind: 'credential' });
    await expect(send({ url: 'http://10.0.0.1/' })).rejects.toMatchObject({ kind: 'credential' });
  });

  test('calls the address that was looked at, and asks for the name once', async () => {
    const asked: string[] = [];
    const hosts: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      hosts.push(request.headers.host);
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const resolve = async (host: string) => {
      asked.push(host);
      return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
    };
    // A plain name needs https; so the pin is seen by the connection reaching the server and failing at TLS there.
    const endpoint = { channel: 'webhook', url: `https://hooks.example.com:${port}/`, loopback: true, resolve };
    const connected = once(server, 'connection');
    await expect(postJson(endpoint, { body: '{}' })).rejects.toMatchObject({ kind: 'transient' });
    await connected;
    expect(asked).toEqual(['hooks.example.com']);
    expect(hosts).toEqual([]);
    server.closeAllConnections();
    server.close();
  });

  test('does not wait for ever for a name', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    const endpoint = { channel: 'webhook', url: 'https://hooks.example.com', timeoutMs: 50, resolve };
    await expect(postJson(endpoint, { body: '{}' })).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('addresses', () => {
  test.each([
    ['93.184.215.14', true],
    ['8.8.8.8', true],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
    ['0.0.0.0', false],
    ['10.255.0.1', false],
    ['100.64.0.1', false],
    ['127.8.8.8', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['172.32.0.1', true],
    ['192.168.0.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:8.8.8.8', false],
    ['64:ff9b::a9fe:a9fe', false],
    ['fe80::1', false],
    ['fc00::1', false],
    ['2001:db8::1', false],
    ['2002:a9fe:a9fe::1', false],
    ['ff02::1', false],
    ['example.com', false],
    ['', false],
  ])('%s is public: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  test('of this machine are known', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '10.0.0.1', 'localhost'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.UTC(2026, 2, 11, 10);
  test.each([
    ['7', 7000],
    ['0', 0],
    ['Wed, 11 Mar 2026 10:00:30 GMT', 30_000],
    ['Wed, 11 Mar 2026 09:00:30 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, nowMs)).toBe(ms);
  });
});
