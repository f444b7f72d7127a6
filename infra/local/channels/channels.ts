import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createFaults, faultSchema, type ActiveFault, type Faults } from '../slack/faults.ts';
import { bodyOf, jsonObject, sendJson } from '../slack/http.ts';
import { services, type ServiceAnswer, type ServiceName } from './services.ts';

/** A call that was taken, as the inbox shows it. */
interface ChannelDelivery {
  readonly to: ServiceName;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: Readonly<Record<string, string>>;
}

/** A running stand-in. Each service is at `${url}/` and its name in policies: pagerduty, webhook, googleChat, teams, slackWebhook. */
export interface ChannelsStandIn {
  readonly url: string;
  readonly faults: Pick<Faults, 'add' | 'clear' | 'list'>;
  inbox(): readonly ChannelDelivery[];
  close(): Promise<void>;
}

const maxDeliveries = 10_000;

interface State {
  readonly faults: Faults;
  inbox: ChannelDelivery[];
}

function isService(name: string): name is ServiceName {
  return Object.hasOwn(services, name);
}

function send(response: ServerResponse, { status, body }: ServiceAnswer): void {
  if (typeof body === 'string') response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  else sendJson(response, status, body);
}

function spoil(response: ServerResponse, name: ServiceName, { fault, retryAfterSeconds }: ActiveFault): void {
  if (fault === 'hang') return;
  if (fault === 'rate-limited') response.writeHead(429, { 'retry-after': String(retryAfterSeconds) }).end();
  else if (fault === 'server-error') response.writeHead(503).end();
  else if (fault === 'redirect') response.writeHead(302, { location: '/webhook' }).end();
  else if (fault === 'target' || fault === 'credential') send(response, services[name][fault]);
  // Some answers hold nothing that could be malformed; what is no HTTP at all is so for each of them.
  else if (name === 'webhook' || name === 'teams') response.socket?.end('this is no HTTP\r\n\r\n');
  else response.writeHead(name === 'pagerduty' ? 202 : 200).end('<html>');
}

async function serveCall(
  request: IncomingMessage,
  response: ServerResponse,
  at: { name: ServiceName; url: URL; state: State },
) {
  const { name, url, state } = at;
  const text = await bodyOf(request);
  const fault = state.faults.next(name);
  if (fault !== undefined && !fault.carryOut) {
    spoil(response, name, fault);
    return;
  }
  const body = jsonObject(text ?? '');
  if (text === undefined || body === undefined) {
    send(response, { status: text === undefined ? 413 : 400, body: '' });
    return;
  }
  const call = { headers: request.headers, query: Object.fromEntries(url.searchParams) };
  const answer = services[name].accept({ ...call, body, bytes: Buffer.byteLength(text) });
  if (answer.status < 300) state.inbox = [...state.inbox.slice(1 - maxDeliveries), { to: name, body, text, ...call }];
  if (fault === undefined) send(response, answer);
  else spoil(response, name, fault);
}

async function serveFaults(request: IncomingMessage, response: ServerResponse, faults: Faults): Promise<void> {
  if (request.method === 'DELETE') faults.clear();
  if (request.method === 'POST') {
    const fault = faultSchema.safeParse(jsonObject((await bodyOf(request)) ?? ''));
    if (!fault.success) {
      sendJson(response, 400, {
        error: fault.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      });
      return;
    }
    faults.add(fault.data);
  }
  sendJson(response, 200, { faults: faults.list() });
}

async function serve(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const name = url.pathname.slice(1);
  if (name === 'inbox') sendJson(response, 200, state.inbox);
  else if (name === 'local/faults') await serveFaults(request, response, state.faults);
  else if (isService(name) && request.method === 'POST') await serveCall(request, response, { name, url, state });
  else sendJson(response, 404, { error: `See GET /inbox; POST to ${Object.keys(services).join(', ')}.` });
}

/**
 * Starts an inbox for PagerDuty, a signed webhook, Google Chat, Teams and a Slack incoming webhook on 127.0.0.1. Each takes
 * what the real service takes, as far as its documentation says. `GET /inbox` lists what arrived; `POST /local/faults`
 * (`method` is the service, `fault` also `target`, `credential` or `redirect`) makes calls go wrong, `DELETE` ends that.
 */
export async function startChannels({ port = 0 }: { readonly port?: number } = {}): Promise<ChannelsStandIn> {
  const state: State = { faults: createFaults(), inbox: [] };
  const server = createServer((request, response) => {
    serve(request, response, state).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('[channels stand-in] there is no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    faults: state.faults,
    inbox: () => state.inbox,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
