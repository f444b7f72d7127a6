import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { Ended } from './gate.ts';

/** An HTTP request or answer, whole. */
interface Whole {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
export interface Asked extends Whole {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}
export interface Answered extends Whole {
  readonly status: number;
}

async function bodyOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks);
}

/** Sends a request to a server, and rejects when the connection breaks before the answer is whole. */
export async function forward(base: string, { method, path, headers, body }: Asked): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { connection: _, 'transfer-encoding': __, ...kept } = headers;
  // Each with a connection of its own: one that was kept might belong to a process that is gone.
  const request = send(new URL(path, base), {
    method,
    agent: false,
    headers: { ...kept, 'content-length': body.length },
  });
  request.on('response', resolve);
  request.on('error', reject);
  request.end(body);
  const response = await promise;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response) };
}

export interface Proxy {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A server on 127.0.0.1 that hands each request over whole; where the answer is `Ended` or fails, the connection breaks. */
export async function startProxy(answer: (asked: Asked) => Promise<Answered>, now: () => number): Promise<Proxy> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const { method = 'GET', url: path = '/', headers } = request;
    const answered = await answer({ method, path, headers, body });
    const { connection: _, 'transfer-encoding': __, ...kept } = answered.headers;
    const date = new Date(now()).toUTCString();
    response.writeHead(answered.status, { ...kept, date, 'content-length': answered.body.length }).end(answered.body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy();
      if (!(error instanceof Ended) && !isBroken(error)) throw error;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('[crash] a proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A connection that broke because its other end is gone. */
export function isBroken(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(String(error.code))
  );
}
