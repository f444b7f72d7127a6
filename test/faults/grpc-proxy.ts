import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { htmlPage, isCarriedOut, isOnce, type Kind } from './kinds.ts';
import { bytesOf } from './proxy.ts';

/** A proxy between the product and a gRPC service; while it has a kind of fault, every call goes wrong. */
export interface GrpcProxy {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  fail(kind: Kind | undefined): void;
  failed(): number;
  close(): Promise<void>;
}

/** The gRPC status that Google's APIs give for an HTTP one (gRPC status codes and their HTTP mapping, google.rpc.Code). */
const statuses: Readonly<Partial<Record<Kind, readonly [number, string]>>> = {
  '403 rate limit': [8, 'Quota exceeded'],
  '403 denied': [7, 'User not authorized to perform this action.'],
  '404': [5, 'Resource not found'],
  '409': [10, 'The operation was aborted'],
  '412': [9, 'A precondition failed'],
  '500': [13, 'Internal error'],
  '503': [14, 'The service was unable to fulfill your request'],
  '429 once, for 1 s': [8, 'Too many requests'],
};

interface Answer {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: OutgoingHttpHeaders;
}

const grpc = { ':status': 200, 'content-type': 'application/grpc' } as const;

async function forward(host: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
  const session = connect(`http://${host}`);
  try {
    const request = session.request({ ...headers, ':authority': host });
    let trailers: IncomingHttpHeaders = {};
    request.on('trailers', (found: IncomingHttpHeaders) => {
      trailers = found;
    });
    request.end(body);
    const [answered] = await once(request, 'response');
    const answer = await bytesOf(request);
    return { headers: answered, body: answer, trailers };
  } finally {
    session.close();
  }
}

function send(stream: ServerHttp2Stream, { headers, body, trailers }: Answer): void {
  if (Object.keys(trailers).length === 0) {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
}

function spoil(stream: ServerHttp2Stream, kind: Kind, answer: Answer): void {
  const fine = { headers: grpc, trailers: { 'grpc-status': '0' } };
  // A frame of gRPC: not compressed, 3 bytes long, and no message at all.
  if (kind === 'wrong JSON') return send(stream, { ...fine, body: Buffer.from([0, 0, 0, 0, 3, 255, 255, 255]) });
  if (kind === 'empty body') return send(stream, { ...fine, body: Buffer.alloc(0) });
  if (kind === 'not JSON') {
    stream.respond({ ':status': 200, 'content-type': 'text/html' });
    return void stream.end(htmlPage);
  }
  if (kind !== 'truncated body') return undefined;
  stream.respond(grpc);
  const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
  return void stream.write(half, () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
}

async function goWrong(stream: ServerHttp2Stream, how: Kind, forwarded: () => Promise<Answer>): Promise<void> {
  const status = statuses[how];
  if (status !== undefined) {
    const [code, message] = status;
    stream.respond({ ...grpc, 'grpc-status': String(code), 'grpc-message': message }, { endStream: true });
  } else if (how === '429, for 120 s') {
    stream.respond({ ':status': 429, 'retry-after': '120' }, { endStream: true });
  } else if (how === 'connection lost') stream.session?.destroy();
  else if (isCarriedOut.has(how)) spoil(stream, how, await forwarded());
}

/** The open sessions of a server, so that they can be ended with it. */
function sessionsOf(server: Http2Server): ReadonlySet<{ destroy(): void }> {
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  return sessions;
}

/** Starts a proxy for the unary calls of a gRPC service on this machine. */
export async function startGrpcProxy(upstream: string): Promise<GrpcProxy> {
  let kind: Kind | undefined;
  let failed = 0;
  const server = createServer();
  const sessions = sessionsOf(server);
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    const serve = async (): Promise<void> => {
      const body = await bytesOf(stream);
      const forwarded = () => forward(upstream, headers, body);
      if (kind === undefined || (isOnce.has(kind) && failed > 0)) return send(stream, await forwarded());
      failed += 1;
      return goWrong(stream, kind, forwarded);
    };
    serve().catch(() => stream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    host: `127.0.0.1:${address.port}`,
    fail: (next) => {
      kind = next;
    },
    failed: () => failed,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
