import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { replyTo } from './answer.ts';
import type { StandIn } from './answer.ts';
import type { Caller } from './callers.ts';
import { ApiError } from './errors.ts';
import type { Faults } from './faults.ts';
import { noFaults } from './faults.ts';
import { send } from './http.ts';
import { jobResource } from './resource.ts';
import type { JobResource } from './resource.ts';
import type { JobSpec } from './spec.ts';
import { jobStore } from './store.ts';

const REMEMBERED_REQUESTS = 5_000;

/** How to start the stand-in; every field has a default. */
export interface BigQueryOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The clock, in ms since the epoch; the machine's by default. */
  readonly now?: () => number;
  /** Bearer tokens and who they stand for; without it every caller is an administrator, `demo@example.com`. */
  readonly callers?: ReadonlyMap<string, Caller>;
}

/** A request that was made, without its body; the status is 0 while it has no answer. */
type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  /** As it stood in the URL, without the question mark. */
  readonly query: string;
  status: number;
};

/** A running stand-in for the BigQuery jobs API on this machine. */
export interface StandInBigQuery {
  /** Without a path: clients add `/bigquery/v2` themselves. */
  readonly url: string;
  readonly port: number;
  /** Adds a job as of now and returns it; throws for a malformed spec and for an id that is taken. */
  readonly addJob: (spec: JobSpec) => JobResource;
  /** A job as jobs.get would show it now, in whatever location; undefined when there is none. */
  readonly job: (project: string, jobId: string) => JobResource | undefined;
  readonly faults: Faults;
  /** The last 5,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Stops listening, and drops connections that are open or hang. */
  readonly close: () => Promise<void>;
}

function errorReply(error: unknown): { status: number; body: ApiError['body'] } {
  if (error instanceof ApiError) return error;
  const message = `The stand-in failed: ${error instanceof Error ? error.message : String(error)}`;
  return new ApiError({ status: 500, reason: 'internalError', message });
}

function remember(requests: RecordedRequest[], request: IncomingMessage): RecordedRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const entry = { method: request.method ?? '', path, query, status: 0 };
  requests.push(entry);
  if (requests.length > REMEMBERED_REQUESTS) requests.shift();
  return entry;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly entry: RecordedRequest;
}

async function handle({ request, response, entry }: Exchange, standIn: StandIn): Promise<void> {
  // Callers compare it with their own clock.
  response.setHeader('date', new Date(standIn.now()).toUTCString());
  try {
    const reply = await replyTo(request, standIn);
    if (reply === 'never') return;
    entry.status = reply.answer.status;
    await send(response, reply.answer, reply.spoiledBy);
  } catch (error) {
    const { status, body } = errorReply(error);
    entry.status = status;
    if (!response.headersSent) await send(response, { status, body });
  }
}

/** Starts a stand-in for the BigQuery jobs API on 127.0.0.1; rejects when the port is taken. */
export async function startBigQuery(options: BigQueryOptions = {}): Promise<StandInBigQuery> {
  const now = options.now ?? Date.now;
  const requests: RecordedRequest[] = [];
  const standIn: StandIn = { store: jobStore(now), faults: noFaults(), now, requests, callers: options.callers };
  const server = createServer((request, response) => {
    handle({ request, response, entry: remember(requests, request) }, standIn).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    addJob: (spec) => jobResource(standIn.store.add(spec), now()),
    job(project, jobId) {
      const job = standIn.store.findAnywhere(project, jobId);
      return job && jobResource(job, now());
    },
    faults: standIn.faults,
    requests,
    async close() {
      const closed = promisify(server.close.bind(server))();
      server.closeAllConnections();
      await closed;
    },
  };
}
