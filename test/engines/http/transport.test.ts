import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { PassThroughClient } from 'google-auth-library';
import { describe, expect, it } from 'vitest';
import { plainTransport } from '../../../shared/engines/http/transport.ts';

// Synthetic: a server on this machine.

async function withServer<Result>(listener: RequestListener, work: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    return await work(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const ask = async (url: string, about: { method?: 'POST'; signal?: AbortSignal; maxContentLength?: number } = {}) =>
  new PassThroughClient().request<unknown>({
    url,
    retry: false,
    responseType: 'text',
    adapter: plainTransport,
    headers: { 'user-agent': 'jobwarden (gzip)' },
    ...about,
  });

describe('the transport', () => {
  it('asks for packed answers, and unpacks them', async () => {
    const heard: unknown[] = [];
    const listener: RequestListener = ({ headers }, response) => {
      heard.push(headers['accept-encoding'], headers['user-agent']);
      response.writeHead(200, { 'content-encoding': 'gzip', date: 'Wed, 11 Mar 2026 10:00:00 GMT' });
      response.end(gzipSync('{"ä":1}'));
    };
    const { data, status, headers } = await withServer(listener, async (url) => ask(url));
    expect({ data, status, date: headers.get('date') }).toEqual({
      data: '{"ä":1}',
      status: 200,
      date: 'Wed, 11 Mar 2026 10:00:00 GMT',
    });
    expect(heard).toEqual(['gzip', expect.stringContaining('jobwarden (gzip)')]);
  });

  it('posts nothing, and says so', async () => {
    let heard: unknown;
    const listener: RequestListener = ({ method, headers }, response) => {
      heard = { method, length: headers['content-length'], type: headers['content-type'] };
      response.end();
    };
    expect((await withServer(listener, async (url) => ask(url, { method: 'POST' }))).data).toBe('');
    expect(heard).toEqual({ method: 'POST', length: '0', type: undefined });
  });

  it('keeps the words of a refusal', async () => {
    const listener: RequestListener = (_, response) => response.writeHead(403, { 'retry-after': '7' }).end('not you');
    const refused = withServer(listener, async (url) => ask(url));
    await expect(refused).rejects.toMatchObject({ status: 403, response: { data: 'not you' } });
  });

  it.each([
    ['is longer than it may be', gzipSync('x'), 10, { cause: { type: 'max-size' } }],
    [
      'is longer than it may be, once it is unpacked',
      gzipSync('x'.repeat(100_000)),
      1000,
      { cause: { type: 'max-size' } },
    ],
    [
      'was cut off before it was packed to its end',
      gzipSync('x'.repeat(1000)).subarray(0, 20),
      1e6,
      { code: 'Z_BUF_ERROR' },
    ],
    ['is not packed at all', Buffer.from('x'), 1e6, { code: expect.stringMatching(/^Z_/) }],
  ])('fails by name where an answer %s', async (_, body, maxContentLength, failure) => {
    const listener: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(body);
    };
    await expect(withServer(listener, async (url) => ask(url, { maxContentLength }))).rejects.toMatchObject(failure);
  });

  it('fails where an answer breaks off', async () => {
    const listener: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    await expect(withServer(listener, async (url) => ask(url))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('goes nowhere else when it is sent away', async () => {
    let requests = 0;
    const listener: RequestListener = (_, response) => {
      requests += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    await expect(withServer(listener, async (url) => ask(url))).rejects.toMatchObject({ status: 302 });
    expect(requests).toBe(1);
  });

  it.each(['head', 'body'])('ends when the signal fires before the %s has come', async (what) => {
    const stop = new AbortController();
    let closed: Promise<unknown> | undefined;
    const listener: RequestListener = (_, response) => {
      closed = once(response, 'close');
      if (what === 'body') response.writeHead(200).write('half');
      setImmediate(() => stop.abort());
    };
    await withServer(listener, async (url) => {
      await expect(ask(url, { signal: stop.signal })).rejects.toThrow(/abort/i);
      await closed;
    });
  });
});
