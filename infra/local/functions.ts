import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A function running as a process of its own. */
export interface RunningFunction {
  readonly url: string;
  /** Of the process, where there is one of its own. */
  readonly pid?: number | undefined;
  close(): Promise<void>;
}

const host = fileURLToPath(new URL('function-host.ts', import.meta.url));
const ready = z.object({ url: z.string() });

/** Settings of the parent that would change what its functions do. */
const ours =
  /^(JOBWARDEN_|BIGQUERY_|DATA_FUSION_|YANDEX_|DLI_|PUBSUB_|STORAGE_|SLACK_|GOOGLE_|GCLOUD_|K_SERVICE|FUNCTION_|PORT$)/;

/** The environment that a function starts from: this process's own, without any setting of a function. */
export function functionEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

async function whereItIs(child: ChildProcess, name: string): Promise<string> {
  const started = once(child, 'message').then(([message]) => ready.parse(message).url);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`[local] ${name} ended with exit code ${code} before it was ready; its log says why.`);
  });
  return Promise.race([started, ended]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Starts `watch`, `shard` or `notify` with these settings; each line that it logs is handed to `onLine`. */
export async function startFunction(
  name: 'watch' | 'notify' | 'shard',
  settings: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<RunningFunction> {
  const env = { ...functionEnvironment(), METADATA_SERVER_DETECTION: 'none', ...settings, FUNCTION_TARGET: name };
  const child = fork(host, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', onLine);
  }
  const url = await whereItIs(child, name);
  return { url, pid: child.pid, close: () => end(child) };
}
