import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Role } from './control.ts';

/** A process of `npm start` or `npm run start:notify`. */
export interface Child {
  readonly role: Role;
  readonly url: string;
  /** The last lines that it wrote, to be taken away. */
  readonly log: string[];
  /** Ends it as a machine does, without a word, and waits until it is gone. */
  readonly end: () => Promise<void>;
  readonly wake: (wait: number) => void;
  /** Resolves when it has nothing to compute at the moment, or is gone. */
  readonly idle: () => Promise<void>;
}

/** What a process under test says of itself. */
export interface Hearing {
  readonly waits: (child: Child, wait: number, ms: number) => void;
  readonly abandons: (child: Child, wait: number) => void;
  readonly gone: (child: Child) => void;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const preload = new URL('preload.ts', import.meta.url).href;
// As npm starts it.
const framework = fileURLToPath(new URL('../../node_modules/.bin/functions-framework', import.meta.url));
const manifest = z.object({ scripts: z.object({ start: z.string(), 'start:notify': z.string() }) });
const said = z.union([
  z.object({ port: z.number() }),
  z.object({ wait: z.number(), ms: z.number() }),
  z.object({ abandoned: z.number() }),
  z.object({ idle: z.number() }),
]);
const mostLines = 400;

/** The arguments of the script of package.json that starts the function in production. */
function argumentsOf(role: Role): readonly string[] {
  const { scripts } = manifest.parse(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')));
  const [program, ...rest] = scripts[role === 'watch' ? 'start' : 'start:notify'].split(' ');
  if (program !== 'functions-framework')
    throw new Error(`[crash] npm start is not the Functions Framework: ${program}`);
  return rest;
}

/** Settings of the parent that would change what its children do. */
const ours =
  /^(JOBWARDEN_|BIGQUERY_|PUBSUB_|STORAGE_|SLACK_|GOOGLE_|GCLOUD_|K_SERVICE|FUNCTION_|NODE_OPTIONS|VITEST|PORT$)/;

function environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(kept), ...settings, PORT: '0' };
}

function spawned(role: Role, settings: Readonly<Record<string, string>>, log: string[]) {
  const given = ['--import', preload, framework, ...argumentsOf(role)];
  const env = environment({ ...settings, CRASH_ROLE: role });
  const running = spawn(process.execPath, given, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  for (const stream of [running.stdout, running.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.push(line);
      if (log.length > mostLines) log.shift();
    });
  }
  return running;
}

/** Questions to a process whether it has time to answer; they need no answer once it is gone. */
function openQuestions(running: ChildProcess) {
  const asked = new Map<number, () => void>();
  let count = 0;
  return {
    ask: async (): Promise<void> => {
      if (!running.connected) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      asked.set((count += 1), resolve);
      running.send({ idle: count }, () => undefined);
      await promise;
    },
    answered: (question: number): void => {
      asked.get(question)?.();
      asked.delete(question);
    },
    drop: (): void => {
      for (const resolve of asked.values()) resolve();
    },
  };
}

async function end(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return;
  const gone = once(running, 'exit');
  running.kill('SIGKILL');
  await gone;
}

/** Starts a function with these settings and waits until it listens. */
export async function startChild(
  role: Role,
  settings: Readonly<Record<string, string>>,
  hearing: Hearing,
): Promise<Child> {
  const log: string[] = [];
  const running = spawned(role, settings, log);
  const questions = openQuestions(running);
  const { promise: port, resolve, reject } = Promise.withResolvers<number>();
  let started: Child | undefined;
  running.on('exit', (code, signal) => {
    questions.drop();
    reject(new Error(`[crash] ${role} ended (${signal ?? code}) before it listened:\n${log.join('\n')}`));
    if (started !== undefined) hearing.gone(started);
  });
  running.on('message', (message) => {
    const heard = said.parse(message);
    if ('port' in heard) resolve(heard.port);
    else if ('idle' in heard) questions.answered(heard.idle);
    else if (started === undefined) return;
    else if ('wait' in heard) hearing.waits(started, heard.wait, heard.ms);
    else hearing.abandons(started, heard.abandoned);
  });
  started = {
    role,
    url: `http://127.0.0.1:${await port}`,
    log,
    end: async () => end(running),
    wake: (wait) => running.connected && running.send({ woke: wait }, () => undefined),
    idle: questions.ask,
  };
  return started;
}
