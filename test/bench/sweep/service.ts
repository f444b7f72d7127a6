import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listMask } from '../../../shared/engines/bigquery/fields.ts';
import { getAnswer, pagesOf, type Listing, type Pages } from './pages.ts';
import { quotaOf, type Quota } from './quota.ts';

// The jobs API of BigQuery as far as listing goes: pages that were made before, after a time that is always the same. It
// costs next to nothing, so that what is measured is the client.

/** What a service gives, and what it takes. */
export interface Setup extends Listing {
  /** From the request to the answer. */
  readonly latencyMs: number;
  /** Requests a second for each identity and method; the rest is refused as BigQuery does. */
  readonly perSecond: number;
  /** The project in which a job runs away. */
  readonly runawayIn: string | null;
  /** Whether the pages are wanted without a mask as well: making them takes a while. */
  readonly isFullToo: boolean;
}

/** What went over the wire since the last reading. */
export interface Counted {
  readonly requests: number;
  readonly rejected: number;
  /** Heads and bodies of all answers. */
  readonly bytes: number;
}

const refusal = (() => {
  const says = 'Exceeded rate limits: too many api requests per user per method for this user_method.';
  const errors = [{ message: says, domain: 'usageLimits', reason: 'rateLimitExceeded' }];
  return Buffer.from(JSON.stringify({ error: { code: 403, message: says, errors, status: 'PERMISSION_DENIED' } }));
})();

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly isPacked: boolean;
}

const json = (status: number, value: unknown): Answer => ({
  status,
  body: Buffer.from(JSON.stringify(value)),
  isPacked: false,
});

/** The answer to a request that is within the quota. */
function answerTo(url: URL, setup: Setup, pages: Pages): Answer {
  const [, project = '', id] = /\/projects\/([^/]+)\/jobs(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
  const found = id === undefined ? undefined : getAnswer(decodeURIComponent(id), setup);
  if (found !== undefined) return json(200, found);
  if (project === '' || id !== undefined) return json(404, { error: { code: 404, message: 'Not found', errors: [] } });
  const page = Number(url.searchParams.get('pageToken')?.slice('page-'.length) ?? 0);
  const body = pages.of(page, url.searchParams.get('fields'), page === 0 && project === setup.runawayIn);
  return { status: 200, body, isPacked: true };
}

function write(response: ServerResponse, { status, body, isPacked }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': body.length,
    ...(isPacked && { 'content-encoding': 'gzip' }),
  });
  response.end(body);
}

/** Bytes that were written to all connections, also those that are closed by now. */
function wireOf(server: Server): () => number {
  const open = new Set<Socket>();
  let closed = 0;
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      closed += socket.bytesWritten;
    });
  });
  return () => [...open].reduce((sum, { bytesWritten }) => sum + bytesWritten, closed);
}

/** A service on a port of its own. `setUp` makes its pages and starts to count anew; `counted` reads the counters. */
export function openService() {
  let about: { readonly setup: Setup; readonly pages: Pages } | undefined;
  let quotas = new Map<string, Quota>();
  let [requests, rejected, bytesBefore] = [0, 0, 0];

  const isTaken = (request: IncomingMessage, url: URL, setup: Setup): boolean => {
    const method = /\/jobs\/[^/]+$/.test(url.pathname) ? 'get' : 'list';
    const key = `${request.headers.authorization ?? 'nobody'} ${method}`;
    const quota = quotas.get(key) ?? quotaOf(setup.perSecond);
    quotas.set(key, quota);
    return quota(performance.now());
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://bench');
    if (about === undefined) return write(response, json(503, {}));
    requests += 1;
    const { setup, pages } = about;
    const taken = isTaken(request, url, setup);
    if (!taken) rejected += 1;
    const answer = taken ? answerTo(url, setup, pages) : { status: 403, body: refusal, isPacked: false };
    return void setTimeout(() => write(response, answer), setup.latencyMs);
  });
  const wire = wireOf(server);
  return {
    server,
    setUp(setup: Setup): void {
      const pages = pagesOf(setup);
      for (const fields of setup.isFullToo ? [listMask, null] : [listMask]) {
        for (let page = 0; page < setup.pages; page += 1) pages.of(page, fields, false);
        if (setup.runawayIn !== null) pages.of(0, fields, true);
      }
      about = { setup, pages };
      quotas = new Map();
      [requests, rejected, bytesBefore] = [0, 0, wire()];
    },
    counted: (): Counted => ({ requests, rejected, bytes: wire() - bytesBefore }),
  };
}
