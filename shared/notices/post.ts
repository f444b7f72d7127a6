import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { isLoopback, isPublicAddress } from './addresses.ts';
import { ChannelError } from './channel.ts';
import type { HttpAnswer } from './http-answer.ts';

/** Where a channel posts to. The URL may be a secret. `loopback` allows plain HTTP to this machine, and nothing else. */
export interface Endpoint {
  readonly channel: string;
  readonly url: string;
  readonly timeoutMs?: number | undefined;
  readonly loopback?: boolean | undefined;
  /** The addresses of a host name; the system's own way if left out. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

/** What is posted: JSON, and headers beside its type. */
export interface Post {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A message whose answer is late stands all the same and would be sent twice, so the wait is a long one. */
const patienceMs = 15_000;
const maxAnswerBytes = 64_000;

function refused(channel: string, reason: string): ChannelError {
  return new ChannelError(`[${channel}] ${reason}`, { kind: 'credential', reason });
}

/** The URL of an endpoint in parts. Throws a `ChannelError` that does not repeat it where it cannot be used. */
export function readUrl({ channel, url, loopback = false }: Pick<Endpoint, 'channel' | 'url' | 'loopback'>): URL {
  const read = URL.parse(url);
  if (read === null || read.username !== '' || read.password !== '') throw refused(channel, 'its URL cannot be used');
  const isHere = loopback && isLoopback(hostOf(read));
  if (read.protocol !== 'https:' && !(isHere && read.protocol === 'http:'))
    throw refused(channel, 'its URL is not an https address');
  return read;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

const bySystem: NonNullable<Endpoint['resolve']> = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** The one address that is called. Every address of the name has to be allowed: the next caller may get another one. */
async function addressOf(endpoint: Endpoint, url: URL, limit: AbortSignal): Promise<string> {
  const { channel, loopback = false, resolve = bySystem } = endpoint;
  const host = hostOf(url);
  const found = isIP(host) === 0 ? await until(limit, resolve(host)) : [host];
  const [first] = found;
  if (first === undefined) throw new Error('the name has no address');
  if (!found.every((address) => isPublicAddress(address) || (loopback && isLoopback(address))))
    throw refused(channel, 'its address is not one of the public internet');
  return first;
}

async function until<T>(limit: AbortSignal, work: Promise<T>): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(new Error('there was no answer in time'));
  if (limit.aborted) end();
  limit.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    limit.removeEventListener('abort', end);
  }
}

async function answerOf(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const buffer = Buffer.from(chunk);
    chunks.push(buffer);
    bytes += buffer.length;
    if (bytes > maxAnswerBytes) break;
  }
  const text = Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString('utf8');
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text };
}

function call(url: URL, address: string, { body, headers = {}, signal }: Post): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const version = isIP(address);
  const options: RequestOptions = {
    method: 'POST',
    agent: false,
    // The connection goes to the address that was looked at, whatever the name means a moment later.
    lookup: (_host, { all }, done) => {
      if (all === true) done(null, [{ address, family: version }]);
      else done(null, address, version);
    },
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'jobwarden',
      ...headers,
    },
    ...(signal === undefined ? {} : { signal }),
  };
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
    answerOf(response).then(resolve, reject);
  });
  request.on('error', reject);
  request.end(body);
  return promise;
}

/**
 * Posts JSON once and hands back whatever is answered; redirects are not followed. The name is resolved first, and only
 * addresses of the public internet are called. Throws a `ChannelError`: credential where the URL cannot be used, else transient.
 */
export async function postJson(endpoint: Endpoint, post: Post): Promise<HttpAnswer> {
  const { channel, timeoutMs = patienceMs } = endpoint;
  const url = readUrl(endpoint);
  const clock = AbortSignal.timeout(timeoutMs);
  const limit = post.signal === undefined ? clock : AbortSignal.any([clock, post.signal]);
  try {
    return await call(url, await addressOf(endpoint, url, limit), { ...post, signal: limit });
  } catch (cause) {
    if (cause instanceof ChannelError) throw cause;
    const says = clock.aborted ? `did not answer within ${timeoutMs} ms` : 'could not be reached';
    throw new ChannelError(`[${channel}] ${says}`, { kind: 'transient', cause });
  }
}
