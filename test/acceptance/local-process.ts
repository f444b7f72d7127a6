import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const ready = z.object({
  ready: z.literal(true),
  bigquery: z.url(),
  pubsub: z.string(),
  slack: z.url(),
  watch: z.url(),
  notify: z.url(),
  environment: z.record(z.string(), z.string()),
});

const message = z.object({ to: z.string(), text: z.string(), blocks: z.array(z.unknown()) });
const summary = z.object({
  status: z.string(),
  jobsSeen: z.number(),
  outcomes: z.record(z.string(), z.number()),
  troubles: z.array(z.string()),
});

/** `npm run local` as a process of its own, as somebody at a keyboard would have it. */
export interface LocalProcess extends z.infer<typeof ready> {
  readonly log: readonly string[];
  sweep(): Promise<z.infer<typeof summary>>;
  inbox(): Promise<readonly z.infer<typeof message>[]>;
  /** Interrupts it and gives its exit code. */
  end(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
}

const main = fileURLToPath(new URL('../../infra/local/main.ts', import.meta.url));

/** Starts it with these options and waits until it says that it is ready; it is ended with the test. */
export async function startLocal(options: readonly string[]): Promise<LocalProcess> {
  const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const end = async (signal: 'SIGINT' | 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  };
  onTestFinished(async () => {
    await end('SIGTERM');
  });
  const exited = once(child, 'exit').then(() => {
    throw new Error(`npm run local ended before it was ready:\n${log.join('\n')}`);
  });
  exited.catch(() => undefined);
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  const place = ready.parse(JSON.parse(String(line)));
  return {
    ...place,
    log,
    sweep: async () => summary.parse(await (await fetch(place.watch, { method: 'POST' })).json()),
    inbox: async () => z.array(message).parse(await (await fetch(`${place.slack}/inbox`)).json()),
    end,
  };
}

/** Asks again and again until there is an answer that is wanted, for a bounded time. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  isWanted: (answer: Answer) => boolean,
  withinMs = 100_000,
): Promise<Answer> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > untilMs)
      throw new Error(`Not within ${withinMs} ms; the last answer was ${JSON.stringify(answer)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}
