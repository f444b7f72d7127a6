import { once } from 'node:events';
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { Ended } from './gate.ts';
import { isBroken, type Proxy } from './http-proxy.ts';

/** A gRPC answer, whole; the status of the call is in the trailers. */
interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

async function bodyOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function ask(session: ClientHttp2Session, headers: IncomingHttpHeaders, body: Buffer): Promise<Reply> {
  const stream = session.request({ ...headers });
  const { promise: head, resolve, reject } = Promise.withResolvers<IncomingHttpHeaders>();
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', resolve);
  stream.on('trailers', (given) => {
    trailers = given;
  });
  stream.on('error', reject);
  stream.end(body);
  const given = await head;
  const answered = await bodyOf(stream);
  return { headers: given, body: answered, trailers };
}

function answer(stream: ServerHttp2Stream, { headers, body, trailers }: Reply): void {
  if (stream.destroyed) return;
  // A refusal has its status in its head, and nothing else.
  if (headers['grpc-status'] !== undefined) {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
}

/** A gRPC server on 127.0.0.1 that hands unary calls on to another one (`host:port`), each by way of `pass`. */
export async function startGrpcProxy(
  upstream: () => string,
  pass: (call: () => Promise<Reply>) => Promise<Reply>,
): Promise<Proxy> {
  const clients = new Map<string, ClientHttp2Session>();
  const sessions = new Set<ServerHttp2Session>();
  const client = (): ClientHttp2Session => {
    const host = upstream();
    const known = clients.get(host);
    if (known !== undefined && !known.destroyed && !known.closed) return known;
    const session = connect(`http://${host}`);
    session.on('error', () => session.destroy());
    clients.set(host, session);
    return session;
  };
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });
  const serve = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> => {
    const body = await bodyOf(stream);
    answer(stream, await pass(async () => ask(client(), headers, body)));
  };
  server.on('stream', (stream, headers) => {
    stream.on('error', () => stream.destroy());
    serve(stream, headers).catch((error: unknown) => {
      stream.destroy();
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
      for (const session of [...clients.values(), ...sessions]) session.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
