import { Server, ServerCredentials } from '@grpc/grpc-js';
import { z } from 'zod';
import { pubSubServices } from '../../infra/local/pubsub/protos.ts';
import { unary } from '../../infra/local/pubsub/rpc.ts';

const request = z.object({ messages: z.array(z.object({ data: z.instanceof(Buffer) })) });

/** What the nth request to publish (from 0) is answered with: message ids, or anything thrown; `texts` are the bodies. */
export type Answer = (texts: readonly string[], nth: number) => readonly string[] | Promise<readonly string[]>;

/** A gRPC server on 127.0.0.1 that answers publish requests as told, and remembers how many messages each had. */
export async function scriptedPubSub(answer: Answer) {
  const requests: number[] = [];
  const server = new Server({ 'grpc.max_receive_message_length': 12_000_000 });
  server.addService(pubSubServices().publisher, {
    publish: unary(request, async ({ messages }) => {
      requests.push(messages.length);
      return {
        messageIds: await answer(
          messages.map(({ data }) => data.toString('utf8')),
          requests.length - 1,
        ),
      };
    }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { host: `127.0.0.1:${port}`, requests, close: async () => server.forceShutdown() };
}
