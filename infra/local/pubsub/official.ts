import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './port.ts';

/** The Pub/Sub emulator of google-cloud-cli, running as a process of its own. */
export interface OfficialEmulator {
  /** `127.0.0.1:PORT`, the value for PUBSUB_EMULATOR_HOST. */
  readonly host: string;
  readonly port: number;
  /** Ends the process that was started, and only that, and waits for its end. */
  readonly close: () => Promise<void>;
}

const script = join('platform', 'pubsub-emulator', 'bin', 'cloud-pubsub-emulator');
const cure =
  'Install it with "gcloud components install pubsub-emulator" or "apt-get install google-cloud-cli-pubsub-emulator"; it needs Java.';
const readyWithinMs = 20_000;
const endWithinMs = 5_000;

/** Whether google-cloud-cli with its Pub/Sub emulator is on this machine: beside the `gcloud` of PATH, or in CLOUDSDK_ROOT_DIR. */
export function officialEmulatorInstalled(): boolean {
  return findScript() !== undefined;
}

/** Starts the official emulator on a free port of 127.0.0.1; throws, with the cure, when it is not there or does not start. */
export async function startOfficialEmulator(): Promise<OfficialEmulator> {
  const path = findScript();
  if (path === undefined) throw new Error(`[pubsub] The official Pub/Sub emulator is not installed. ${cure}`);
  const folder = await mkdtemp(join(tmpdir(), 'pubsub-emulator-'));
  const port = await freePort();
  const logFile = join(folder, 'emulator.log');
  const child = run(path, { port, folder, logFile });
  const close = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  if (await becomesReady(child, port)) return { host: `127.0.0.1:${port}`, port, close };
  const said = readFileSync(logFile, 'utf8').trim().slice(-1000);
  await close();
  throw new Error(`[pubsub] The official Pub/Sub emulator did not start. ${cure} It said: ${said || 'nothing'}`);
}

function findScript(): string | undefined {
  const besideGcloud = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'gcloud'))
    .filter((path) => existsSync(path))
    .map((path) => dirname(dirname(realpathSync(path))));
  const roots = [process.env['CLOUDSDK_ROOT_DIR'] ?? '', ...besideGcloud].filter((root) => root !== '');
  return roots.map((root) => join(root, script)).find((path) => existsSync(path));
}

// The script replaces itself by java, so the process that is started here is the one to end.
function run(
  path: string,
  at: { readonly port: number; readonly folder: string; readonly logFile: string },
): ChildProcess {
  const log = openSync(at.logFile, 'w');
  const child = spawn(path, ['--host=127.0.0.1', `--port=${at.port}`], { cwd: at.folder, stdio: ['ignore', log, log] });
  closeSync(log);
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('close', () => process.off('exit', endWithUs));
  // A failed start shows as a process without a pid; `becomesReady` reports it.
  child.on('error', () => {});
  return child;
}

async function becomesReady(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = performance.now() + readyWithinMs;
  while (isRunning(child) && performance.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    if (answer?.ok === true) return isRunning(child);
    await sleep(50);
  }
  return false;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
  await ended;
  clearTimeout(impatience);
}
