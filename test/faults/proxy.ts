import { once } from 'node:events';
import { createServer, request as ask, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { htmlPage, isCarriedOut, isOnce, oddJson, refusalOf, type Api, type Kind } from './kinds.ts';

/** A request on its way to a service. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What goes wrong, and with which requests. */
interface Fault {
  readonly kind: Kind;
  readonly hits: (asked: Asked) => boolean;
}

/** A proxy between the product and a stand-in; while it has a fault, what that hits goes wrong. */
export interface Proxy {
  readonly url: string;
  /** Sets what goes wrong from now on, or that nothing does. */
  fail(fault: Fault | undefined): void;
  /** How many requests went wrong. */
  failed(): number;
  close(): Promise<void>;
}

interface Options {
  readonly upstream: string;
  readonly api: Api;
  /** For the `Date` of answers, in epoch ms: the product compares its clock with it. */
  readonly now: () => number;
  /** Hears of each request that reaches the service, before it does. */
  readonly onForward?: (asked: Asked) => void;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** All of a stream; only for what is known to be small. */
export async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Asks the service itself, for an answer as it is: not compressed, in one piece. */
async function forward({ method, path, headers, body }: Asked, { upstream, onForward }: Options): Promise<Answer> {
  onForward?.({ method, path, headers, body });
  const { 'accept-encoding': _, 'transfer-encoding': __, connection: ___, ...rest } = headers;
  const url = new URL(path, upstream);
  const request = ask(url, { method, headers: { ...rest, host: url.host, 'content-length': body.length } });
  request.end(body);
  const [response] = await once(request, 'response');
  const answered: Buffer = await bytesOf(response);
  return { status: response.statusCode, headers: response.headers, body: answered };
}

function send(response: ServerResponse, { status, headers, body }: Answer, now: () => number): void {
  const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...rest } = headers;
  response.writeHead(status, { ...rest, 'content-length': body.length, date: new Date(now()).toUTCString() });
  response.end(body);
}

function page(text: string, type: string): Answer {
  return { status: 200, headers: { 'content-type': type }, body: Buffer.from(text) };
}

/** Spoils an answer to what was carried out. */
function spoil(response: ServerResponse, kind: Kind, answer: Answer, now: () => number): void {
  if (kind === 'not JSON') return send(response, page(htmlPage, 'text/html; charset=UTF-8'), now);
  if (kind === 'wrong JSON') return send(response, page(oddJson, 'application/json'), now);
  if (kind === 'empty body') return send(response, { ...answer, body: Buffer.alloc(0) }, now);
  if (kind !== 'truncated body') return undefined;
  const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length });
  response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => response.destroy());
  return undefined;
}

async function goWrong(response: ServerResponse, kind: Kind, asked: Asked, options: Options): Promise<void> {
  const { api, now } = options;
  const refusal = refusalOf(api, kind, asked.path);
  if (refusal !== undefined) return send(response, { ...refusal, body: Buffer.from(refusal.body) }, now);
  if (kind === 'connection lost') response.destroy();
  if (isCarriedOut.has(kind)) spoil(response, kind, await forward(asked, options), now);
  return undefined;
}

/** Starts a proxy on 127.0.0.1. What hangs does so until the proxy is closed. */
export async function startProxy(options: Options): Promise<Proxy> {
  let fault: Fault | undefined;
  let failed = 0;
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const { method = '', url: path = '/', headers } = request;
      const asked: Asked = { method, path, headers, body: await bytesOf(request) };
      const isHit = fault?.hits(asked) === true && !(isOnce.has(fault.kind) && failed > 0);
      if (fault === undefined || !isHit) return send(response, await forward(asked, options), options.now);
      failed += 1;
      return goWrong(response, fault.kind, asked, options);
    };
    serve().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    fail: (next) => {
      fault = next;
    },
    failed: () => failed,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
