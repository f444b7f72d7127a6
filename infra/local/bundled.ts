import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { functionEnvironment, type RunningFunction } from './functions.ts';

// Starts a function as it is deployed: the folder that `npm run build` made, with its own dependencies, by the command
// line of the Functions Framework in it. That one listens on all interfaces.

const main = 'node_modules/@google-cloud/functions-framework/build/src/main.js';
const startsWithinMs = 30_000;

/** A port that is free at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('[local] no port is free');
  return address.port;
}

/** Whether somebody listens there. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts the function in `folder` with these settings; each line that it writes is handed to `onLine`. */
export async function startBundled(
  bundle: { readonly name: string; readonly folder: string },
  settings: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<RunningFunction & { readonly startedMs: number }> {
  const { name, folder } = bundle;
  const port = Number(settings['PORT'] ?? (await freePort()));
  const env = { ...functionEnvironment(), METADATA_SERVER_DETECTION: 'none', ...settings, PORT: String(port) };
  const beganMs = performance.now();
  const child = spawn(process.execPath, [join(folder, main), `--target=${name}`], { cwd: folder, env, stdio: 'pipe' });
  const closed = once(child, 'close');
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
  const close = async () => {
    child.kill('SIGTERM');
    await closed;
  };
  while (!(await listens(port))) {
    if (child.exitCode !== null) {
      await closed;
      throw new Error(`[local] ${name} ended with exit code ${child.exitCode} before it was ready; its log says why.`);
    }
    if (performance.now() - beganMs > startsWithinMs) {
      await close();
      throw new Error(`[local] ${name} did not listen within ${startsWithinMs} ms.`);
    }
    await sleep(2);
  }
  return { url: `http://127.0.0.1:${port}`, close, startedMs: performance.now() - beganMs };
}
