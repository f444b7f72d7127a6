import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';

const largestBodyBytes = 1_048_576;
const rememberedRequests = 5_000;

/** A request as it arrived, its body read. `target` is its path and query as they were sent. */
export interface JsonRequest {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer in JSON, or as the text it is; `never`: the connection is left hanging; `reset`: it is dropped. */
export type JsonReply =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'never'
  | 'reset';

/** A request that was answered; the status is 0 while it is not. */
interface JsonExchange {
  readonly method: string;
  readonly target: string;
  status: number;
}

/** A server of JSON on the loopback interface. */
export interface JsonServer {
  readonly url: string;
  readonly port: number;
  /** The last 5,000, oldest first. */
  readonly requests: readonly JsonExchange[];
  /** Stops listening, and drops connections that are open or hang. */
  readonly close: () => Promise<void>;
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes <= largestBodyBytes) chunks.push(piece);
  }
  return bytes > largestBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function write(response: ServerResponse, reply: JsonReply, nowMs: number): number {
  if (reply === 'never') return 0;
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return 0;
  }
  const isText = typeof reply.body === 'string';
  response.writeHead(reply.status, {
    'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    date: new Date(nowMs).toUTCString(),
    ...reply.headers,
  });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
  return reply.status;
}

/** Serves on 127.0.0.1; port 0 takes any free one. `now` (epoch ms) dates the answers. Rejects when the port is taken. */
export async function serveJson(
  { port, now }: { readonly port: number; readonly now: () => number },
  answer: (request: JsonRequest) => JsonReply,
): Promise<JsonServer> {
  const requests: JsonExchange[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: target = '/', headers } = request;
    const exchange: JsonExchange = { method, target, status: 0 };
    requests.push(exchange);
    if (requests.length > rememberedRequests) requests.shift();
    const body = await read(request);
    const { pathname: path, searchParams: query } = new URL(target, 'http://127.0.0.1');
    const tooLarge: JsonReply = { status: 413, body: { message: 'The request body is larger than 1 MiB.' } };
    const reply = body === undefined ? tooLarge : answer({ method, target, path, query, headers, body });
    exchange.status = write(response, reply, now());
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else write(response, { status: 500, body: { message: `The stand-in failed: ${String(error)}` } }, now());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    requests,
    async close() {
      const closed = promisify(server.close.bind(server))();
      server.closeAllConnections();
      await closed;
    },
  };
}
