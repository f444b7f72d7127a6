import { once } from 'node:events';
import { z } from 'zod';
import { openService } from './service.ts';

// A process of its own, so that what it does is nobody's processor time but its own. Its parent speaks to it by messages.

const asked = z.union([
  z.object({ counted: z.literal(true) }),
  z.object({
    setup: z.object({
      pages: z.number(),
      jobsPerPage: z.number(),
      nowMs: z.number(),
      latencyMs: z.number(),
      perSecond: z.number(),
      runawayIn: z.string().nullable(),
      isFullToo: z.boolean(),
    }),
  }),
]);

const { server, setUp, counted } = openService();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

process.on('message', (message) => {
  const wanted = asked.parse(message);
  if ('setup' in wanted) setUp(wanted.setup);
  process.send?.(counted());
});
process.once('disconnect', () => process.exit(0));
process.send?.({ port });
