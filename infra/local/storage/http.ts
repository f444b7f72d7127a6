import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { JsonObject } from '../bigquery/json.ts';
import { StorageError } from './errors.ts';
import type { StorageFault } from './faults.ts';

const LARGEST_BODY_BYTES = 67_108_864;
const compress = promisify(gzip);

/** An answer: JSON, or bytes as they are, or nothing. */
export interface Answer {
  readonly status: number;
  readonly body?: JsonObject | Buffer | undefined;
  readonly headers?: OutgoingHttpHeaders;
}

/** The whole body of a request. One of more than 64 MiB is read to its end but not kept: a StorageError with 413. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(piece);
    else chunks.length = 0;
  }
  if (bytes <= LARGEST_BODY_BYTES) return Buffer.concat(chunks);
  throw new StorageError({ status: 413, reason: 'uploadTooLarge', message: 'The request body is larger than 64 MiB.' });
}

const ODD = { kind: 'storage#object', items: { first: 1 }, name: 5, generation: {}, size: 'many', nextPageToken: 7 };

/** What a fault makes of an answer's body; the headers that describe an object go when it is not one any more. */
const SPOILED: Readonly<Partial<Record<StorageFault['kind'], (answer: Answer) => Answer>>> = {
  'empty body': ({ status, headers = {} }) => ({ status, body: Buffer.alloc(0), headers }),
  'not json': ({ status }) => ({
    status,
    body: Buffer.from('<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title></html>'),
    headers: { 'content-type': 'text/html; charset=UTF-8' },
  }),
  'wrong shape': ({ status }) => ({ status, body: { ...ODD, items: { first: 1 } } }),
};

/** Sends an answer, JSON gzipped when the client accepts that, spoiled when a fault says so. */
export async function send(response: ServerResponse, answer: Answer, spoiledBy?: StorageFault['kind']): Promise<void> {
  const { status, body, headers } = (spoiledBy && SPOILED[spoiledBy]?.(answer)) ?? answer;
  if (body === undefined) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  const isJson = !Buffer.isBuffer(body);
  const zipped = isJson && /\bgzip\b/.test(response.req.headers['accept-encoding'] ?? '');
  const plain = isJson ? Buffer.from(JSON.stringify(body)) : body;
  const bytes = zipped ? await compress(plain) : plain;
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    vary: 'Origin, X-Origin',
    ...headers,
    'content-length': bytes.length,
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  });
  if (spoiledBy !== 'truncated body') {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

/** The answer that an error is: in plain text where bytes were asked for, without a body for 304. */
export function errorAnswer(error: unknown, wantsBytes: boolean): Answer {
  const known =
    error instanceof StorageError
      ? error
      : new StorageError({ status: 500, reason: 'internalError', message: `The stand-in failed: ${String(error)}` });
  const { status, body, message, retryAfterSeconds } = known;
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (status === 304) return { status, headers };
  if (!wantsBytes) return { status, body, headers };
  return { status, body: Buffer.from(message), headers: { ...headers, 'content-type': 'text/html; charset=UTF-8' } };
}
