import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import type { JsonObject } from '../bigquery/json.ts';
import type { StandIn } from './answer.ts';
import { replyTo } from './answer.ts';
import type { StorageCaller } from './callers.ts';
import type { StorageFaults } from './faults.ts';
import { noFaults } from './faults.ts';
import { send } from './http.ts';
import { objectResource } from './resource.ts';
import { uploadSessions } from './resumable.ts';
import type { ObjectPlace } from './store.ts';
import { objectStore } from './store.ts';

const REMEMBERED_REQUESTS = 5_000;

/** How to start the stand-in; every field has a default. */
export interface StorageOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The clock, in ms since the epoch; the machine's by default. */
  readonly now?: () => number;
  /** Bearer tokens and who they stand for; without it every caller is an administrator. */
  readonly callers?: ReadonlyMap<string, StorageCaller>;
  /** Whether a second write to an object within a second is a 429; true if left out. */
  readonly writeLimit?: boolean;
}

/** A request that was made, without its body; the status is 0 while it has no answer. */
type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  /** As it stood in the URL, without the question mark. */
  readonly query: string;
  status: number;
};

/** A running stand-in for Cloud Storage's JSON API on this machine. */
export interface StandInStorage {
  /** Without a path: clients add `/storage/v1` themselves. The value for STORAGE_EMULATOR_HOST. */
  readonly url: string;
  readonly port: number;
  /** Throws when there is one of this name. */
  readonly createBucket: (name: string, about?: { readonly versioning?: boolean }) => void;
  /** An object, or one of its generations, as the API describes it, and its bytes; undefined when there is none. */
  readonly object: (place: ObjectPlace) => { readonly resource: JsonObject; readonly bytes: Buffer } | undefined;
  readonly faults: StorageFaults;
  /** The last 5,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Stops listening, and drops connections that are open or hang. */
  readonly close: () => Promise<void>;
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
  const reply = await replyTo(request, standIn);
  if (reply === 'never') return;
  entry.status = reply.answer.status;
  await send(response, reply.answer, reply.spoiledBy);
}

/** Starts a stand-in for Cloud Storage on 127.0.0.1, without buckets; rejects when the port is taken. */
export async function startStorage(options: StorageOptions = {}): Promise<StandInStorage> {
  const requests: RecordedRequest[] = [];
  const store = objectStore({ now: options.now ?? Date.now, writeLimit: options.writeLimit ?? true });
  const address = { url: '', port: 0 };
  const url = (): string => address.url;
  const standIn: StandIn = {
    store,
    sessions: uploadSessions(),
    faults: noFaults(),
    requests,
    callers: options.callers,
    url,
  };
  const server = createServer((request, response) => {
    handle({ request, response, entry: remember(requests, request) }, standIn).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  address.port = typeof bound === 'object' && bound ? bound.port : 0;
  address.url = `http://127.0.0.1:${address.port}`;
  return {
    ...address,
    createBucket: (name, about) => void store.createBucket(name, about?.versioning ?? false),
    object(place) {
      const found = store.find(place);
      return found && { resource: objectResource(found, address.url), bytes: found.bytes };
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
