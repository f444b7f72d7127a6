import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';

/** The body of a push request, as the tests look at it. */
const pushBody = z.looseObject({
  message: z.looseObject({
    data: z.string(),
    attributes: z.record(z.string(), z.string()),
    messageId: z.string(),
    message_id: z.string(),
    publishTime: z.string(),
    publish_time: z.string(),
    orderingKey: z.string().optional(),
  }),
  subscription: z.string(),
  deliveryAttempt: z.number().optional(),
});

/** A push request that arrived. */
interface Push {
  readonly atMs: number;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: z.infer<typeof pushBody>;
  /** What the tests call the message: its attribute `name`. */
  readonly name: string;
  /** 1 for the first time that this message arrives. */
  readonly nth: number;
}

/** What the endpoint answers: a status, or `never` for no answer at all. */
export type Answer = (push: Push) => number | 'never';

/** An HTTP server that takes push requests and remembers them. */
export interface Endpoint {
  readonly url: (path: string) => string;
  readonly pushes: readonly Push[];
  readonly named: (name: string) => readonly Push[];
  readonly openConnections: () => number;
  readonly close: () => Promise<void>;
}

/** Starts an endpoint on 127.0.0.1; port 0, the default, takes a free one. */
export async function startEndpoint(answer: Answer, atPort = 0): Promise<Endpoint> {
  const pushes: Push[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    void take(request, pushes).then((push) => reply(response, answer(push)));
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const port = await listen(server, atPort);
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    pushes,
    named: (name) => pushes.filter((push) => push.name === name),
    openConnections: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function take(request: IncomingMessage, pushes: Push[]): Promise<Push> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = pushBody.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  const before = pushes.filter((push) => push.body.message.messageId === body.message.messageId);
  const { method, url: path, headers } = request;
  const name = body.message.attributes['name'] ?? '';
  const push = { atMs: performance.now(), method, path, headers, body, name, nth: before.length + 1 };
  pushes.push(push);
  return push;
}

function reply(response: ServerResponse, status: number | 'never'): void {
  if (status === 'never') return;
  if (status === 102) response.writeProcessing();
  else response.writeHead(status).end();
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The endpoint has no port.');
  return address.port;
}
