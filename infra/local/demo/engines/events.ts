import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { PubSub } from '@google-cloud/pubsub';
import { z } from 'zod';

const pushed = z.object({ message: z.object({ data: z.string() }) });
const job = z.looseObject({ name: z.string(), engine: z.string(), target: z.string(), id: z.string() });
const audit = z.object({ type: z.string(), data: z.looseObject({ job: job.optional() }) });

/** An audit event, as it was published. */
export interface HeardEvent {
  /** As in `cancel.confirmed`. */
  readonly name: string;
  /** The job that it is about, with its engine and target. */
  readonly job: z.infer<typeof job> | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function eventIn(body: string): HeardEvent | undefined {
  const data: unknown = JSON.parse(Buffer.from(pushed.parse(JSON.parse(body)).message.data, 'base64').toString('utf8'));
  const read = audit.safeParse(data);
  if (!read.success) return undefined;
  const name = read.data.type.replace(/^dev\.jobwarden\./, '').replace(/\.v\d+$/, '');
  return { name, job: read.data.data.job, data: read.data.data };
}

/** Hears every event that is published on a topic, by a push subscription of its own. */
export async function hearEvents(
  host: string,
  topic: string,
): Promise<{ readonly heard: readonly HeardEvent[]; close(): Promise<void> }> {
  const heard: HeardEvent[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then(
      (body) => {
        const event = eventIn(body);
        if (event !== undefined) heard.push(event);
        response.writeHead(204).end();
      },
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const pubsub = new PubSub({ apiEndpoint: host, projectId: topic.split('/')[1] ?? '' });
  await pubsub.topic(topic).createSubscription('demo-events', {
    pushConfig: { pushEndpoint: `http://127.0.0.1:${port}/` },
  });
  await pubsub.close();
  return {
    heard,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
