import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AuthClient } from 'google-auth-library';
import { bigQuery } from '../../shared/engines/bigquery.ts';
import type { EngineWorld, Known, Trouble } from '../contracts/engine.ts';

/** A request as it arrived. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Reply = (asked: Asked, response: ServerResponse) => void;

/** A server that keeps what it was asked and answers as it is told. */
export interface Server {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

export const json =
  (value: unknown, status = 200): Reply =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(value));

export const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Reply =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

/** An error body as the API writes it. The debugInfo is synthetic; it must never be seen again. */
export function apiError(status: number, reason: string, message = `synthetic ${reason}`): Reply {
  const errors = [{ message, domain: 'global', reason, debugInfo: 'SECRET-DEBUG-INFO' }];
  return json({ error: { code: status, message, errors, debugInfo: 'SECRET-DEBUG-INFO' } }, status);
}

export async function serve(reply: Reply): Promise<Server> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://server');
      const { method = '', headers } = request;
      const one = {
        method,
        path: url.pathname,
        query: url.searchParams,
        headers,
        body: Buffer.concat(parts).toString(),
      };
      asked.push(one);
      reply(one, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${address.port}`, asked, close };
}

const inTrouble: Record<Trouble, Reply> = {
  unauthenticated: apiError(401, 'authError'),
  forbidden: apiError(403, 'accessDenied'),
  unsupported: apiError(501, 'notImplemented'),
  refused: apiError(400, 'invalid'),
  throttled: apiError(403, 'rateLimitExceeded'),
  'throttled for an hour': text('', 429, { 'retry-after': '3600' }),
  broken: apiError(503, 'backendError'),
  reset: (_, response) => void response.socket?.resetAndDestroy(),
  hang: () => undefined,
  stall: (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"jobs": ['),
  nonsense: text('<html>not an API</html>'),
};

const words = { pending: 'PENDING', running: 'RUNNING', stopping: 'RUNNING', done: 'DONE', odd: 'HIBERNATING' };

/** A synthetic record in the shape of jobs.get; `end` is an errorResult. */
export function aRecord(job: Known, end?: { reason: string; message: string }) {
  return {
    kind: 'bigquery#job',
    id: `p:EU.${job.id}`,
    jobReference: { projectId: 'p', jobId: job.id, location: 'EU' },
    status: {
      state: job.word ?? words[job.state],
      ...(end && { errorResult: { ...end, debugInfo: 'SECRET-DEBUG-INFO' } }),
    },
    user_email: 'ada@example.com',
    configuration: { jobType: 'QUERY', query: { query: 'SELECT 1', priority: 'INTERACTIVE' } },
    statistics: {
      creationTime: '1795000000000',
      ...(job.state !== 'pending' && { startTime: '1795000001000' }),
      ...(job.parentId !== undefined && { parentJobId: job.parentId }),
      query: { statementType: 'SELECT' },
    },
  };
}

interface Listed {
  readonly pages: readonly (readonly Known[])[];
  readonly unreachable?: readonly string[];
  readonly loop?: boolean;
}

function pageAt(listed: Listed, token: string | null): unknown {
  const index = token === null ? 0 : Number(token);
  const last = index >= listed.pages.length - 1;
  const next = last ? (listed.loop ? '1' : undefined) : String(index + 1);
  const { unreachable } = listed;
  return { jobs: listed.pages[index]?.map((job) => aRecord(job)), nextPageToken: next, unreachable };
}

function answerAbout(jobs: Map<string, Known>, stopped: Set<string>, asked: Asked): Reply {
  const [, , , , project, , jobId = '', verb] = asked.path.split('/');
  const job = jobs.get(decodeURIComponent(jobId));
  if (project !== 'p' || job === undefined || asked.query.get('location') !== 'EU') return apiError(404, 'notFound');
  const cancel = asked.method === 'POST' && verb === 'cancel';
  if (!cancel && asked.method !== 'GET') return apiError(400, 'invalid');
  const before = stopped.has(job.id) ? { ...job, state: 'done' as const } : job;
  const end = { reason: 'stopped', message: 'Job execution was cancelled: User requested cancellation' };
  const record = aRecord(before, stopped.has(job.id) ? end : undefined);
  if (cancel && job.state !== 'done') stopped.add(job.id);
  return json(cancel ? { kind: 'bigquery#jobCancelResponse', job: record } : record);
}

/** BigQuery with a scripted service behind it. */
export async function bigQueryWorld(
  options: { authClient?: AuthClient } = {},
): Promise<EngineWorld & { server: Server }> {
  const jobs = new Map<string, Known>();
  const stopped = new Set<string>();
  let listed: Listed = { pages: [[]] };
  let ahead: { troubles: readonly Trouble[]; always: boolean } = { troubles: [], always: false };
  const trouble = (): Trouble | undefined => {
    const [next, ...rest] = ahead.troubles;
    if (rest.length > 0 || !ahead.always) ahead = { ...ahead, troubles: rest };
    return next;
  };
  const server = await serve((asked, response) => {
    const met = trouble();
    if (met !== undefined) return inTrouble[met](asked, response);
    if (/^\/bigquery\/v2\/projects\/p\/jobs$/.test(asked.path)) {
      return json(pageAt(listed, asked.query.get('pageToken')))(asked, response);
    }
    return answerAbout(jobs, stopped, asked)(asked, response);
  });
  const engine = bigQuery({ endpoint: server.url, now: Date.now, random: () => 0, requestTimeoutMs: 200, ...options });
  return {
    ...engine,
    server,
    target: { engine: 'bigquery', name: 'bigquery:p', project: 'p' },
    shows: (pages, about = {}) => void (listed = { pages, ...about }),
    holds(job) {
      jobs.set(job.id, job);
      return { engine: 'bigquery', target: 'bigquery:p', project: 'p', location: 'EU', id: job.id };
    },
    meets: (troubles, always = false) => void (ahead = { troubles, always }),
    requests: () => server.asked.length,
    cancelled: () => [...stopped],
    close: () => server.close(),
  };
}
