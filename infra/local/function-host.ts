import { once } from 'node:events';
import { getTestServer } from '@google-cloud/functions-framework/testing';

// Serves one function as the Functions Framework does, but on the loopback interface only, and tells its parent where.
// FUNCTION_TARGET names the function; everything else comes from the environment, as in the cloud.
const name = process.env['FUNCTION_TARGET'] ?? '';
await import('../../functions/index.ts');
const server = getTestServer(name);
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error(`[local] ${name} has no port`);
process.send?.({ url: `http://127.0.0.1:${address.port}` });
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  process.disconnect?.();
  process.exit(0);
});
process.once('disconnect', () => process.exit(0));
// The terminal sends an interrupt to the whole group; the parent decides when its functions end.
process.on('SIGINT', () => undefined);
