import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Counted, Setup } from './service.ts';

const main = fileURLToPath(new URL('service-host.ts', import.meta.url));
const ready = z.object({ port: z.number() });
const counters = z.object({ requests: z.number(), rejected: z.number(), bytes: z.number() });

/** The service in a process of its own. */
export interface Host {
  readonly url: string;
  setUp(setup: Setup): Promise<unknown>;
  counted(): Promise<Counted>;
  close(): Promise<void>;
}

/** Starts the service. */
export async function startHost(): Promise<Host> {
  const child = fork(main, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the service of the bench ended before it answered');
  });
  // At the end nobody waits for it any more.
  ended.catch(() => undefined);
  const answer = async (): Promise<unknown> => {
    const [message]: unknown[] = await Promise.race([once(child, 'message'), ended]);
    return message;
  };
  const ask = async (question: object): Promise<Counted> => {
    const answered = answer();
    child.send(question);
    return counters.parse(await answered);
  };
  const { port } = ready.parse(await answer());
  return {
    url: `http://127.0.0.1:${port}`,
    setUp: (setup) => ask({ setup }),
    counted: () => ask({ counted: true }),
    close: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
