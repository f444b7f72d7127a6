import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ApiError } from './errors.ts';
import type { Fault } from './faults.ts';
import type { JsonObject } from './json.ts';

const LARGEST_BODY_BYTES = 1_048_576;
const compress = promisify(gzip);

/** An answer: without a body it is empty, although it says it is JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: JsonObject | undefined;
}

/** The whole body of a request as text. One of more than 1 MiB is read to its end but not kept: an ApiError with 413. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(piece);
  }
  if (bytes <= LARGEST_BODY_BYTES) return Buffer.concat(chunks).toString('utf8');
  throw new ApiError({ status: 413, reason: 'uploadTooLarge', message: 'The request body is larger than 1 MiB.' });
}

const SPOILED: Readonly<Partial<Record<Fault['kind'], string>>> = {
  'empty body': '',
  'not json': '<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title></html>',
  'wrong shape': JSON.stringify({
    kind: 'bigquery#job',
    jobs: { first: 1 },
    job: [],
    status: 'RUNNING',
    statistics: 'none',
  }),
};

function textOf(answer: Answer, spoiledBy: Fault['kind'] | undefined): string {
  const whole = answer.body === undefined ? '' : JSON.stringify(answer.body);
  return (spoiledBy === undefined ? undefined : SPOILED[spoiledBy]) ?? whole;
}

/** Sends an answer as JSON, gzipped when the client accepts that, spoiled when a fault says so. */
export async function send(response: ServerResponse, answer: Answer, spoiledBy?: Fault['kind']): Promise<void> {
  const text = textOf(answer, spoiledBy);
  const accepted = response.req.headers['accept-encoding'] ?? '';
  const zipped = /\bgzip\b/.test(accepted) && text !== '';
  const bytes = zipped ? await compress(text) : Buffer.from(text);
  response.writeHead(answer.status, {
    'content-type': spoiledBy === 'not json' ? 'text/html; charset=UTF-8' : 'application/json; charset=UTF-8',
    'content-length': bytes.length,
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    vary: 'Origin, X-Origin, Referer',
  });
  if (spoiledBy !== 'truncated body') {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}
