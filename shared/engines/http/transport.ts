import { request as overHttp, type IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { GoogleAuth } from 'google-auth-library';

type Request = Parameters<GoogleAuth['request']>[0] & object;
type Adapter = NonNullable<Request['adapter']>;

const maxBytesByDefault = 64 * 1024 * 1024;

/**
 * Carries the requests of Google's auth client over plain `node:https`, and unpacks each answer at once. What the client
 * takes for it otherwise, a fetch of its own with streams around every body, costs two to three times the processor time.
 * Answers with text and no stream, follows no redirect, and sends no body.
 */
export const plainTransport: Adapter = async (options) => {
  const { status, headers, body } = await answerTo(options);
  const data = textOf(headers, body, options.maxContentLength ?? maxBytesByDefault);
  // `bodyUsed`: without it an error of the client leaves out what the service said.
  const answer = { status, headers, data, config: options, ok: status >= 200 && status < 300, bodyUsed: true };
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- of a whole Response nobody looks at more than this
  return answer as never;
};

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The options as the client has prepared them: with the token, and with an agent where there is a proxy. */
type Prepared = Parameters<Adapter>[0];

async function answerTo(options: Prepared): Promise<Answer> {
  const url = new URL(options.url);
  const headers = { accept: '*/*', ...Object.fromEntries(options.headers), 'accept-encoding': 'gzip' };
  const { method = 'GET', signal, agent } = options;
  const how = {
    method,
    headers,
    ...(signal instanceof AbortSignal && { signal }),
    ...(agent !== undefined && { agent: typeof agent === 'function' ? agent(url) : agent }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? overHttp : overHttps)(url, how, (message) => {
      bodyOf(message, options.maxContentLength ?? maxBytesByDefault).then(
        (body) => resolve({ status: message.statusCode ?? 0, headers: headersOf(message), body }),
        (error: unknown) => {
          request.destroy();
          reject(error);
        },
      );
    });
    request.on('error', reject);
    request.end();
  });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return headers;
}

/** All bytes as they came over the wire; an answer that breaks off is an error. */
async function bodyOf(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function textOf(headers: Headers, body: Buffer, maxOutputLength: number): string {
  if (headers.get('content-encoding') !== 'gzip' || body.length === 0) return body.toString();
  try {
    return gunzipSync(body, { maxOutputLength }).toString();
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : error;
  }
}

/** Named as the client's own one is. */
function tooLarge(): Error {
  return Object.assign(new Error('the answer is too large'), { type: 'max-size' });
}
