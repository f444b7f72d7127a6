import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import type { Answer } from './answer.ts';
import { googleError, json, plain } from './answer.ts';
import { apiCall, type Asked, type Called } from './api.ts';
import type { Fault, Faults } from './faults.ts';
import { noFaults } from './faults.ts';
import { insideCall } from './inside.ts';
import type { InstanceSpec, OperationSpec, RunSpec } from './model.ts';
import { runRecord } from './model.ts';
import { addOperation, addRun, emptyStore, type Store } from './store.ts';

const rememberedRequests = 5000;

/** A running stand-in for Data Fusion, for CDAP inside of its instances, and for the metadata server that gives tokens. */
export interface StandInDataFusion {
  readonly url: string;
  readonly addInstance: (spec: InstanceSpec) => void;
  /** Adds a run as of now and returns its id; throws for an instance that is not there. */
  readonly addRun: (spec: RunSpec) => string;
  readonly addOperation: (spec: OperationSpec) => void;
  /** The status of a run as of now, in CDAP's words. */
  readonly statusOf: (run: string) => string | undefined;
  readonly faults: Faults;
  /** The last 5,000 requests, oldest first, as `POST /path`. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/** How to start it. With `asksForToken` a request without the newest token is a 401. */
export interface Options {
  readonly port?: number;
  readonly now?: () => number;
  readonly asksForToken?: boolean;
}

interface Service {
  readonly store: Store;
  readonly faults: Faults;
  readonly asksForToken: boolean;
  readonly url: () => string;
  tokens: number;
}

function called(asked: Asked, service: Service): Called | undefined {
  if (asked.path === '/computeMetadata/v1/instance/service-accounts/default/token') {
    return { method: 'token', answer: () => token(service) };
  }
  return insideCall(asked, service.store) ?? apiCall(asked, service.store, service.url());
}

function token(service: Service): Answer {
  service.tokens += 1;
  const body = { access_token: `local-${service.tokens}`, expires_in: 3600, token_type: 'Bearer' };
  const answer = json(body);
  return { ...answer, headers: { ...answer.headers, 'metadata-flavor': 'Google' } };
}

function answerTo(request: IncomingMessage, service: Service): Answer | 'never' {
  const url = new URL(request.url ?? '/', 'http://local');
  const asked = { verb: request.method ?? '', path: url.pathname, query: url.searchParams };
  const call = called(asked, service);
  const fault = call && service.faults.take(call);
  if (fault !== undefined) return failure(fault, asked.path.startsWith('/inside/'));
  const isKnown = request.headers.authorization === `Bearer local-${service.tokens}`;
  if (service.asksForToken && !isKnown && call?.method !== 'token') return googleError(401, 'The token is not valid.');
  return call?.answer() ?? googleError(404, `There is no ${asked.verb} ${asked.path}.`);
}

function failure({ kind }: Fault, isInside: boolean): Answer | 'never' {
  if (kind === 'hang') return 'never';
  if (kind === 'empty body') return { status: 200 };
  if (kind === 'not json') return { ...plain(200, '<!DOCTYPE html><title>Error 502</title>') };
  const says = `The stand-in was told to answer ${kind}.`;
  return isInside ? plain(Number(kind), says) : googleError(Number(kind), says);
}

function handle(request: IncomingMessage, response: ServerResponse, service: Service): void {
  // Nothing that the APIs ask for here has a body that matters; it is read and dropped.
  request.resume();
  const answer = answerTo(request, service);
  if (answer === 'never') return;
  // Its own time, which callers compare with theirs.
  response.setHeader('date', new Date(service.store.now()).toUTCString());
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** Starts the stand-in on 127.0.0.1; rejects when the port is taken. */
export async function startDataFusion(options: Options = {}): Promise<StandInDataFusion> {
  const now = options.now ?? Date.now;
  const store = emptyStore(now);
  const requests: string[] = [];
  let url = '';
  const asksForToken = options.asksForToken ?? false;
  const service: Service = { store, faults: noFaults(), asksForToken, url: () => url, tokens: 0 };
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (requests.length > rememberedRequests) requests.shift();
    handle(request, response, service);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    url,
    addInstance: (spec) => void store.instances.set(spec.id, spec),
    addRun: (spec) => addRun(store, spec),
    addOperation: (spec) => addOperation(store, spec),
    statusOf(id) {
      const run = store.runs.get(id);
      return run && runRecord(run, now()).status;
    },
    faults: service.faults,
    requests,
    async close() {
      const closed = promisify(server.close.bind(server))();
      server.closeAllConnections();
      await closed;
    },
  };
}
