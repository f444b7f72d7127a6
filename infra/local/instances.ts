import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningFunction } from './functions.ts';

/** Instances of one function behind one address. */
export interface Instances {
  readonly url: string;
  /** The processes that are at work on a request now. */
  busy(): readonly number[];
  /** How many instances were started so far. */
  started(): number;
  close(): Promise<void>;
}

interface Instance {
  readonly running: RunningFunction;
  isBusy: boolean;
}

/** A request waits so long for an instance, and is then refused (Cloud Run documentation, "About instance autoscaling"). */
const longestWaitMs = 10_000;
const pollMs = 10;

/** Sends a request on, and answers with what came back; false: the instance ended before it answered. */
async function sentOn(
  url: string,
  body: Buffer,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const headers = { ...incoming.headers, connection: 'close' };
  const onward = request(new URL(incoming.url ?? '/', url), { method: incoming.method, headers, agent: false });
  const answer = once(onward, 'response');
  onward.end(body);
  try {
    const [got]: IncomingMessage[] = await answer;
    if (got === undefined) return false;
    const chunks: Buffer[] = [];
    for await (const chunk of got) chunks.push(Buffer.from(chunk));
    response.writeHead(got.statusCode ?? 502).end(Buffer.concat(chunks));
    return true;
  } catch {
    return false;
  }
}

/** The instances at hand: each takes one request at a time, and another is started where all are at work. */
function openPool(most: number, start: () => Promise<RunningFunction>) {
  const instances = new Set<Instance>();
  let [started, starting] = [0, 0];
  const free = () => [...instances].find(({ isBusy }) => !isBusy);
  const grow = async (): Promise<Instance> => {
    starting += 1;
    started += 1;
    try {
      const instance = { running: await start(), isBusy: true };
      instances.add(instance);
      return instance;
    } finally {
      starting -= 1;
    }
  };
  const take = async (): Promise<Instance | undefined> => {
    for (const untilMs = performance.now() + longestWaitMs; performance.now() < untilMs; await wait(pollMs)) {
      const instance = free();
      if (instance !== undefined) {
        instance.isBusy = true;
        return instance;
      }
      if (instances.size + starting < most) return grow();
    }
    return undefined;
  };
  return { instances, take, started: () => started };
}

/**
 * Runs a function as Cloud Run does with a concurrency of 1: an instance is started when a request comes and none is free,
 * up to so many; with all of them at work a request waits, and is refused with 429 in the end. An instance that ends takes
 * its request with it, which is answered with 500.
 */
export async function startInstances(most: number, start: () => Promise<RunningFunction>): Promise<Instances> {
  const pool = openPool(most, start);
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const instance = await pool.take();
    if (instance === undefined) {
      response.writeHead(429).end();
      return;
    }
    const isAlive = await sentOn(instance.running.url, Buffer.concat(chunks), incoming, response);
    instance.isBusy = false;
    if (isAlive) return;
    pool.instances.delete(instance);
    response.writeHead(500).end();
    await instance.running.close();
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('[local] the instances have no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    busy: () => [...pool.instances].flatMap(({ isBusy, running }) => (isBusy ? (running.pid ?? []) : [])),
    started: pool.started,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([...pool.instances].map(({ running }) => running.close()));
    },
  };
}
