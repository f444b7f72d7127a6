import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { pubSubSubscription } from '../../shared/audit/subscription.ts';

const letter = z.looseObject({ id: z.string(), reason: z.string().optional() });

/** Looks at the dead letters of a subscription and puts them back. */
export async function lettersIn(subscription: string, host: string): Promise<readonly z.infer<typeof letter>[]> {
  const letters = pubSubSubscription({ subscription, endpoint: host, waitMs: 4000 });
  try {
    const found = await letters.pull(10);
    await letters.release(found.map(({ ackId }) => ackId));
    return found.map(({ data }) => letter.parse(JSON.parse(Buffer.from(data).toString())));
  } finally {
    await letters.close();
  }
}

const cli = fileURLToPath(new URL('../../functions/cli/main.ts', import.meta.url));

/** Runs the command line as a process of its own, with this environment and hardly anything else. */
export function jobwarden(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], METADATA_SERVER_DETECTION: 'none', ...environment };
    execFile(process.execPath, [cli, ...words], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr });
    });
  });
}
