import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on: the one asked for, or any with 0. Rejects when it is taken. */
export async function freePort(port = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('[pubsub] There is no free port.');
  return address.port;
}
